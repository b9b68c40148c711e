#include "tenet/inspect/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "tenet/framework/autograd/record.h"

namespace tenet::inspect {

std::string Table::str(bool ruled) const {
  std::vector<std::size_t> width(sides_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  }
  const std::size_t wide = std::accumulate(width.begin(), width.end(), 2 * width.size() - 2);
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += fmt::format(fmt::runtime(sides_[c] == 'l' ? "{:<{}}  " : "{:>{}}  "), row[c], width[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (ruled && (&row == &rows_[1] || &row == &rows_.back())) out += "\n" + std::string(wide, '-');
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

std::string size_text(std::int64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::int64_t saved_bytes(const Record& record) {
  std::int64_t bytes = 0;
  for (int i = 0; i < record.saved_count(); ++i) {
    if (const TensorImpl* block = record.saved(i).block) bytes += static_cast<std::int64_t>(block->bytes());
  }
  return bytes;
}

}  // namespace tenet::inspect
