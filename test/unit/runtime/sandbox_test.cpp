// What a party denies itself, tried in a process of its own.
#include "tacit/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "tacit/prg.h"

namespace tacit {
namespace {

// The exit status of `body` in a child that entered the sandbox; 100 where it could not.
int InSandbox(const std::function<int()> &body, bool inspectable = false) {
  const pid_t child = fork();
  if (child == 0)
    _exit(EnterSandbox(inspectable).ok() ? body() : 100);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}
// 0 where the call failed with EPERM.
int Denied(const std::function<long()> &call) {
  return InSandbox([&] { return call() == -1 && errno == EPERM ? 0 : 1; });
}

TEST(Sandbox, DeniesFilesProcessesAndSockets) {
  EXPECT_EQ(Denied([] { return open("/etc/hostname", O_RDONLY); }), 0);
  EXPECT_EQ(Denied([] { return open("/tmp/written-by-a-party", O_WRONLY | O_CREAT, 0600); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY); }), 0);
  EXPECT_EQ(Denied([] { return socket(AF_INET, SOCK_STREAM, 0); }), 0);
  EXPECT_EQ(Denied([] { return socket(AF_UNIX, SOCK_STREAM, 0); }), 0);
  EXPECT_EQ(Denied([] { return connect(0, nullptr, 0); }), 0);
  EXPECT_EQ(Denied([] {
              char *const none[] = {nullptr};
              return execve("/bin/true", none, none);
            }),
            0);
  EXPECT_EQ(Denied([] { return ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr); }), 0);
  EXPECT_EQ(Denied([] {
              char here[8];
              iovec local{here, 8}, remote{here, 8};
              return process_vm_readv(getppid(), &local, 1, &remote, 1, 0);
            }),
            0);
  EXPECT_EQ(Denied([] { return unlink("/tmp/no-such-file"); }), 0);
  EXPECT_EQ(Denied([] { return kill(getppid(), 0); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_tgkill, getppid(), getppid(), 0); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_tkill, getppid(), 0); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_pidfd_send_signal, 0, 0, nullptr, 0); }), 0);
  EXPECT_EQ(Denied([] { return access("/etc/hostname", F_OK); }), 0);
  EXPECT_EQ(Denied([] { return chdir("/"); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_readlink, "/proc/self/exe", nullptr, 0); }), 0);
  EXPECT_EQ(Denied([] { return syscall(SYS_unshare, 0); }), 0);
  EXPECT_EQ(Denied([] { return fork(); }), 0);
}

TEST(Sandbox, AllowsThreadsMemoryAndRandomness) {
  EXPECT_EQ(InSandbox([] {
              int made = 0;
              std::thread thread([&] { made = 7; });
              thread.join();
              const Seed seed = RandomSeed();
              void *memory = mmap(nullptr, 1 << 24, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return made == 7 && seed != Seed{} && memory != MAP_FAILED ? 0 : 1;
            }),
            0);
}

TEST(Sandbox, LeavesNoCoreAndNobodyAttaches) {
  const auto looks = [] {
    rlimit core{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    return prctl(PR_GET_DUMPABLE) + (core.rlim_max == 0 ? 0 : 2);
  };
  EXPECT_EQ(InSandbox(looks), 0);
  EXPECT_EQ(InSandbox(looks, /*inspectable=*/true), 1);
}

TEST(Sandbox, EndsWithItsParent) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(ends[0]);
    if (fork() == 0) {
      const bool fine = EnterSandbox(false).ok();
      (void)!write(ends[1], fine ? "s" : "f", 1);
      pause();
      _exit(0);
    }
    close(ends[1]);
    pause();
    _exit(0);
  }
  close(ends[1]);
  char state = 0;
  ASSERT_EQ(read(ends[0], &state, 1), 1);
  EXPECT_EQ(state, 's');
  ASSERT_EQ(kill(parent, SIGKILL), 0);
  waitpid(parent, nullptr, 0);
  // The pipe's last writer is the grandchild: its end is the pipe's end.
  EXPECT_EQ(read(ends[0], &state, 1), 0);
  close(ends[0]);
}

} // namespace
} // namespace tacit
