// Reads a source's partition of the state topic, as far as it is committed.
#pragma once

#include <memory>

#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/state_records.hpp"

namespace penstock::publish {

class StateReader {
 public:
  StateReader(KafkaConnection connection, std::string topic, SourceName source, Log& log);

  // Applies what follows the last record read, until `owner`'s claim is among it. Records of other
  // sources in the partition may hold the claim back while their transactions are open.
  Result<void> read_to_claim(SourceState& state, const Owner& owner, Duration timeout);
  // Applies what follows, until the latest owner is another instance than `instance`, or the time
  // is over, which is no error.
  Result<void> read_for_another(SourceState& state, const std::string& instance, Duration timeout);

 private:
  template <class Done>
  Result<bool> read(SourceState& state, Duration timeout, Done done);

  KafkaConnection connection_;
  std::string topic_;
  SourceName source_;
  Log& log_;
  std::int64_t next_offset_;
};

}  // namespace penstock::publish
