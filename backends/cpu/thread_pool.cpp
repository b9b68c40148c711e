#include "tenet/backends/cpu/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "tenet/framework/core/error.h"
#include "tenet/framework/core/threads.h"

namespace tenet {
namespace cpu {
namespace {

constexpr int kMaxThreads = 1024;

constinit thread_local int this_index = 0;
constinit thread_local bool inside_region = false;

/// The cores this process may run on, which a container or taskset can make fewer than the
/// machine's.
int available_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int default_threads() {
  const char* text = std::getenv("TENET_NUM_THREADS");
  if (text != nullptr) {
    int n = 0;
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, n);
    if (error == std::errc() && rest == end && n >= 1 && n <= kMaxThreads) return n;
  }
  return std::min(available_cores(), kMaxThreads);
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits for ready() as long as waking a sleeping thread would cost, and no longer.
template <class Ready> bool spin_until(Ready ready) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(30);
  do {
    for (int i = 0; i < 32; ++i) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

struct Job {
  std::int64_t n = 0;
  std::int64_t grain = 1;
  Piece piece = nullptr;
  void* body = nullptr;

  std::int64_t pieces() const { return (n - 1) / grain + 1; }
  void run(std::int64_t i) const {
    const std::int64_t begin = i * grain;
    piece(body, begin, n - begin > grain ? begin + grain : n);
  }
};

/// One caller at a time and its helpers. The caller opens a gate; helpers that see it open go in,
/// take pieces by a counter until none is left, and go out. The caller does the same, then closes
/// the gate and waits only for helpers still inside: one that never woke up holds nobody.
///
/// Never destroyed, and owns no memory: exit() may find helpers asleep, and a forked child, which
/// has none of the threads, starts over with a new Pool in the same place.
class Pool {
 public:
  /// Runs the job with up to `threads` threads; false, nothing done, if another caller is in.
  bool run(const Job& job, int threads) {
    std::unique_lock region(region_, std::try_to_lock);
    if (!region) return false;
    resize(threads - 1);
    open(job);
    inside_region = true;
    work();
    inside_region = false;
    close();
    if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
    return true;
  }

 private:
  // The gate: how many helpers are inside, whether it is open, and the number of its last job.
  static constexpr std::uint64_t kInside = 0xFFFF;
  static constexpr std::uint64_t kOpen = 1u << 16;
  static constexpr int kJobShift = 32;

  void open(const Job& job) {
    job_ = job;
    pieces_ = job.pieces();
    next_.store(0, std::memory_order_relaxed);
    failed_.store(false, std::memory_order_relaxed);
    gate_.fetch_add((std::uint64_t{1} << kJobShift) | kOpen);
    // Either a helper about to sleep sees the gate open, or it is counted here (both are seq_cst).
    if (sleeping_.load() == 0) return;
    { std::lock_guard lock(mutex_); }
    if (pieces_ > helpers_) return wake_.notify_all();
    for (std::int64_t i = 1; i < pieces_; ++i) wake_.notify_one();
  }

  void close() {
    gate_.fetch_and(~kOpen);
    const auto empty = [&] { return (gate_.load() & kInside) == 0; };
    if (spin_until(empty)) return;
    std::unique_lock lock(mutex_);
    done_.wait(lock, empty);
  }

  void work() {
    try {
      for (std::int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < pieces_;) job_.run(i);
    } catch (...) {
      next_.store(pieces_, std::memory_order_relaxed);
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  void serve(int index) {
    this_index = index;
    inside_region = true;
    for (std::uint64_t seen = 0; await(seen, index);) {
      const std::uint64_t gate = gate_.fetch_add(1);
      seen = gate >> kJobShift;
      if (gate & kOpen) work();
      leave();
    }
  }

  void leave() {
    const std::uint64_t gate = gate_.fetch_sub(1);
    if ((gate & kOpen) || (gate & kInside) != 1) return;
    { std::lock_guard lock(mutex_); }
    done_.notify_one();
  }

  /// Waits for a job other than `seen`; false if this helper is no longer wanted.
  bool await(std::uint64_t seen, int index) {
    const auto job = [&] {
      const std::uint64_t gate = gate_.load();
      return (gate & kOpen) && gate >> kJobShift != seen;
    };
    if (spin_.load(std::memory_order_relaxed) && spin_until(job)) return true;
    std::unique_lock lock(mutex_);
    ++sleeping_;
    wake_.wait(lock, [&] { return index > helpers_ || job(); });
    --sleeping_;
    if (index <= helpers_) return true;
    --alive_;
    done_.notify_one();
    return false;
  }

  void resize(int helpers) {
    if (helpers == helpers_) return;
    std::unique_lock lock(mutex_);
    helpers_ = helpers;
    spin_.store(helpers < available_cores(), std::memory_order_relaxed);
    wake_.notify_all();
    done_.wait(lock, [&] { return alive_ <= helpers_; });
    try {
      for (; alive_ < helpers_; ++alive_) std::thread(&Pool::serve, this, alive_ + 1).detach();
    } catch (const std::system_error&) {
      // The system gives no more threads: slower, not wrong.
    }
  }

  std::mutex region_;  // held by the caller
  Job job_;
  std::int64_t pieces_ = 0;
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;

  std::mutex mutex_;  // guards what follows, and sleeping
  std::condition_variable wake_;
  std::condition_variable done_;
  int helpers_ = 0;  // wanted; written by the caller alone
  int alive_ = 0;    // helpers with index 1 to alive_ exist
  std::atomic<bool> spin_{true};
  std::atomic<int> sleeping_{0};

  alignas(64) std::atomic<std::uint64_t> gate_{0};
  alignas(64) std::atomic<std::int64_t> next_{0};
};

Pool& pool() {
  alignas(Pool) static unsigned char memory[sizeof(Pool)];
  static Pool* const made = [] {
    pthread_atfork(nullptr, nullptr, [] { new (memory) Pool; });
    return new (memory) Pool;
  }();
  return *made;
}

// Made while the library loads: a fork in the middle of it would hang the child.
[[maybe_unused]] Pool& made_early = pool();

constinit std::atomic<int> chosen_threads{0};  // 0: not chosen yet

}  // namespace

void run_pieces(std::int64_t n, std::int64_t grain, Piece piece, void* body) {
  const Job job{n, std::max<std::int64_t>(grain, 1), piece, body};
  const int threads = num_threads();
  if (threads > 1 && !inside_region && pool().run(job, threads)) return;
  for (std::int64_t i = 0, pieces = job.pieces(); i < pieces; ++i) job.run(i);
}

int thread_index() { return this_index; }

}  // namespace cpu

void set_num_threads(int n) {
  if (n < 1 || n > cpu::kMaxThreads) {
    fail<ValueError>("set_num_threads: the number of threads must be from 1 to ", cpu::kMaxThreads,
                     " but is ", n, ". Pass 1 to compute in the calling thread alone.");
  }
  cpu::chosen_threads.store(n, std::memory_order_relaxed);
}

int num_threads() {
  int n = cpu::chosen_threads.load(std::memory_order_relaxed);
  if (n != 0) return n;
  const int usual = cpu::default_threads();
  return cpu::chosen_threads.compare_exchange_strong(n, usual) ? usual : n;
}

}  // namespace tenet
