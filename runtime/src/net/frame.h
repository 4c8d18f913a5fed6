// What stands before each payload on a socket, in the byte order of the machine (little-endian; TLS or shared memory of one host carry it).
#ifndef TACIT_NET_FRAME_H
#define TACIT_NET_FRAME_H

#include <cstdint>

namespace tacit {

inline constexpr uint32_t kFrameMagic = 0x31544354;  // "TCT1"

struct FrameHeader {
  uint32_t magic = kFrameMagic;
  uint8_t kind = 0;
  uint8_t reserved[3] = {};  // zero
  uint64_t session = 0;
  uint32_t round = 0;
  uint32_t sequence = 0;  // of this direction of the link, from 0
  uint64_t length = 0;    // of the payload
};
static_assert(sizeof(FrameHeader) == 32);

}  // namespace tacit

#endif
