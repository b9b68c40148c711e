// The write that is whole or not at all. write, fsync, rename and ftruncate of this program are the ones below, which
// log what is called and can fail on demand.
#include "tenet/train/io/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "support/expect_error.h"
#include "support/scale.h"
#include "tenet/framework/core/error.h"

namespace {

struct Faults {
  bool on = false;
  int fail_at = -1;  // which call fails
  int error = 0;     // how; 0: a write is short instead
  int calls = 0;
  std::string log = {};
} faults;

bool injected(const char* call) {
  if (!faults.on) return false;
  faults.log += std::string(call) + " ";
  return faults.calls++ == faults.fail_at;
}

bool is_folder(int fd) {
  struct stat found;
  return ::fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

long failure() {
  errno = faults.error;
  return -1;
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void* data, size_t size) {
  const bool now = injected("write");
  if (now && faults.error != 0) return failure();
  return ::syscall(SYS_write, fd, data, now ? (size + 1) / 2 : size);
}
int fsync(int fd) {
  if (injected(is_folder(fd) ? "fsync_folder" : "fsync") && faults.error != 0)
    return static_cast<int>(failure());
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
int ftruncate(int fd, off_t size) noexcept {
  if (injected("ftruncate") && faults.error != 0) return static_cast<int>(failure());
  return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}
int rename(const char* from, const char* to) noexcept {
  if (injected("rename") && faults.error != 0) return static_cast<int>(failure());
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
}

namespace {

using tenet::Error;
namespace fs = std::filesystem;

class AtomicFile : public testing::Test {
 protected:
  AtomicFile() {
    fs::create_directories(folder_);
    put("old content");
  }
  ~AtomicFile() override {
    faults = {};
    fs::remove_all(folder_);
  }

  void put(std::string_view text) { tenet::write_atomically(path_, {&text, 1}); }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool temporary_left() const { return fs::exists(path_ + ".tmp"); }

  std::string folder_ = testing::TempDir() + "tenet_atomic_" + std::to_string(::getpid());
  std::string path_ = folder_ + "/file";
};

TEST_F(AtomicFile, FlushesBeforeItRenamesAndTheFolderAfter) {
  faults = {.on = true};
  const std::string_view parts[] = {"one ", "", "two"};
  tenet::write_atomically(path_, parts);
  faults.on = false;
  EXPECT_EQ(faults.log, "ftruncate write write fsync rename fsync_folder ");
  EXPECT_EQ(content(), "one two");
  EXPECT_FALSE(temporary_left());
}

TEST_F(AtomicFile, AFailedStepLeavesTheOldFile) {
  for (const int error : {ENOSPC, EIO}) {
    for (int step = 0; step < 5; ++step) {
      faults = {.on = true, .fail_at = step, .error = error};
      EXPECT_THROW(put("new content"), Error) << step;
      faults.on = false;
      EXPECT_EQ(faults.calls, step + 1);
      EXPECT_EQ(content(), step < 4 ? "old content" : "new content") << step;  // 4: the folder's flush
      EXPECT_FALSE(temporary_left());
      put("old content");
    }
  }
}

TEST_F(AtomicFile, SaysWhatFailed) {
  faults = {.on = true, .fail_at = 1, .error = ENOSPC};
  EXPECT_ERROR(put("x"), Error, "save: cannot write \"" + path_ + ".tmp\": No space left on device.");
  EXPECT_ERROR(tenet::write_atomically(folder_ + "/no/file", {}), Error,
               "save: cannot create \"" + folder_ + "/no/file.tmp\": No such file or directory.");
}

TEST_F(AtomicFile, GoesOnAfterASignalOrAShortWrite) {
  for (const int error : {EINTR, 0}) {
    for (int step = 0; step < 5; ++step) {
      if (error == EINTR && step == 3) continue;  // rename is not interrupted
      faults = {.on = true, .fail_at = step, .error = error};
      EXPECT_NO_THROW(put("new content " + std::to_string(step))) << step;
      faults.on = false;
      EXPECT_EQ(content(), "new content " + std::to_string(step));
    }
  }
}

TEST_F(AtomicFile, ALeftoverOfACrashIsReplaced) {
  std::ofstream(path_ + ".tmp") << "half of something that was much longer";
  put("new");
  EXPECT_EQ(content(), "new");
  EXPECT_FALSE(temporary_left());
}

TEST_F(AtomicFile, TwoWritersDoNotMix) {
  const int other = ::open((path_ + ".tmp").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_ERROR(put("new"), Error,
               "save: \"" + path_ +
                   ".tmp\" is being written by another process or thread. Save again when it is done.");
  ::close(other);
  EXPECT_EQ(content(), "old content");
  put("new");
  EXPECT_EQ(content(), "new");
}

TEST_F(AtomicFile, ALinkIsReplacedNotFollowed) {
  const std::string victim = folder_ + "/victim", link = folder_ + "/link";
  std::ofstream(victim) << "precious";
  fs::create_symlink(victim, link);
  const std::string_view text = "new";
  tenet::write_atomically(link, {&text, 1});
  EXPECT_FALSE(fs::is_symlink(link));
  EXPECT_EQ(fs::file_size(victim), 8u);
  fs::create_symlink(victim, link + "2.tmp");
  EXPECT_THROW(tenet::write_atomically(link + "2", {&text, 1}), Error);
  EXPECT_EQ(fs::file_size(victim), 8u);
}

TEST_F(AtomicFile, AFullDiskLeavesTheOldFile) {  // as the kernel does it: no file may pass 64 KiB
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{65536, 65536};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      put(std::string(1 << 20, 'x'));
    } catch (const Error&) {
      ::_exit(42);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  EXPECT_EQ(content(), "old content");
  EXPECT_FALSE(temporary_left());
}

TEST_F(AtomicFile, AKilledProcessLeavesOneOfTheTwo) {
  std::mt19937 random(7);
  int changed = 0;
  for (int round = 0; round < tenet_test::scaled(40); ++round) {
    const std::string before = content();
    const std::string after(200'000, static_cast<char>('a' + round % 26));
    const unsigned wait = random() % 3000;
    const pid_t child = ::fork();
    if (child == 0) {
      put(after);
      ::_exit(0);
    }
    ::usleep(wait);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string now = content();
    EXPECT_TRUE(now == before || now == after) << "round " << round << ", killed after " << wait << " us";
    changed += now == after;
  }
  put("new");
  EXPECT_FALSE(temporary_left());
  RecordProperty("whole_new_files", changed);
}

}  // namespace
