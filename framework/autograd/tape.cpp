#include "tenet/framework/autograd/tape.h"

#include <mutex>
#include <vector>

namespace tenet {

constinit thread_local ThreadState thread_state;

namespace {

// Immortal: threads may end after static destruction has begun.
struct AbandonedTapes {
  std::mutex mutex;
  std::vector<Tape*> tapes;
};

AbandonedTapes& abandoned() {
  static auto* const tapes = new AbandonedTapes;
  return *tapes;
}

}  // namespace

struct ThreadTapes {
  static Tape* take() {
    AbandonedTapes& all = abandoned();
    const std::lock_guard lock(all.mutex);
    for (std::size_t i = 0; i < all.tapes.size(); ++i) {
      Tape* tape = all.tapes[i];
      if (tape->leased_.exchange(true, std::memory_order_acquire)) continue;
      Tape* const before = std::exchange(thread_state.tape, tape);
      tape->reclaim();
      thread_state.tape = before;
      const bool empty = tape->newest_ == nullptr;
      tape->leased_.store(false, std::memory_order_release);
      if (!empty) continue;
      all.tapes.erase(all.tapes.begin() + static_cast<std::ptrdiff_t>(i));
      return tape;
    }
    return new Tape;
  }

  Tape* tape = take();
  ~ThreadTapes() {
    thread_state.tape = nullptr;
    AbandonedTapes& all = abandoned();
    const std::lock_guard lock(all.mutex);
    all.tapes.push_back(tape);
  }
};

Tape& Tape::begin() {
  thread_local ThreadTapes own;
  thread_state.tape = own.tape;
  return *own.tape;
}

void Tape::append(Record* record) {
  if (foreign_.load(std::memory_order_relaxed) != nullptr) reclaim();
  record->tape_ = this;
  record->sequence_ = next_sequence_++;
  record->older_ = newest_;
  if (newest_ != nullptr) newest_->newer_ = record;
  newest_ = record;
}

void Tape::unlink(Record* record) {
  if (record->older_ != nullptr) record->older_->newer_ = record->newer_;
  if (record->newer_ != nullptr) {
    record->newer_->older_ = record->older_;
  } else if (newest_ == record) {
    newest_ = record->older_;
  }
}

void Tape::hand_back(Record* shell) {
  Record* top = foreign_.load(std::memory_order_relaxed);
  do {
    shell->sequence_ = Record::link(top);
  } while (!foreign_.compare_exchange_weak(top, shell, std::memory_order_release));
}

void Tape::reclaim() {
  Record* record = foreign_.exchange(nullptr, std::memory_order_acquire);
  while (record != nullptr) {
    Record* const next = Record::linked(record);
    unlink(record);
    Record::destroy(record);
    record = next;
  }
}

void Record::drop(Record* record) noexcept {
  if (record->refs_.load(std::memory_order_acquire) != 1 &&
      record->refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  // Whoever is outermost destroys; inner drops only leave their record on the stack.
  ThreadState& state = thread_state;
  record->sequence_ = link(state.dead);
  state.dead = record;
  if (state.draining) return;
  state.draining = true;
  while (Record* next = state.dead) {
    state.dead = linked(next);
    next->release_all();
    if (next->tape_ != nullptr && next->tape_ != state.tape) {
      next->tape_->hand_back(next);
      continue;
    }
    if (next->tape_ != nullptr) next->tape_->unlink(next);
    destroy(next);
  }
  state.draining = false;
}

TapeLease::TapeLease(Tape& tape) : previous_(&Tape::current()) {
  if (&tape == previous_) return;
  const auto taken = [&] { return tape.leased_.exchange(true, std::memory_order_acquire); };
  // A thread that starts looks at abandoned tapes for a moment, under the lock: not a pass.
  const auto taken_for_long = [&] {
    const std::lock_guard lock(abandoned().mutex);
    return taken();
  };
  if (taken() && taken_for_long()) {
    fail<GradientError>(
        "backward: another thread is running a backward pass over this tape. Wait for it to end.");
  }
  leased_ = &tape;
  thread_state.tape = &tape;
}

TapeLease::~TapeLease() {
  thread_state.tape = previous_;
  if (leased_ != nullptr) leased_->leased_.store(false, std::memory_order_release);
}

}  // namespace tenet
