#pragma once

#include "tenet/framework/autograd/tape.h"

namespace tenet {

/// Whether ops on this thread are being recorded.
inline bool grad_enabled() { return thread_state.grad_enabled; }

/// Sets recording on this thread for the life of the guard.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled) : before_(thread_state.grad_enabled) {
    thread_state.grad_enabled = enabled;
  }
  ~GradModeGuard() { thread_state.grad_enabled = before_; }
  GradModeGuard(const GradModeGuard&) = delete;

 private:
  bool before_;
};

/// Nothing is recorded on this thread while it lives.
class NoGradGuard : GradModeGuard {
 public:
  NoGradGuard() : GradModeGuard(false) {}
};

/// Recording is on again inside a NoGradGuard.
class EnableGradGuard : GradModeGuard {
 public:
  EnableGradGuard() : GradModeGuard(true) {}
};

}  // namespace tenet
