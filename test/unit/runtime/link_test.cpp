// Links over sockets: order, counts, bounded waits, and an error for whatever a peer should not send.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tacit/socket_link.h"

namespace tacit {
namespace {

struct Ends {
  std::unique_ptr<SocketLink> a, b;
  int raw_a = -1;
};

Ends Connect(SocketLinkOptions a = {"B", 7}, SocketLinkOptions b = {"A", 7}) {
  auto pair = SocketPair();
  EXPECT_TRUE(pair.ok());
  Ends ends;
  ends.raw_a = pair->first;
  ends.a = SocketLink::Make(pair->first, a);
  ends.b = SocketLink::Make(pair->second, b);
  return ends;
}

TEST(LinkTest, MessagesArriveInOrderAndAreCounted) {
  Ends ends = Connect();
  const Bytes large(5 << 20, 3); // more than a socket's buffer: Send does not wait for the peer
  ASSERT_TRUE(ends.a->Send(MessageKind::kRound, 1, Section::kOnline, large).ok());
  ASSERT_TRUE(ends.a->Send(MessageKind::kDeal, 9, Section::kOffline, {1, 2, 3}).ok());
  ASSERT_TRUE(ends.b->Send(MessageKind::kRound, 1, Section::kOnline, {5}).ok());
  auto first = ends.b->Receive(MessageKind::kRound, 1, large.size());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, large);
  EXPECT_EQ(*ends.b->Receive(MessageKind::kDeal, 9, -1), (Bytes{1, 2, 3}));
  EXPECT_EQ(*ends.a->Receive(MessageKind::kRound, 1, 1), Bytes{5});
  EXPECT_EQ(ends.a->sent(Section::kOnline), large.size());
  EXPECT_EQ(ends.a->sent(Section::kOffline), 3u);
  EXPECT_EQ(ends.a->framing_sent(), 64u);
}

TEST(LinkTest, WrongKindRoundLengthAndSessionAreErrors) {
  const auto error = [](MessageKind kind, uint32_t round, int64_t size, SocketLinkOptions sender) {
    Ends ends = Connect(std::move(sender));
    EXPECT_TRUE(ends.a->Send(MessageKind::kRound, 4, Section::kOnline, {1, 2}).ok());
    auto received = ends.b->Receive(kind, round, size);
    EXPECT_EQ(received.status().code(), absl::StatusCode::kDataLoss) << received.status();
    return std::string(received.status().message());
  };
  EXPECT_NE(error(MessageKind::kDeal, 4, 2, {"B", 7}).find("kind"), std::string::npos);
  EXPECT_NE(error(MessageKind::kRound, 5, 2, {"B", 7}).find("round 4, expected 5"), std::string::npos);
  EXPECT_NE(error(MessageKind::kRound, 4, 3, {"B", 7}).find("2 bytes, expected 3"), std::string::npos);
  EXPECT_NE(error(MessageKind::kRound, 4, 2, {"B", 8}).find("another session"), std::string::npos);
}

TEST(LinkTest, GarbageIsAnError) {
  Ends ends = Connect();
  const Bytes noise(64, 0xA5);
  ASSERT_EQ(send(ends.raw_a, noise.data(), noise.size(), 0), 64);
  EXPECT_EQ(ends.b->Receive(MessageKind::kRound, 1, 2).status().code(), absl::StatusCode::kDataLoss);
}

TEST(LinkTest, AReplayedMessageIsOutOfSequence) {
  auto recorder = SocketPair();
  ASSERT_TRUE(recorder.ok());
  Bytes frame;
  {
    auto link = SocketLink::Make(recorder->first, {"x", 7});
    ASSERT_TRUE(link->Send(MessageKind::kRound, 1, Section::kOnline, {9}).ok());
    ASSERT_TRUE(link->Flush().ok());
    frame.resize(33);
    ASSERT_EQ(recv(recorder->second, frame.data(), frame.size(), MSG_WAITALL), 33);
  }
  close(recorder->second);
  Ends ends = Connect();
  ASSERT_EQ(send(ends.raw_a, frame.data(), frame.size(), 0), 33);
  ASSERT_EQ(send(ends.raw_a, frame.data(), frame.size(), 0), 33);
  EXPECT_TRUE(ends.b->Receive(MessageKind::kRound, 1, 1).ok());
  EXPECT_EQ(ends.b->Receive(MessageKind::kRound, 1, 1).status().code(), absl::StatusCode::kDataLoss);
}

TEST(LinkTest, AClosedPeerSaysWhy) {
  Ends ends = Connect();
  ends.a->Close(absl::DataLossError("a message of round 3"));
  auto received = ends.b->Receive(MessageKind::kRound, 1, 2);
  EXPECT_EQ(received.status().code(), absl::StatusCode::kAborted);
  EXPECT_NE(std::string(received.status().message()).find("a message of round 3"), std::string::npos);
}

TEST(LinkTest, APeerThatIsGoneEndsTheWaitOnAnother) {
  Ends first = Connect(), second = Connect();
  SocketLink::Watch({first.b.get(), second.b.get()});
  std::thread leaves([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    first.a.reset();
  });
  const auto start = std::chrono::steady_clock::now();
  auto received = second.b->Receive(MessageKind::kRound, 1, 2);
  leaves.join();
  EXPECT_EQ(received.status().code(), absl::StatusCode::kUnavailable) << received.status();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

// A sender that is faster than its reader waits: what it holds stays below the bound, or is one message where that is larger.
TEST(LinkTest, TheQueueIsBounded) {
  constexpr uint64_t kBound = 4 << 20;
  constexpr int kMessages = 100;
  for (uint64_t size : {uint64_t{1} << 20, uint64_t{6} << 20}) {
    SocketLinkOptions sender{"B", 7, 20};
    sender.queue_bytes = kBound;
    Ends ends = Connect(sender);
    std::thread reader([&] {
      for (int i = 0; i < kMessages; ++i) {
        if (i < 10)
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        auto received = ends.b->Receive(MessageKind::kDeal, i, size);
        EXPECT_TRUE(received.ok()) << received.status();
        EXPECT_EQ((*received)[size - 1], i);
      }
    });
    for (int i = 0; i < kMessages; ++i)
      EXPECT_TRUE(ends.a->Send(MessageKind::kDeal, i, Section::kOffline, Bytes(size, i)).ok());
    reader.join();
    EXPECT_LE(ends.a->peak_queued(), std::max(kBound, size));
    EXPECT_GE(ends.a->peak_queued(), std::min(kBound, size));
    EXPECT_EQ(ends.a->sent(Section::kOffline), kMessages * size);
  }
}

TEST(LinkTest, ASendThatWaitsEndsWithThePeerAndWithOthers) {
  SocketLinkOptions sender{"B", 7, 20};
  sender.queue_bytes = 1;
  for (bool other : {false, true}) {
    Ends full = Connect(sender), second = Connect();
    SocketLink::Watch({full.a.get(), second.a.get()});
    std::thread leaves([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      (other ? second : full).b->Close(absl::DataLossError("the reason"));
    });
    const auto start = std::chrono::steady_clock::now();
    absl::Status status;
    for (int i = 0; i < 10 && status.ok(); ++i)
      status = full.a->Send(MessageKind::kDeal, i, Section::kOffline, Bytes(8 << 20));
    leaves.join();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
    EXPECT_NE(std::string(status.message()).find("the reason"), std::string::npos) << status;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  }
}

TEST(LinkTest, ASendThatWaitsIsBoundedBySilenceAndExtendedByLife) {
  SocketLinkOptions sender{"B", 7, 0.4};
  sender.queue_bytes = 1;
  const auto fill = [](Ends &ends) {
    absl::Status status;
    for (int i = 0; i < 3 && status.ok(); ++i)
      status = ends.a->Send(MessageKind::kDeal, i, Section::kOffline, Bytes(16 << 20));
    return status;
  };
  Ends silent = Connect(sender, {"A", 7, 0.4});
  EXPECT_EQ(fill(silent).code(), absl::StatusCode::kDeadlineExceeded);
  Ends busy = Connect(sender, {"A", 7, 0.4});
  std::thread computes([&] {
    for (int i = 0; i < 12; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      busy.b->Alive();
    }
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(busy.b->Receive(MessageKind::kDeal, i, 16 << 20).ok());
  });
  EXPECT_EQ(fill(busy), absl::OkStatus());
  computes.join();
}

TEST(LinkTest, WaitsAreBounded) {
  Ends ends = Connect({"B", 7}, {"A", 7, 0.2});
  EXPECT_EQ(ends.b->Receive(MessageKind::kRound, 1, 2).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(LinkTest, AliveFramesExtendAWaitAndSilenceEndsIt) {
  Ends ends = Connect({"B", 7, 0.4}, {"A", 7, 0.4});
  std::thread computes([&] {
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ends.a->Alive();
    }
    EXPECT_TRUE(ends.a->Send(MessageKind::kRound, 1, Section::kOnline, {9}).ok());
  });
  auto received = ends.b->Receive(MessageKind::kRound, 1, 1);
  computes.join();
  EXPECT_TRUE(received.ok()) << received.status();
  EXPECT_EQ(ends.b->Receive(MessageKind::kRound, 2, 1).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(LinkTest, AliveFramesAreRare) {
  Ends ends = Connect({"B", 7, 60}, {"A", 7, 60});
  for (int i = 0; i < 1000; ++i)
    ends.a->Alive();
  EXPECT_EQ(ends.a->framing_sent(), 0u);
}

TEST(LinkTest, AnAbortReplacesWhatWasQueued) {
  Ends ends = Connect({"B", 7, 60, Network{200, 1000}}, {"A", 7});
  ASSERT_TRUE(ends.a->Send(MessageKind::kRound, 1, Section::kOnline, {1}).ok());
  ASSERT_TRUE(ends.a->Send(MessageKind::kRound, 2, Section::kOnline, {2}).ok());
  ends.a->Close(absl::InternalError("over\nfor all"));
  auto received = ends.b->Receive(MessageKind::kRound, 1, 1);
  EXPECT_EQ(received.status().code(), absl::StatusCode::kAborted) << received.status();
  EXPECT_NE(std::string(received.status().message()).find("over?for all"), std::string::npos) << received.status();
}

TEST(LinkTest, TheReasonIsFoundBehindMessagesThatNobodyRead) {
  Ends first = Connect(), second = Connect();
  SocketLink::Watch({first.b.get(), second.b.get()});
  ASSERT_TRUE(first.a->Send(MessageKind::kReport, 0, Section::kControl, Bytes(100000, 1)).ok());
  ASSERT_TRUE(first.a->Flush().ok());
  first.a->Close(absl::DataLossError("the reason"));
  auto received = second.b->Receive(MessageKind::kRound, 1, 2);
  EXPECT_NE(std::string(received.status().message()).find("the reason"), std::string::npos) << received.status();
}

TEST(LinkTest, ASenderLearnsTheReasonToo) {
  Ends ends = Connect();
  ends.a->Close(absl::DataLossError("the reason"));
  absl::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) {
    status = ends.b->Send(MessageKind::kRound, 1, Section::kOnline, {1});
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_NE(std::string(status.message()).find("the reason"), std::string::npos) << status;
}

TEST(LinkTest, TheEmulatedNetworkDelaysAndLimits) {
  Ends ends = Connect({"B", 7, 60, Network{80, 8}}); // 40 ms one way, 1 MB/s
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(ends.a->Send(MessageKind::kRound, 1, Section::kOnline, Bytes(60000)).ok());
  ASSERT_TRUE(ends.b->Receive(MessageKind::kRound, 1, 60000).ok());
  EXPECT_GE(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 0.1);
}

TEST(LinkTest, Networks) {
  EXPECT_EQ(ParseNetwork("lan")->round_trip_ms, 1);
  EXPECT_EQ(ParseNetwork("40:100")->megabit_per_s, 100);
  for (const char *text : {"", "fast", "40", "40:", ":5", "-1:5", "1:0", "nan:1"})
    EXPECT_FALSE(ParseNetwork(text).ok()) << text;
}

} // namespace
} // namespace tacit
