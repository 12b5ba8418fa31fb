#include "app/recent_events.hpp"

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {

void RecentEvents::say(WallTime at, const SourceName& source, SourceEvent event,
                       std::string_view detail) {
  topic_->say(at, source, event, detail);
  const std::lock_guard lock(mutex_);
  latest_.push_back({at, source.str(), to_string(event), printable(detail)});
  if (latest_.size() > limits::shown_events) {
    latest_.pop_front();
  }
}

std::vector<ops::StatusEvent> RecentEvents::latest() const {
  const std::lock_guard lock(mutex_);
  return {latest_.begin(), latest_.end()};
}

}  // namespace penstock::app
