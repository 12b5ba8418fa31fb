// The thread that publishes one source's batches to Kafka, in transactions.
//
// Transactor does the work, one step after the other; this is the thread around it, and the mailbox
// in front. push(), post(), post_in_turn() and drain() may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "penstock/core/commit_beat.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/decision.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct PublisherOptions {
  SourceName source;
  KafkaConnection connection;
  TopicNames topics;
  TopicPlan plan;
  std::string transactional_id;
  RouterOptions router;
  CommitBeat beat;
  Bytes held_back{};  // fewer than these wait for the end of the interval before they are produced
  std::string instance;  // of this process
  std::string host;
  WallTime started_at;
  std::string journal;  // id of the journal that the batches come from
  // The first that this process writes to it: Kafka can't have it yet. 0: that isn't known.
  BlockSequence first_block{};
};

enum class PublisherEnd : std::uint8_t { drained, taken_over, lost_position };

// Why the last call to Kafka failed, until one succeeds; no text: none did.
struct KafkaTrouble {
  std::string text;      // without secrets
  bool refused = false;  // it doesn't take who calls, or isn't trusted: a setting has to be changed
  bool operator==(const KafkaTrouble&) const = default;
};

// Called on the publisher's thread.
class PublisherListener {
 public:
  virtual ~PublisherListener() = default;
  // Kafka took the claim: from now on batches are published. Once.
  virtual void ready_to_publish() = 0;
  // The batch, of so many lines when it was pushed, is in Kafka: its block's bytes are needed no
  // more. Batches of a channel come in order.
  virtual void released(const Batch& batch, std::size_t lines) = 0;
  // After the batches of one transaction.
  virtual void committed() = 0;
  virtual void notice(SourceEvent event, std::string_view detail) = 0;
  // It is another one than before, or over.
  virtual void kafka_trouble(const KafkaTrouble& trouble) { static_cast<void>(trouble); }
  // The last call.
  virtual void ended(PublisherEnd end) = 0;
};

// Decides something on the publisher's thread, between batches. What it changes is committed.
using Note = std::function<Changes()>;

class Publisher {
 public:
  // `decider` is used by the publisher's thread only.
  Publisher(PublisherOptions options, Decider& decider, PublisherListener& listener,
            SourceCounters& counters, Log& log);
  ~Publisher();  // joins the thread, which must have been told to drain()

  void start();
  // Never blocks: the caller keeps to limits::max_extracted_*. Batches of live sessions are taken
  // before those of replays that wait, and notes before both, but for a note in turn: that stays
  // behind the live batches that were pushed before.
  void push(Batch&& batch);
  void post(Note note);
  void post_in_turn(Note note);
  void set_beat(const CommitBeat& beat);  // from the next commit on
  // No more batches: commit what is there, then end.
  void drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::publish
