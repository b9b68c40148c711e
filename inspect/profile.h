// What each op of a step costs.
//
//   Profile profile;
//   loss_of(net, x).backward();
//   std::cout << profile << '\n';
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "tenet/framework/core/dtype.h"
#include "tenet/framework/core/shape.h"

namespace tenet {

/// One record of the tape.
struct ProfileRow {
  std::string op;
  Shape shape;  // of the output
  DType dtype = float32;
  double forward_seconds = 0;   // since the record before, so what the program did in between is in it
  double backward_seconds = 0;  // of all passes through the record
  double flops = 0;             // of the forward, where the op declares them: products and pointwise ops
  std::int64_t output_bytes = 0;
  std::int64_t saved_bytes = 0;  // what the record keeps for its backward
  std::int64_t live_bytes = 0;   // what all tensors and records hold after it
};

/// While it lives, every op that this thread records and every backward rule that it runs is timed. Ops that are not
/// recorded are not seen. One profile, or one AnomalyGuard, watches a thread at a time: the inner one.
class Profile {
 public:
  Profile();
  ~Profile();
  Profile(const Profile&) = delete;

  /// In the order of the tape.
  const std::vector<ProfileRow>& rows() const;
  /// Forgets the rows, to begin a new step.
  void clear();

 private:
  struct Watch;
  std::unique_ptr<Watch> watch_;
};

/// A line per record, and the sums:
///
///     op       output            forward   backward  GFLOP/s     saved      live
///     conv2d   [32, 16, 8, 8]    0.41 ms    0.83 ms     11.5   131 kB    1.2 MB
std::string str(const Profile& profile);
std::ostream& operator<<(std::ostream& out, const Profile& profile);

}  // namespace tenet
