#include "publish/metadata.hpp"

#include <algorithm>

#include "penstock/core/system_clock.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {
namespace {

// librdkafka waits for a broker that it can use and tells nobody meanwhile what hinders it. So it
// is asked in steps; the last ones are long enough for a slow broker's answer.
constexpr Duration first_step{1'000};

}  // namespace

Metadata ask_metadata(rd_kafka_t* client, rd_kafka_topic_t* topic, Duration timeout,
                      ClientEvents& events) {
  const MonotonicTime deadline = monotonic_now() + timeout;
  for (Duration step = first_step;; step *= 2) {
    const MonotonicTime asked = monotonic_now();
    const auto left = std::max(Duration{1}, std::chrono::ceil<Duration>(deadline - asked));
    const Duration wait = 2 * step > left ? left : step;
    const struct rd_kafka_metadata* found = nullptr;
    Metadata metadata{.error = rd_kafka_metadata(client, 0, topic, &found, milliseconds(wait)),
                      .found = {}};
    if (metadata.error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      metadata.found.reset(found);
      events.works();
      return metadata;
    }
    rd_kafka_poll(client, 0);
    const MonotonicTime now = monotonic_now();
    if (events.refused() || now >= deadline || now < asked + wait) {
      return metadata;
    }
  }
}

}  // namespace penstock::publish
