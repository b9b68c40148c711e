#include "tenet/train/io/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tenet/framework/core/error.h"
#include "tenet/nn/state_dict.h"

namespace tenet {
namespace {

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  operator int() const { return fd_; }

 private:
  int fd_;
};

void check(bool done, const std::string& path, const char* step) {
  if (!done) fail<Error>("save: cannot ", step, " ", in_quotes(path), ": ", std::strerror(errno), ".");
}

// Calls that a signal may interrupt.
template <class F> auto retried(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// Whether `path` still names the open file: another process may have renamed it before we had its lock.
bool is_at(const std::string& path, int fd) {
  struct stat there, open;
  return ::lstat(path.c_str(), &there) == 0 && ::fstat(fd, &open) == 0 && there.st_ino == open.st_ino &&
         there.st_dev == open.st_dev;
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = retried([&] { return ::write(fd, bytes.data(), bytes.size()); });
    check(written >= 0, path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void write_atomically(const std::string& path, std::span<const std::string_view> parts) {
  const std::string temporary = path + ".tmp";
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor file(temporary, O_WRONLY | O_CREAT | O_NOFOLLOW);
  check(file >= 0, temporary, "create");
  if (retried([&] { return ::flock(file, LOCK_EX | LOCK_NB); }) != 0 || !is_at(temporary, file)) {
    fail<Error>("save: ", in_quotes(temporary),
                " is being written by another process or thread. Save again when it is done.");
  }
  try {
    check(retried([&] { return ::ftruncate(file, 0); }) == 0, temporary,
          "empty");  // a crash may have left it
    for (const std::string_view part : parts) write_all(file, part, temporary);
    check(retried([&] { return ::fsync(file); }) == 0, temporary, "flush");
    check(std::rename(temporary.c_str(), path.c_str()) == 0, path, "rename to");
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  const Descriptor directory(folder, O_RDONLY | O_DIRECTORY);
  check(directory >= 0 && retried([&] { return ::fsync(directory); }) == 0, folder, "flush");
}

}  // namespace tenet
