#include "tenet/framework/core/dtype.h"

#include <ostream>

namespace tenet {

const char* name(DType dtype) {
  constexpr const char* names[] = {"float32", "float64", "int64", "int32", "uint8", "bool"};
  return names[static_cast<int>(dtype)];
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name(dtype); }

}  // namespace tenet
