// A Kafka to try things with: librdkafka's mock cluster, one broker on loopback, in this process.
//
// It speaks transactions, but ignores aborts and fencing, answers no CreateTopics, and a partition
// keeps about 5 MB: right for the demo and for tests of error paths, no proof of exactly-once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"

namespace penstock::publish {

class EmbeddedKafka {
 public:
  static Result<std::unique_ptr<EmbeddedKafka>> start(Log& log);
  virtual ~EmbeddedKafka() = default;
  virtual std::string brokers() const = 0;
  virtual Result<void> create_topic(const std::string& name, int partitions) = 0;
};

}  // namespace penstock::publish
