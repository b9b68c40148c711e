#include "tenet/framework/core/error.h"

#include <cstdio>

namespace tenet::detail {

void append_number(std::string& out, double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", part);
  out += text;
}

}  // namespace tenet::detail
