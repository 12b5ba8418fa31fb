#include "penstock/journal/flusher.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "journal/segment_file.hpp"
#include "penstock/core/thread_name.hpp"

namespace penstock::journal {

class Flusher::Impl {
 public:
  explicit Impl(std::function<void(const Error&)> failed)
      : failed_(std::move(failed)), thread_([this] { run(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void flush(const std::vector<std::shared_ptr<SegmentFile>>& files) {
    {
      const std::lock_guard lock(mutex_);
      for (const auto& file : files) {
        if (std::find(waiting_.begin(), waiting_.end(), file) == waiting_.end()) {
          waiting_.push_back(file);
        }
      }
    }
    changed_.notify_one();
  }

 private:
  void run() {
    name_this_thread("flush");
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) {
        return;
      }
      const auto files = std::exchange(waiting_, {});
      lock.unlock();
      for (const auto& file : files) {
        if (const auto flushed = file->flush(); !flushed) {
          failed_(flushed.error());
          return;
        }
      }
      lock.lock();
    }
  }

  std::function<void(const Error&)> failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<SegmentFile>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

Flusher::Flusher(std::function<void(const Error&)> failed)
    : impl_(std::make_unique<Impl>(std::move(failed))) {}

Flusher::~Flusher() = default;

void Flusher::flush(const std::vector<std::shared_ptr<SegmentFile>>& files) {
  if (!files.empty()) {
    impl_->flush(files);
  }
}

}  // namespace penstock::journal
