// Where a NaN came from.
//
//   {
//     AnomalyGuard guard;
//     Tensor loss = cross_entropy(net(x), labels);
//     loss.backward();
//   }
#pragma once

#include <memory>

#include "tenet/framework/core/error.h"

namespace tenet {

class AnomalyError : public Error {
 public:
  using Error::Error;
};  // a value or a gradient is not finite

struct AnomalyOptions {
  bool infinities = true;  // whether inf counts beside NaN: masks of -inf are no accident
};

/// While it lives, every op that this thread records, and every backward rule that it runs, is looked at: the first
/// that makes a NaN (or inf) throws AnomalyError. The text names the op, the first such element, whether what the op
/// read was finite, and where the op was called: the stack is captured at each record, in this mode alone. Ops that
/// are not recorded are not seen. Cost: some passes over every tensor, and a stack a record.
///
/// Functions of a program have names in the stack if it was linked with -rdynamic; otherwise
/// `addr2line -Cfpe program offset` tells them.
class AnomalyGuard {
 public:
  explicit AnomalyGuard(AnomalyOptions options = {});
  ~AnomalyGuard();
  AnomalyGuard(const AnomalyGuard&) = delete;

 private:
  struct Watch;
  std::unique_ptr<Watch> watch_;
};

}  // namespace tenet
