// How long the brokers have answered nothing, as seen by who waits for a producer's deliveries.
#pragma once

#include <librdkafka/rdkafka.h>

#include "penstock/core/system_clock.hpp"

namespace penstock::publish {

class Silence {
 public:
  explicit Silence(rd_kafka_t* client)
      : client_(client), left_(rd_kafka_outq_len(client)), since_(monotonic_now()) {}

  // To be called now and then: an answer is seen where two calls differ.
  bool longer_than(Duration duration) {
    const MonotonicTime now = monotonic_now();
    if (const int left = rd_kafka_outq_len(client_); left < left_) {
      left_ = left;
      since_ = now;
    }
    return now - since_ > duration;
  }
  bool nothing_left() const { return left_ == 0; }

 private:
  rd_kafka_t* client_;
  int left_;
  MonotonicTime since_;
};

}  // namespace penstock::publish
