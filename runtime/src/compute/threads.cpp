// A small pool: the calling thread and its helpers take pieces of a loop until none is left.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "tacit/kernels.h"

namespace tacit::kernels {

namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { Work(); });
  }

  ~Pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // False where another thread's loop has the pool.
  bool Run(int64_t n, int64_t piece, absl::FunctionRef<void(int64_t, int64_t)> body) {
    const std::unique_lock<std::mutex> one_loop(loop_, std::try_to_lock);
    if (!one_loop.owns_lock()) return false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      body_ = &body;
      n_ = n;
      piece_ = piece;
      next_.store(0);
      running_ = static_cast<int>(workers_.size());
      ++generation_;
    }
    wake_.notify_all();
    Take();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    body_ = nullptr;
    return true;
  }

 private:
  void Take() {
    for (;;) {
      const int64_t begin = next_.fetch_add(piece_);
      if (begin >= n_) return;
      (*body_)(begin, std::min(n_, begin + piece_));
    }
  }

  void Work() {
    uint64_t seen = 0;
    for (;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return stop_ || generation_ != seen; });
        if (stop_) return;
        seen = generation_;
      }
      Take();
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--running_ == 0) done_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex loop_;   // held by the thread whose loop runs
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_, done_;
  bool stop_ = false;
  uint64_t generation_ = 0;
  int running_ = 0;
  absl::FunctionRef<void(int64_t, int64_t)>* body_ = nullptr;
  int64_t n_ = 0;
  int64_t piece_ = 1;
  std::atomic<int64_t> next_{0};
};

std::unique_ptr<Pool>& ThePool() {
  static std::unique_ptr<Pool> pool;
  return pool;
}

// A loop inside a loop runs in its thread.
thread_local bool inside = false;

}  // namespace

void SetThreads(int threads) {
  std::unique_ptr<Pool>& pool = ThePool();
  pool.reset();
  if (threads > 1) pool = std::make_unique<Pool>(std::min(threads, 1024));
}

int Threads() { return ThePool() == nullptr ? 1 : ThePool()->threads(); }

void ParallelFor(int64_t n, int64_t grain, absl::FunctionRef<void(int64_t, int64_t)> body) {
  if (n <= 0) return;
  Pool* pool = ThePool().get();
  grain = std::max<int64_t>(grain, 1);
  if (pool == nullptr || n <= grain || inside) {
    body(0, n);
    return;
  }
  // Four pieces a thread even out pieces of unequal cost.
  const int64_t piece = std::max(grain, (n + 4 * pool->threads() - 1) / (4 * pool->threads()));
  auto nested = [&](int64_t begin, int64_t end) {
    inside = true;
    body(begin, end);
    inside = false;
  };
  if (!pool->Run(n, piece, nested)) body(0, n);
}

}  // namespace tacit::kernels
