// Reads a partition of the state topic, as far as it is committed.
#pragma once

#include <memory>

#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

class StateReader {
 public:
  StateReader(KafkaConnection connection, std::string topic, int partition, Log& log);

  // See TransactionalKafka::read_state.
  Result<bool> read(const TransactionalKafka::Apply& apply, const std::function<bool()>& done,
                    Duration timeout);
  bool is_another() const { return is_another_; }

 private:
  KafkaConnection connection_;
  std::string topic_;
  int partition_;
  Log& log_;
  std::int64_t next_offset_;
  bool is_another_ = false;
};

}  // namespace penstock::publish
