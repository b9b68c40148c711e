#include "tenet/train/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace tenet::detail {
namespace {

constexpr int kWidth = 24;
constexpr std::chrono::milliseconds kLivePeriod(100), kPlainPeriod(10'000);

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 359'999.) + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar_text(std::int64_t done, std::int64_t total) {
  const auto full = static_cast<std::size_t>(total > 0 ? done * kWidth / total : kWidth);
  return fmt::format("[{:-<{}}]", std::string(full, '#'), kWidth);
}

}  // namespace

ProgressBar::ProgressBar(const ProgressOptions& options) : options_(options) {
  if (!options_.live) options_.live = options_.out == nullptr && ::isatty(STDERR_FILENO) == 1;
  if (options_.out == nullptr) options_.out = &std::cerr;
}

void ProgressBar::start(std::int64_t total) {
  total_ = total;
  done_ = 0;
  running_ = true;
  start_ = drawn_ = Clock::now();
}

void ProgressBar::advance() {
  ++done_;
  const Clock::time_point now = Clock::now();
  if (now - drawn_ >= (*options_.live ? kLivePeriod : kPlainPeriod)) draw(now);
}

void ProgressBar::show(const std::string& name, double value) {
  const auto known =
      std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
  if (known == values_.end()) {
    values_.emplace_back(name, value);
  } else {
    known->second = value;
  }
}

void ProgressBar::finish() {
  if (!running_) return;
  running_ = false;
  draw(Clock::now());
  if (*options_.live) *options_.out << std::endl;
}

void ProgressBar::draw(Clock::time_point now) {
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
  std::string line = options_.label.empty() ? "" : options_.label + "  ";
  if (*options_.live && total_ >= 0) line.append(bar_text(done_, total_)).append("  ");
  line += total_ >= 0 ? fmt::format("{}/{}", done_, total_) : fmt::format("{}", done_);
  line += fmt::format("  {:.1f}/s", rate);
  if (!running_ || total_ < 0) {
    line += "  " + clock_text(seconds);
  } else if (done_ > 0) {
    line += "  ETA " + clock_text(static_cast<double>(total_ - done_) / rate);
  }
  for (const auto& [name, value] : values_) line += fmt::format("  {} {:.4g}", name, value);
  if (*options_.live) {
    *options_.out << '\r' << line << "\x1b[K" << std::flush;  // and clear the rest of the line
  } else {
    *options_.out << line << std::endl;
  }
}

}  // namespace tenet::detail
