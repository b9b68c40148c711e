// Columns of text, as the tables of this room print them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tenet {
class Record;
}

namespace tenet::inspect {

class Table {
 public:
  /// `sides` has one letter per column: l or r.
  Table(std::vector<std::string> heads, std::string sides) : sides_(std::move(sides)) {
    add(std::move(heads));
  }
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A line per row, two spaces between columns, no newline at the end. Ruled: a line of dashes below the heads and
  /// above the last row.
  std::string str(bool ruled = false) const;

 private:
  std::string sides_;
  std::vector<std::vector<std::string>> rows_;
};

/// "512 B", "1.5 kB", "2.0 MB".
std::string size_text(std::int64_t bytes);

/// What a record keeps for its backward; a tensor that two records keep counts in both.
std::int64_t saved_bytes(const Record& record);

}  // namespace tenet::inspect
