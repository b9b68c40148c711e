#include "tenet/train/io/file_source.h"

#include <filesystem>

#include "tenet/framework/core/error.h"
#include "tenet/nn/state_dict.h"

namespace tenet {

FileSource::FileSource(const char* op, const std::string& path) : where_(cat(op, ": ", in_quotes(path))) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);  // a pipe would wait for ever
  if (regular) file_.open(path, std::ios::binary);
  if (!file_.is_open()) {
    fail<Error>(where_, regular ? ": cannot be opened for reading."
                                : ": there is no such file, or it is no regular file.");
  }
  size_ = left_ = std::filesystem::file_size(path, error);
  if (error) fail<Error>(where_, ": its size cannot be read: ", error.message(), ".");
}

void FileSource::read(void* to, std::uint64_t bytes) {
  file_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  if (!file_) fail<Error>(where_, ": reading failed; the file may have been changed meanwhile.");
  left_ -= bytes;
}

}  // namespace tenet
