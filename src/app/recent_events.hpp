// The status topic, with its last records kept for who looks at the daemon.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "penstock/ops/status_document.hpp"
#include "penstock/publish/status_topic.hpp"

namespace penstock::app {

class RecentEvents final : public publish::StatusTopic {
 public:
  explicit RecentEvents(std::unique_ptr<publish::StatusTopic> topic) : topic_(std::move(topic)) {}

  void say(WallTime at, const SourceName& source, SourceEvent event,
           std::string_view detail) override;
  void poll() override { topic_->poll(); }
  void flush(Duration timeout) override { topic_->flush(timeout); }

  // The latest at the end, limits::shown_events at most. From any thread.
  std::vector<ops::StatusEvent> latest() const;

 private:
  std::unique_ptr<publish::StatusTopic> topic_;
  mutable std::mutex mutex_;
  std::deque<ops::StatusEvent> latest_;
};

}  // namespace penstock::app
