#include "tacit/sandbox.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>

#include "absl/strings/str_cat.h"

namespace tacit {

absl::Status EnterSandbox(bool inspectable) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, inspectable ? 1 : 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);

  struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
  };
  std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return absl::InternalError("cannot make a seccomp filter");
  for (const char* name : {"open",
                           "openat",
                           "openat2",
                           "creat",
                           "open_by_handle_at",
                           "execve",
                           "execveat",
                           "fork",
                           "vfork",
                           "socket",
                           "connect",
                           "bind",
                           "listen",
                           "accept",
                           "accept4",
                           "ptrace",
                           "process_vm_readv",
                           "process_vm_writev",
                           "pidfd_open",
                           "pidfd_getfd",
                           "kill",
                           "tkill",
                           "rt_sigqueueinfo",
                           "rt_tgsigqueueinfo",
                           "pidfd_send_signal",
                           "process_madvise",
                           "kcmp",
                           "perf_event_open",
                           "bpf",
                           "userfaultfd",
                           "keyctl",
                           "add_key",
                           "request_key",
                           "setns",
                           "unshare",
                           "chroot",
                           "pivot_root",
                           "umount2",
                           "chdir",
                           "truncate",
                           "mknod",
                           "mknodat",
                           "chmod",
                           "fchmodat",
                           "chown",
                           "lchown",
                           "fchownat",
                           "utimensat",
                           "setxattr",
                           "lsetxattr",
                           "getdents",
                           "getdents64",
                           "access",
                           "faccessat",
                           "faccessat2",
                           "stat",
                           "lstat",
                           "statx",
                           "readlink",
                           "readlinkat",
                           "inotify_init1",
                           "fanotify_init",
                           "shmget",
                           "shmat",
                           "msgget",
                           "semget",
                           "mq_open",
                           "mount",
                           "unlink",
                           "unlinkat",
                           "rename",
                           "renameat",
                           "renameat2",
                           "link",
                           "linkat",
                           "symlink",
                           "symlinkat",
                           "mkdir",
                           "mkdirat",
                           "io_uring_setup"}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;
    const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), number, 0);
    if (error != 0) return absl::InternalError(absl::StrCat("cannot deny the system call ", name));
  }
  // Threads, but no processes. clone3 hides its flags behind a pointer; without it the C library falls back to clone.
  const bool no_clone3 = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
  const bool no_process =
      seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0;
  if (!no_clone3 || !no_process) return absl::InternalError("cannot deny the system call clone");
  // A signal to itself is how the C library aborts; to anybody else it is denied.
  const bool no_signal = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                                          SCMP_A0(SCMP_CMP_NE, static_cast<scmp_datum_t>(getpid()), 0)) == 0;
  if (!no_signal) return absl::InternalError("cannot deny the system call tgkill");
  if (seccomp_load(filter.get()) != 0)
    return absl::FailedPreconditionError("the kernel refuses the seccomp filter that a party runs under");
  return absl::OkStatus();
}

}  // namespace tacit
