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

Tape& Tape::current() {
  if (thread_state.tape == nullptr) {
    thread_local ThreadTapes own;
    thread_state.tape = own.tape;
  }
  return *thread_state.tape;
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

void Tape::reclaim() {
  Record* record = foreign_.exchange(nullptr, std::memory_order_acquire);
  while (record != nullptr) {
    auto* next = reinterpret_cast<Record*>(record->sequence_);  // the shell's link, see Record::drop
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
  ThreadState& state = thread_state;
  if (record->tape_ != nullptr && record->tape_ != state.tape) {
    Tape* tape = record->tape_;
    record->release_all();
    Record* top = tape->foreign_.load(std::memory_order_relaxed);
    do {
      record->sequence_ = reinterpret_cast<std::uint64_t>(top);
    } while (!tape->foreign_.compare_exchange_weak(top, record, std::memory_order_release));
    return;
  }
  if (record->tape_ != nullptr) record->tape_->unlink(record);
  // Whoever is outermost destroys; inner drops only leave their record on the stack.
  record->older_ = state.dead;
  state.dead = record;
  if (state.draining) return;
  state.draining = true;
  while (Record* next = state.dead) {
    state.dead = next->older_;
    next->release_all();
    destroy(next);
  }
  state.draining = false;
}

TapeLease::TapeLease(Tape& tape) : previous_(&Tape::current()) {
  if (&tape == previous_) return;
  if (tape.leased_.exchange(true, std::memory_order_acquire)) {
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
