// A link that hands everything to another: what records, changes or breaks messages overrides Send or Receive.
#ifndef TACIT_FORWARDING_LINK_H
#define TACIT_FORWARDING_LINK_H

#include <memory>
#include <utility>

#include "tacit/transport.h"

namespace tacit {

// `Inner` is what the link behind is known as: Link, or a kind of it.
template <typename Inner = Link>
class ForwardingLink : public Link {
 public:
  explicit ForwardingLink(std::unique_ptr<Inner> link) : link_(std::move(link)) {}
  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    return link_->Send(kind, round, section, std::move(payload));
  }
  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override { return link_->Receive(kind, round, size); }
  void Close(const absl::Status& why) override { link_->Close(why); }
  uint64_t sent(Section section) const override { return link_->sent(section); }
  uint64_t framing_sent() const override { return link_->framing_sent(); }

 protected:
  std::unique_ptr<Inner> link_;
};

}  // namespace tacit

#endif
