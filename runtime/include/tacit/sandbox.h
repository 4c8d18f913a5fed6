// What a party denies itself before the first message.
#ifndef TACIT_SANDBOX_H
#define TACIT_SANDBOX_H

#include "absl/status/status.h"

namespace tacit {

// The process keeps its open descriptors and may make threads, but can no longer open files, make sockets, start or trace processes or read
// their memory (seccomp: such calls fail with EPERM); no core dumps; it ends when its parent does. `inspectable` (testing) leaves its
// memory readable for the parent.
absl::Status EnterSandbox(bool inspectable);

}  // namespace tacit

#endif
