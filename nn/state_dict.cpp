#include "tenet/nn/state_dict.h"

namespace tenet {

std::string in_quotes(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : name.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out + (name.size() > kLongest ? "...\"" : "\"");
}

}  // namespace tenet
