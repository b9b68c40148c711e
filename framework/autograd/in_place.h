// Writing into tensors that have, or are about to have, a history.
//
// A recorded write is the op that computed the new value, followed by a change of history: the tensor
// now is that value. Written through a view, the base gets a new history too: what it was outside the
// view, the written value inside. Views made earlier notice that their base moved on (its epoch) and
// derive their history anew when they are next used.
#pragma once

#include "tenet/framework/autograd/op.h"

namespace tenet {

/// Throws unless `target` may be written: not a leaf that requires grad (or a view of one) while
/// recording, and no two indices of it or of its base share an element.
void check_writable(const Tensor& target, const char* op);

/// The memory of `target` was written: saved values of it are stale.
inline void bump_version(const Tensor& target) { ++target.impl()->owner->version; }

/// `target`'s memory is about to receive the elements of `value` (same shape and type): its history is
/// now that of value, which no other tensor may have. Throws, before anything is changed, if a history
/// belongs to another thread.
void adopt_history(const Tensor& target, const Tensor& value);

}  // namespace tenet
