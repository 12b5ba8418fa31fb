// Writes `<prefix>.status`: what happens at the sources, one JSON object a change.
//
// A plain idempotent producer of its own, for all sources: it must speak when transactions can't.
// say() never blocks and may be called from any thread; what can't be queued is dropped, logged.
#pragma once

#include <memory>
#include <string_view>

#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"
#include "penstock/publish/kafka.hpp"

namespace penstock::publish {

// The value of a status record. Pure.
std::string status_json(WallTime at, const SourceName& source, SourceEvent event,
                        std::string_view detail);

class StatusTopic {
 public:
  // Makes the topic again where it is deleted and the plan allows it; the publishers make it first.
  static Result<std::unique_ptr<StatusTopic>> open(const KafkaConnection& connection,
                                                   const std::string& topic, const TopicPlan& plan,
                                                   Log& log);
  virtual ~StatusTopic() = default;
  virtual void say(WallTime at, const SourceName& source, SourceEvent event,
                   std::string_view detail) = 0;
  // Serves librdkafka's callbacks; call it about once a second.
  virtual void poll() = 0;
  // Sends what is queued, for up to `timeout`.
  virtual void flush(Duration timeout) = 0;
};

}  // namespace penstock::publish
