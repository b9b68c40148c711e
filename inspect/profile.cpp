#include "tenet/inspect/profile.h"

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/memory.h"
#include "tenet/inspect/table.h"

namespace tenet {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

}  // namespace

struct Profile::Watch : Watcher {
  void read(const Record&, int, const Tensor&) override {}

  void recorded(Record& record, const Tensor& y) override {
    const double forward = seconds_since(last);
    record.extras().note = std::make_shared<std::size_t>(first + rows.size());
    rows.push_back({.op = record.name(),
                    .shape = y.shape(),
                    .dtype = y.dtype(),
                    .forward_seconds = forward,
                    .flops = record.flops(),
                    .output_bytes = static_cast<std::int64_t>(y.impl()->bytes()),
                    .saved_bytes = inspect::saved_bytes(record),
                    .live_bytes = memory_stats(y.device()).in_use});
    last = Clock::now();
  }

  void before_backward(Record&, const Tensor&) override { starts.push_back(Clock::now()); }

  void after_backward(Record& record, const Tensor&, Gradients&) override {
    const double took = seconds_since(starts.back());
    starts.pop_back();
    if (const auto* note = static_cast<const std::size_t*>(record.extras().note.get())) {
      if (*note >= first) rows[*note - first].backward_seconds += took;
    }
    last = Clock::now();
  }

  std::vector<ProfileRow> rows;
  std::size_t first = 0;                  // the number of rows[0]: cleared ones keep theirs
  std::vector<Clock::time_point> starts;  // passes nest
  Clock::time_point last = Clock::now();
  Watcher* const outer = std::exchange(thread_state.watcher, this);
};

Profile::Profile() : watch_(new Watch) {}
Profile::~Profile() { thread_state.watcher = watch_->outer; }

const std::vector<ProfileRow>& Profile::rows() const { return watch_->rows; }

void Profile::clear() {
  watch_->first += watch_->rows.size();
  watch_->rows.clear();
  watch_->last = Clock::now();
}

namespace {

std::vector<std::string> cells(const ProfileRow& row) {
  const double rate = row.forward_seconds > 0 ? row.flops / row.forward_seconds / 1e9 : 0;
  return {row.op,
          cat(row.shape, " ", row.dtype),
          fmt::format("{:.3f} ms", 1e3 * row.forward_seconds),
          fmt::format("{:.3f} ms", 1e3 * row.backward_seconds),
          row.flops > 0 ? fmt::format("{:.2f}", rate) : "",
          inspect::size_text(row.saved_bytes),
          inspect::size_text(row.live_bytes)};
}

}  // namespace

std::string str(const Profile& profile) {
  inspect::Table table({"op", "output", "forward", "backward", "GFLOP/s", "saved", "live"}, "llrrrrr");
  ProfileRow sum;
  sum.op = "all";
  for (const ProfileRow& row : profile.rows()) {
    table.add(cells(row));
    sum.forward_seconds += row.forward_seconds;
    sum.backward_seconds += row.backward_seconds;
    sum.flops += row.flops;
    sum.saved_bytes += row.saved_bytes;
    sum.live_bytes = std::max(sum.live_bytes, row.live_bytes);
  }
  std::vector<std::string> last = cells(sum);
  last[1] = fmt::format("{} records", profile.rows().size());
  table.add(std::move(last));
  return table.str(true);
}

std::ostream& operator<<(std::ostream& out, const Profile& profile) { return out << str(profile); }

}  // namespace tenet
