#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace tenet {

/// A regular file, read from front to back; its size is known before anything is allocated.
/// Throws Error beginning with `op` and the path if it cannot be opened or read.
class FileSource {
 public:
  FileSource(const char* op, const std::string& path);

  const std::string& where() const { return where_; }  // load: "a.safetensors"
  std::uint64_t size() const { return size_; }
  std::uint64_t left() const { return left_; }
  void read(void* to, std::uint64_t bytes);

 private:
  std::string where_;
  std::ifstream file_;
  std::uint64_t size_ = 0, left_ = 0;
};

}  // namespace tenet
