// The tape of a thread: its live records, newest last, in one intrusive list. It owns none of them.
//
// Tapes are never deleted: a record may outlive the thread that made it. A record whose last
// reference goes on another thread lets go of its values at once; its shell waits in `foreign_` for
// the tape's own thread. A new thread takes over an abandoned tape once it is empty.
#pragma once

#include <atomic>

#include "tenet/framework/autograd/record.h"

namespace tenet {

class Tape {
 public:
  /// The tape of this thread.
  static Tape& current();

  void append(Record* record);
  Record* newest() const { return newest_; }
  static Record* older(const Record* record) { return record->older_; }
  /// Unlinks and destroys what other threads let go of.
  void reclaim();

 private:
  friend class Pass;
  friend class Record;
  friend class TapeLease;
  friend struct ThreadTapes;

  static Tape& begin();  // of a thread that has none yet
  void unlink(Record* record);
  /// From another thread: leaves an emptied record for this tape's own thread to reclaim.
  void hand_back(Record* shell);

  Record* newest_ = nullptr;
  std::uint64_t next_sequence_ = 1;
  std::uint32_t last_pass_ = 0;       // passes over this tape are numbered
  std::uint32_t outermost_pass_ = 0;  // of those running now, a hook may start one inside another
  std::atomic<Record*> foreign_{nullptr};
  std::atomic<bool> leased_{false};
};

/// Is told what the tape of a thread does while thread_state.watcher points to it: see inspect/. What it throws
/// comes out of the op or the pass.
struct Watcher {
  virtual ~Watcher() = default;
  /// An op that is being recorded has read x.
  virtual void read(const Record& record, int input, const Tensor& x) = 0;
  /// It has been recorded, and gave y.
  virtual void recorded(Record& record, const Tensor& y) = 0;
  virtual void before_backward(Record& record, const Tensor& dy) = 0;
  virtual void after_backward(Record& record, const Tensor& dy, Gradients& gradients) = 0;
};

/// What autograd keeps per thread. A plain struct, so that reaching it costs one load.
struct ThreadState {
  Tape* tape = nullptr;
  Record* dead = nullptr;  // records being destroyed: a loop over them, never a recursion
  bool draining = false;
  bool grad_enabled = true;
  Watcher* watcher = nullptr;
  void (*interrupt)() = nullptr;  // called before each step of a backward pass; what it throws ends the pass
};
extern constinit thread_local ThreadState thread_state;

inline Tape& Tape::current() { return thread_state.tape != nullptr ? *thread_state.tape : begin(); }

/// Makes another thread's tape this thread's own for a while: a backward pass called from elsewhere.
/// Throws GradientError if another thread is doing the same.
class TapeLease {
 public:
  explicit TapeLease(Tape& tape);
  ~TapeLease();
  TapeLease(const TapeLease&) = delete;

 private:
  Tape* previous_;
  Tape* leased_ = nullptr;
};

}  // namespace tenet
