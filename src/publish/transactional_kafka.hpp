// Kafka as a source's Transactor uses it. The tests' model of Kafka stands behind it too.
//
// Calls may block, for some seconds at most. One thread uses it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/router.hpp"
#include "penstock/publish/transaction_fsm.hpp"
#include "publish/partitioning.hpp"

namespace penstock::publish {

// What came of a call, and why.
struct Call {
  Outcome outcome = Outcome::ok;
  std::string why{};
  // Kafka doesn't take who calls, or isn't trusted: until a setting is changed no call will
  // succeed.
  bool refused = false;
  bool stopped = false;  // before Kafka answered, as nothing is wanted of it any more
};

enum class Produced : std::uint8_t {
  queued,
  refused,  // it can't be sent at all: too large
  failed,   // failure() knows why
};

class TransactionalKafka {
 public:
  virtual ~TransactionalKafka() = default;

  virtual Call prepare_topics() = 0;
  // A new producer; the one before is gone first, and holds no view of a record any more.
  virtual Call open_producer() = 0;
  virtual void close_producer() = 0;

  // Of the producer that is open.
  virtual Call init_transactions() = 0;
  virtual Call fetch_metadata() = 0;  // spares the first transaction the look-up of its partitions
  virtual const Partitioning& partitioning() const = 0;  // of events, as of that call
  virtual Call begin() = 0;
  // Both are to be called again where they say so: they wait a while only.
  virtual Call commit() = 0;
  virtual Call abort() = 0;
  // The value isn't copied: it stays until the transaction is committed, or the producer is gone.
  virtual Produced event(const Record& record, RecordId id) = 0;
  virtual Produced dead_letter(const Record& record, RecordId id) = 0;  // copies the value
  virtual Produced side(const SideRecord& record) = 0;                  // keys are whole; copies
  virtual Call failure() const = 0;                                     // of what was produced last
  // Sends what is queued and waits for the answers. False: one of them is a failure, or none comes
  // for a while.
  virtual bool flush() = 0;
  virtual void send_ahead() = 0;  // sends what is queued, and waits for nothing
  virtual void poll() = 0;
  // Records that a broker refused for what they are, since the last call.
  virtual std::vector<Refusal> take_refused() = 0;
  virtual std::uint64_t connections_lost() const = 0;  // counts from the producer's start
  // Asks, and waits a second at most: does a broker answer?
  virtual Call look() = 0;

  // Gives the records that follow the last one given, of the source's partition of the state topic
  // and as far as committed, to `apply`, until `done`. False: not yet, when what is committed is
  // read and the time is over.
  using Apply =
      std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>;
  virtual Result<bool> read_state(const Apply& apply, const std::function<bool()>& done,
                                  Duration timeout) = 0;
  // The topic that was read last isn't the one from before: it ended earlier. Once so, always.
  virtual bool state_is_another() const = 0;
};

}  // namespace penstock::publish
