#pragma once

#include <cstdint>
#include <string>

namespace tenet {

enum class DeviceType : std::uint8_t { cpu, cuda };

/// Where a tensor's memory lies. Default: the CPU.
struct Device {
  DeviceType type = DeviceType::cpu;
  std::int8_t index = 0;

  friend bool operator==(const Device&, const Device&) = default;
};

inline std::string str(Device device) {
  return device.type == DeviceType::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

}  // namespace tenet
