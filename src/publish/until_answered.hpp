// Calls to Kafka that are to be made again where they say so, for commands. Pure.
#pragma once

#include "penstock/core/clock.hpp"
#include "penstock/core/limits.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

// The answer, for as long as a transaction may take; then what was answered last. Where Kafka
// refuses who calls, asking again is of no use.
template <class Ask>  // Call()
Call until_answered(const Clock& clock, Ask ask) {
  const MonotonicTime deadline = clock.monotonic() + limits::transaction_timeout;
  Call call = ask();
  while (call.outcome == Outcome::retriable && !call.refused && clock.monotonic() < deadline) {
    call = ask();
  }
  return call;
}

}  // namespace penstock::publish
