// Frames of a link as bytes of a socket. The input: what the receiver expects (kinds, round, length), whether a watched link closes, then
// the bytes that arrive; then the sender is gone.
#include "support.h"
#include "tacit/socket_link.h"

#include <sys/socket.h>

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t kind = input.Byte(), round = input.Byte(), length = input.Byte(), flags = input.Byte();
  const std::string_view arriving = input.Take(1 << 16);
  auto pair = SocketPair(), other = SocketPair();
  fuzz::Require(pair.ok() && other.ok(), "sockets can be made");
  SocketLinkOptions options;
  options.peer = "P1";
  options.session = 7;
  options.deadline_s = 1;
  auto link = SocketLink::Make(pair->first, options), watched = SocketLink::Make(other->first, options);
  SocketLink::Watch({link.get(), watched.get()});
  // The watched link's peer says something before it goes, where the flag says so.
  const int speaker = flags & 1 ? other->second : pair->second;
  fuzz::Require(send(speaker, arriving.data(), arriving.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(arriving.size()),
                "a socket takes the input");
  close(speaker);
  bool ended = false;
  for (int i = 0; i < 8 && !ended; ++i) {
    const int64_t expected = flags & 2 ? -1 : length;
    auto bytes = link->Receive(static_cast<MessageKind>((kind + i * (flags >> 4)) % 16), round, expected);
    ended = !bytes.ok();
    if (bytes.ok())
      fuzz::Require(bytes->size() <= arriving.size() && (expected < 0 || static_cast<int64_t>(bytes->size()) == expected),
                    "a message has the length that was expected and no more than arrived");
  }
  if (flags & 4)
    link->Close(absl::DataLossError("a message that is none"));
  if (!(flags & 1))
    close(other->second);
  else
    close(pair->second);
  return 0;
}
