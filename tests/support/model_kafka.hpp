// A Kafka cluster as far as a transactional producer and a read_committed reader can tell, for
// tests: it keeps what a real one keeps, and goes wrong where it is told to.
//
//   ModelKafka    topics, transactions, producer epochs; what is under way; time by a Clock
//   ModelSession  one source's TransactionalKafka on it
//   KafkaPlan     what goes wrong at which call
//
// One thread uses all of them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/clock.hpp"
#include "penstock/publish/kafka.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::test {

class ModelKafka {
 public:
  using Partition = std::pair<std::string, int>;  // topic, number

  struct Record {
    std::optional<std::string> key, value;
    std::int64_t timestamp_ms = 0;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::optional<std::string_view> header(std::string_view name) const;
  };

  struct Options {
    int partitions = 2;  // of a topic whose records go by their key
    Duration transaction_timeout{60'000};
    // The broker refuses such a record for what it is. None: it takes all.
    std::function<bool(const std::string& topic, std::string_view value)> refuses{};
    std::size_t largest_batch = SIZE_MAX;          // bytes of values; of events and dead letters
    std::int64_t latest_timestamp_ms = INT64_MAX;  // it refuses one that is later for its time
  };
  explicit ModelKafka(const Clock& clock) : ModelKafka(clock, Options{}) {}
  ModelKafka(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

  // For producers. False: fenced, another epoch is the current one.

  int init(const std::string& producer);  // the new epoch; what was open is aborted
  bool append(const std::string& producer, int epoch, const Partition& to, Record record);
  bool end(const std::string& producer, int epoch, bool commit);  // fine where nothing is open
  // Such a call is under way, and its producer doesn't know it.
  void end_later(const std::string& producer, int epoch, bool commit);
  bool refuses(const std::string& topic, std::string_view value) const {
    return options_.refuses && options_.refuses(topic, value);
  }
  bool refuses_time(std::int64_t timestamp_ms) const {
    return timestamp_ms > options_.latest_timestamp_ms;
  }
  bool refuses_batch(std::size_t bytes) const { return bytes > options_.largest_batch; }
  Partition partition_of(const std::string& topic, std::optional<std::string_view> key) const;
  const publish::Partitioning& partitioning() const { return partitioning_; }

  // What the cluster does by itself.

  std::size_t under_way() const { return late_.size(); }
  bool would_end_something(std::size_t which) const;
  void arrive(std::size_t which);             // one of those calls: it ends what is open by then
  void compact(const Partition& partition);   // of each key, only the last committed stays
  void make_again(const std::string& topic);  // it was deleted

  // For readers, read_committed.

  // The first visible record at `offset` or behind it, and its offset.
  struct Visible {
    std::int64_t offset = 0;
    const Record* record = nullptr;
  };
  std::optional<Visible> read(const Partition& partition, std::int64_t offset);
  std::int64_t end_of(const Partition& partition) const;  // the next record's offset
  std::vector<const Record*> visible(const Partition& partition);
  std::vector<Partition> partitions_of(const std::string& topic) const;
  // Of each key of a topic, the last value; without tombstones.
  std::map<std::string, std::string> latest(const std::string& topic);

 private:
  enum class State : std::uint8_t { open, committed, aborted };
  struct Stored {
    Record record;
    State state = State::open;
    bool compacted = false;
  };
  struct Log {
    std::vector<Stored> records;  // by offset
    std::int64_t first_open = 0;  // nothing before it is open
  };
  struct Producer {
    int epoch = 0;
    MonotonicTime since;  // of the open transaction
    std::vector<std::pair<Partition, std::int64_t>> open;
  };
  struct LateEnd {
    std::string producer;
    int epoch;
    bool commit;
  };

  Producer* current(const std::string& producer, int epoch);
  void decide(Producer& producer, State state);
  void expire();
  std::int64_t last_stable(Log& log) const;

  const Clock& clock_;
  Options options_;
  publish::Partitioning partitioning_{"murmur2", options_.partitions};
  std::map<Partition, Log> logs_;
  std::map<std::string, Producer> producers_;
  std::vector<LateEnd> late_;
};

enum class KafkaCall : std::uint8_t {
  prepare_topics,
  open_producer,
  init_transactions,
  fetch_metadata,
  begin,
  produce,
  commit,
  abort,
  read_state,
};

enum class KafkaFault : std::uint8_t {
  none,
  away,             // not carried out; the same call again
  unheard,          // carried out, and the answer got lost; the same call again
  failed,           // not carried out; the transaction can't go on
  fatal,            // not carried out; the producer can't go on
  fatal_unheard,    // carried out; the producer can't go on
  fatal_under_way,  // the producer can't go on; the call, a commit or an abort, is still under way
  connection_lost,  // carried out and answered, over a connection after the one that was lost
  sent_twice,       // the same, but the first sending is still under way
};

class KafkaPlan {
 public:
  virtual ~KafkaPlan() = default;
  virtual KafkaFault fault(KafkaCall) { return KafkaFault::none; }
  virtual bool brokers_down() { return false; }
  // So many of the queued records are sent now; a commit sends the rest.
  virtual std::size_t sent_early(std::size_t queued) {
    static_cast<void>(queued);
    return 0;
  }
};

struct ModelSessionOptions {
  SourceName source;
  publish::TopicNames topics;
  std::string transactional_id;
};

class ModelSession : public publish::TransactionalKafka {
 public:
  ModelSession(ModelSessionOptions options, ModelKafka& kafka, KafkaPlan& plan)
      : options_(std::move(options)), kafka_(kafka), plan_(plan) {}

