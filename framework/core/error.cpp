#include "tenet/framework/core/error.h"

#include <cstdio>

namespace tenet {

void fail_devices(const char* op, Device one, Device other) {
  fail<DeviceError>(op, ": one operand is on ", one, ", another on ", other,
                    ". Move all to one device with .to(device).");
}

namespace detail {

void append_number(std::string& out, double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", part);
  out += text;
}

}  // namespace detail
}  // namespace tenet
