#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

/// The device of a name: "cpu", "cuda" (the first card) or "cuda:1". Throws ValueError for any other text; whether there is
/// such a card is asked when it is used.
Device to_device(std::string_view name);

}  // namespace tenet
