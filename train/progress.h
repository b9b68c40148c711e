#pragma once

#include <chrono>
#include <iosfwd>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenet {

struct ProgressOptions {
  std::string label = {};
  std::ostream* out = nullptr;    // default: stderr
  std::optional<bool> live = {};  // redraw one line; default: whether stderr is a terminal
};

namespace detail {

/// The line that is drawn:  epoch 1  [#########-----------]  20/45  151.2/s  ETA 0:01  loss 0.4312
class ProgressBar {
 public:
  explicit ProgressBar(const ProgressOptions& options);
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;

  void start(std::int64_t total);  // total < 0: not known
  void advance();
  void show(const std::string& name, double value);
  void finish();  // the last drawing; a second call does nothing

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now);

  ProgressOptions options_;
  bool running_ = false;
  std::int64_t done_ = 0, total_ = -1;
  Clock::time_point start_, drawn_;
  std::vector<std::pair<std::string, double>> values_;
};

}  // namespace detail

/// A range that shows how far a loop over it has come, with rate and remaining time: on a terminal a line that is
/// redrawn ten times a second, elsewhere a plain line every ten seconds and one at the end.
template <class Range> class Progress {
 public:
  Progress(Range&& range, const ProgressOptions& options)
      : range_(std::forward<Range>(range)), bar_(options) {}

  /// Shows a value, such as the loss, behind the bar.
  void show(const std::string& name, double value) { bar_.show(name, value); }

  auto begin() {
    std::int64_t total = -1;
    if constexpr (requires { range_.size(); }) total = static_cast<std::int64_t>(range_.size());
    bar_.start(total);
    return Iterator<decltype(std::begin(range_))>{std::begin(range_), &bar_};
  }
  auto end() { return std::end(range_); }

 private:
  template <class Inner> struct Iterator {
    Inner inner;
    detail::ProgressBar* bar;

    decltype(auto) operator*() const { return *inner; }
    Iterator& operator++() {
      bar->advance();
      ++inner;
      return *this;
    }
    template <class End> bool operator!=(const End& end) const {
      const bool more = !(inner == end);
      if (!more) bar->finish();
      return more;
    }
  };

  Range range_;
  detail::ProgressBar bar_;
};

/// for (const auto& [images, labels] : progress(loader, {.label = "epoch 1"})) ...
/// An lvalue is referred to, a temporary kept.
template <class Range> Progress<Range> progress(Range&& range, const ProgressOptions& options = {}) {
  return Progress<Range>(std::forward<Range>(range), options);
}

}  // namespace tenet
