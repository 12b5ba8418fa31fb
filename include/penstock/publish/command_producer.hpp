// Publishes events that a command has, with a producer of its own: what one call is given is one
// transaction. The event of a dead letter has the mark of its letter (dead_letter_index.hpp) in the
// same one.
//
// One producer of a transactional id at a time: the newest fences those before it. So what a reader
// opened afterwards with ReadTo::written says is final until the next one is opened.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/dead_letter_index.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct CommandProducerOptions {
  KafkaConnection connection;
  // Named are those that it writes to whatever it is given: `events`, where it is one topic that
  // all goes to, and `dead_letters`, where they are letters.
  TopicNames topics;
  std::string transactional_id;
  // No other process has that id, ever. Then publish() goes on with another producer after a
  // transaction in which a connection was lost. With an id that others have, the next of them may
  // have published since: what was read after open() says nothing any more, and publish() fails.
  bool own_id = false;
  Bytes max_event;
  // What errors say. `command`: what fences this one; `after_failure`: what to do then; `in_doubt`:
  // what tells whether a transaction of unknown outcome was published.
  std::string command, after_failure, in_doubt;
  // Then topics.events is made where it is missing.
  std::optional<TopicPlan> plan{};
};

// An event to be published. What it points to stays until publish() is back.
struct Outgoing {
  const Batch* batch = nullptr;
  std::uint32_t event = 0;  // its index in the batch
  const Router* router = nullptr;
  std::string topic{};
  const StoredLetter* letter = nullptr;  // that it was; none: it wasn't one
};

// One thread uses it. Calls wait for Kafka: for half a minute in open(), some minutes in publish().
class CommandProducer {
 public:
  static Result<std::unique_ptr<CommandProducer>> open(const CommandProducerOptions& options,
                                                       Log& log);
  virtual ~CommandProducer() = default;

  // What became of event `index`: published, where `refused` is empty, else why Kafka doesn't take
  // it. What one call publishes is one transaction, unless Kafka refuses a record: then each event
  // has its own.
  using Tell = std::function<void(std::size_t index, const std::string& refused)>;
  // An error: Kafka failed. What wasn't told isn't published, or that is in doubt, as the text
  // says; the next producer decides it. Then this one is of no use any more.
  virtual Result<void> publish(std::span<const Outgoing> events, WallTime now,
                               const Tell& tell) = 0;
};

}  // namespace penstock::publish
