// Waits until the brokers have acknowledged what a producer has queued, in the way that costs
// librdkafka's threads least. Of one thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>

#include "penstock/core/units.hpp"

namespace penstock::publish {

class Deliveries {
 public:
  void set_partitions(std::int32_t partitions) noexcept { partitions_ = partitions; }
  void queued(Bytes value) noexcept;
  void forget() noexcept;  // what was queued

  // True: all is acknowledged, or it has `failed`. False: nothing is for some seconds.
  bool await(rd_kafka_t* client, const std::function<bool()>& failed);

  // Has it sent, and waits for nothing.
  static void hasten(rd_kafka_t* client);

 private:
  void await_full_batches(rd_kafka_t* client, const std::function<bool()>& failed) const;

  std::int32_t partitions_ = 1;
  Bytes bytes_{};  // of values, queued since the last wait
  int records_ = 0;
};

}  // namespace penstock::publish
