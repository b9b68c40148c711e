// Cards: whether there are any, which, and what concerns them as a whole. Defined by the registry of backends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tenet/framework/core/device.h"

namespace tenet::cuda {

struct DeviceProperties {
  std::string name;
  int major = 0, minor = 0;  // of the compute capability
  int multiprocessors = 0;
  std::int64_t total_memory = 0, free_memory = 0;  // bytes; free for every program, now
};

/// Whether tensors can be on a card. False, not an error, where this build has no CUDA backend, or the machine no
/// driver, one too old, or no card. Found at the first call, which may take a while. Never throws.
bool is_available();

/// Why is_available() is false, as a sentence; empty where it is true.
std::string reason();

/// 0 where is_available() is false. Never throws.
int device_count();

/// Throws DeviceError unless there is such a card.
DeviceProperties properties(int device = 0);

/// Waits until all that a device was given is done; the CPU is always done. Throws DeviceError, also for what went
/// wrong on the card before.
void synchronize(Device device = {DeviceType::cuda, 0});

/// Lets float32 products on cards use TF32: 10 bits of mantissa instead of 23, and several times faster. At first off.
/// For all threads, from their next product on.
void allow_tf32(bool allow);
bool allows_tf32();

/// Gives the memory kept for reuse back, on every card.
void empty_cache();

/// Whether this thread is recording a Graph.
bool is_capturing();

/// What a function gives a card, recorded, so that it can be given again as one: a training step of fixed shapes costs
/// the host a single call in the place of one for every kernel.
///
///   cuda::Graph step([&] { sgd.zero_grad(); loss = cross_entropy(net(x), y); loss.backward(); sgd.step(); });
///   for (...) { x.copy_(batch); step.replay(); }
///
/// The function is called twice: the first call is done like any other, so that what is made once is there, and the
/// second is recorded and not done. A replay does what the second call gave the card, with the same memory: tensors
/// that were there before are read and written as they are then (they must live as long as the graph), and those made
/// by the second call get their values anew. What the function does on the host is not repeated.
///
/// The second call throws DeviceError where the host would have to read from the card or write to it (item(), to(),
/// shapes that depend on values), where random numbers would be the same in every replay, and in Adam, which counts
/// its steps on the host. Indices are looked at in the first call alone. Memory the graph uses is kept apart until it is
/// destroyed.
class Graph {
 public:
  /// Throws DeviceError where there is no such card, and what body throws.
  explicit Graph(const std::function<void()>& body, Device device = {DeviceType::cuda, 0});
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  ~Graph();

  /// Gives the card the recorded work; returns when that is asked for, not done. Throws DeviceError.
  void replay();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenet::cuda
