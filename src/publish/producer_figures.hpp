// One producer's part in the counters of its source. What it says of now is taken back when it
// ends; what it counted stays.
#pragma once

#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/time.hpp"
#include "publish/client_statistics.hpp"

namespace penstock::publish {

class ProducerFigures {
 public:
  explicit ProducerFigures(KafkaCounters& counters) : counters_(counters) {}
  ~ProducerFigures();
  ProducerFigures(const ProducerFigures&) = delete;
  ProducerFigures& operator=(const ProducerFigures&) = delete;

  void take(const ClientStatistics& statistics);
  void transaction_began(WallTime at);
  void transaction_ended() { counters_.transaction_began_ms.set(0); }

 private:
  void set_gauges(const ClientStatistics& statistics);

  KafkaCounters& counters_;
  ClientStatistics last_;
};

}  // namespace penstock::publish