  publish::Call prepare_topics() override;
  publish::Call open_producer() override;
  void close_producer() override { producer_.reset(); }
  publish::Call init_transactions() override;
  publish::Call fetch_metadata() override;
  const publish::Partitioning& partitioning() const override { return kafka_.partitioning(); }
  publish::Call begin() override;
  publish::Call commit() override { return end(KafkaCall::commit); }
  publish::Call abort() override;
  publish::Produced event(const publish::Record& record, publish::RecordId id) override;
  publish::Produced dead_letter(const publish::Record& record, publish::RecordId id) override;
  publish::Produced side(const SideRecord& record) override;
  publish::Call failure() const override;
  bool flush() override;
  void send_ahead() override {}  // what is sent is seen when it is committed
  void poll() override;
  std::vector<publish::Refusal> take_refused() override;
  std::uint64_t connections_lost() const override { return producer_ ? producer_->lost : 0; }
  publish::Call look() override;
  Result<bool> read_state(const Apply& apply, const std::function<bool()>& done,
                          Duration timeout) override;
  bool state_is_another() const override { return state_is_another_; }

  // How long the last call blocked, by the model.
  Duration blocked() const { return blocked_; }

 private:
  struct Queued {
    ModelKafka::Partition to;
    ModelKafka::Record record;  // without the value, where that isn't copied
    std::optional<std::string_view> value;
    std::optional<publish::RecordId> id;
  };
  enum class Health : std::uint8_t { good, failed, fatal, fenced };
  struct Producer {
    int epoch = 0;
    Health health = Health::good;
    bool end_sent = false;  // of this transaction: no delivery can fail any more
    std::uint64_t lost = 0;
    std::deque<Queued> queue;
    std::vector<publish::Refusal> refused;
  };

  publish::Call simple(KafkaCall call);
  publish::Call end(KafkaCall call);
  publish::Call answer(Health health, const char* why);
  publish::Produced queue(Queued&& queued, const publish::Record* record);
  void send(std::size_t count);

  ModelSessionOptions options_;
  ModelKafka& kafka_;
  KafkaPlan& plan_;
  std::optional<Producer> producer_;
  std::int64_t next_offset_ = 0;  // of the state partition
  bool state_is_another_ = false;
  Duration blocked_{0};
};

}  // namespace penstock::test
