// The allocator's thresholds for processes that hold values: called first in main.
#ifndef TACIT_KEEP_PAGES_H
#define TACIT_KEEP_PAGES_H

#include <cstdlib>  // __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tacit {

// Values come and go by the megabyte. By default each would be mapped, cleared by the kernel page by page and unmapped again; kept in the
// heap, its pages serve the next ones. Costs memory only up to what fragments, and nothing where the allocator is another one.
inline void KeepPages() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

}  // namespace tacit

#endif
