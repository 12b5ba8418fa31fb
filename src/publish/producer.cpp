#include "publish/producer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/error_classes.hpp"
#include "publish/metadata.hpp"
#include "publish/milliseconds.hpp"
#include "publish/producer_figures.hpp"
#include "publish/producer_properties.hpp"
#include "publish/record_arguments.hpp"
#include "publish/record_opaque.hpp"

namespace penstock::publish {
namespace {

// Once a transaction has failed, librdkafka (2.0) sends nothing of it any more, but flush, commit
// and abort wait for it all the same, for up to message.timeout.ms. So none of them is waited for
// longer than this; they are called again, and find out then.
constexpr Duration answer_wait{1'000};    // of a broker that has nothing to do for it
constexpr Duration decision_wait{5'000};  // for the coordinator's answer to a commit
// An abort purges; what was queued anew, the next call does. A new epoch, where one is needed,
// comes after 500 ms when the coordinator was busy at first.
constexpr Duration purge_wait{1'000};
// Between two looks at whether a broker has refused the login while it waits for a producer id.
constexpr Duration init_step{1'000};

// What goes beside the events can't go elsewhere. It is refused with all of its batch, which is
// less than Kafka's default takes.
std::string remedy(const rd_kafka_message_t& message) {
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  return ": the record `" + printable(key) + "` of " +
         std::to_string(message.key_len + message.len) +
         " bytes, or what is sent with it; raise max.message.bytes of that topic to 1048588";
}

}  // namespace

class Producer::Events final : public ClientEvents {
 public:
  Events(const ProducerOptions& options, Log& log) : ClientEvents(options.transactional_id, log) {
    if (options.counters != nullptr) {
      figures.emplace(*options.counters);
    }
  }

  void not_delivered(const rd_kafka_message_t& message) override {
    // The opaque is a number, never a pointer to anything.
    const auto opaque = reinterpret_cast<std::uint64_t>(message._private);
    if (opaque != 0 && refused_for_itself(message.err)) {
      refused_records.push_back(
          {from_opaque(opaque), message.err == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP});
    }
    topic_missing = topic_missing || is_missing_for_record(message.err);
    const std::size_t too_large =
        opaque == 0 && is_too_large(message.err) ? message.key_len + message.len : 0;
    if (failure.empty() || (largest_refused > 0 && too_large > largest_refused)) {
      largest_refused = too_large;
      taken_back = is_taken_back(message.err);
      failure = std::string(rd_kafka_topic_name(message.rkt)) + ": " +
                rd_kafka_err2str(message.err) + (too_large > 0 ? remedy(message) : "");
    }
  }

  void statistics(std::string_view json) override {
    if (const auto read = read_statistics(json); read && figures) {
      figures->take(*read);
    }
  }

  std::optional<ProducerFigures> figures;
  std::vector<Refusal> refused_records;
  std::string failure;
  std::size_t largest_refused = 0;  // bytes of the record that the failure names; 0: it names none
  bool taken_back = false;          // the failure tells a consequence, not a reason
  bool topic_missing = false;
};

Producer::Producer() = default;

// In the middle of a transaction librdkafka (2.0) may be about to register a partition; where that
// meets its end it asserts. An abort, whatever comes of it, stops that first.
Producer::~Producer() {
  if (in_transaction_) {
    abort();
  }
}

Result<std::unique_ptr<Producer>> Producer::open(const ProducerOptions& options, Log& log) {
  std::unique_ptr<Producer> producer(new Producer);
  producer->events_ = std::make_unique<Events>(options, log);
  auto client = make_client(ClientKind::producer, options.connection, producer_properties(options),
                            *producer->events_);
  if (!client) {
    return client.error();
  }
  producer->client_ = std::move(*client);
  const auto& properties = options.connection.properties;
  const auto partitioner = properties.find("partitioner");
  producer->partitioner_ = partitioner != properties.end() ? partitioner->second : "";
  producer->event_partitioner_.emplace(producer->partitioner_);
  bool opened = true;
  const auto open = [&](TopicHandle& topic, const std::string& name, TopicConfHandle conf = {}) {
    if (!name.empty()) {
      topic = producer->open_topic(name, std::move(conf));
      opened = opened && topic;
    }
  };
  open(producer->events_topic_, options.topics.events,
       producer->event_partitioner_->topic_conf(producer->client_.get()));
  open(producer->dead_letters_topic_, options.topics.dead_letters);
  open(producer->state_topic_, options.topics.state);
  open(producer->jobs_topic_, options.topics.jobs);
  open(producer->gaps_topic_, options.topics.gaps);
  if (!opened) {
    return make_error(Errc::kafka, "librdkafka can't open a topic: " +
                                       std::string(rd_kafka_err2str(rd_kafka_last_error())));
  }
  return producer;
}

TopicHandle Producer::open_topic(const std::string& name, TopicConfHandle conf) {
  TopicHandle topic(rd_kafka_topic_new(client_.get(), name.c_str(), conf.get()));
  if (topic) {
    static_cast<void>(conf.release());  // the topic took it
  }
  return topic;
}

Call Producer::outcome_of(rd_kafka_error_t* raw) {
  const ErrorHandle error(raw);
  if (!error) {
    events_->works();
    return {};
  }
  Call call;
  call.why = events_->shown(rd_kafka_error_string(error.get()));
  if (!events_->failure.empty()) {
    call.why += " (" + events_->failure + ")";
  }
  const Outcome producer = state();
  if (is_fencing(rd_kafka_error_code(error.get())) || producer == Outcome::fenced) {
    call.outcome = Outcome::fenced;
  } else if (rd_kafka_error_is_fatal(error.get()) != 0 || producer == Outcome::fatal) {
    call.outcome = Outcome::fatal;
  } else if (rd_kafka_error_txn_requires_abort(error.get()) != 0) {
    call.outcome = Outcome::requires_abort;
  } else if (rd_kafka_error_is_retriable(error.get()) != 0) {
    call.outcome = Outcome::retriable;
    call.why = events_->unanswered(call.why);
    call.refused = events_->refused();
  } else {
    call.outcome = Outcome::fatal;  // a call in a wrong state: only a new producer helps
  }
  return call;
}

Outcome Producer::state() const {
  std::array<char, 1> ignored{};
  const auto fatal = rd_kafka_fatal_error(client_.get(), ignored.data(), ignored.size());
  return is_fencing(fatal)                     ? Outcome::fenced
         : fatal != RD_KAFKA_RESP_ERR_NO_ERROR ? Outcome::fatal
                                               : Outcome::ok;
}

// A record of the transaction wasn't delivered. librdkafka may not take that for the end of the
// transaction, and go on sending what else it has.
bool Producer::transaction_failed() {
  if (events_->failure.empty()) {
    return false;
  }
  if (std::exchange(events_->taken_back, false)) {
    // Begins nothing within a transaction, but says why this one has failed.
    const ErrorHandle why(rd_kafka_begin_transaction(client_.get()));
    if (why && rd_kafka_error_code(why.get()) != RD_KAFKA_RESP_ERR__STATE) {
      events_->failure = events_->shown(rd_kafka_error_string(why.get()));
    }
  }
  const Outcome producer = state();
  const Outcome mine = events_->topic_missing ? Outcome::fatal : Outcome::requires_abort;
  failure_ = {producer == Outcome::ok ? mine : producer, events_->failure};
  return true;
}

// The call is resumed where it had no time left. librdkafka then says what it waits for, where it
// knows: a Kafka that never had a transaction first makes the topic of their states, and answers
// until then that nobody coordinates them.
Call Producer::init_transactions(Duration timeout) {
  const MonotonicTime deadline = monotonic_now() + timeout;
  for (;;) {
    const Duration left = std::chrono::ceil<Duration>(deadline - monotonic_now());
    ErrorHandle error(rd_kafka_init_transactions(
        client_.get(), milliseconds(std::clamp(left, Duration{1}, init_step))));
    poll();  // for what the brokers say meanwhile
    if (!error || rd_kafka_error_is_retriable(error.get()) == 0 || events_->refused() ||
        left <= init_step) {
      return outcome_of(error.release());
    }
  }
}

std::array<rd_kafka_topic_t*, 5> Producer::topics() const {
  return {events_topic_.get(), dead_letters_topic_.get(), state_topic_.get(), jobs_topic_.get(),
          gaps_topic_.get()};
}

Call Producer::fetch_metadata(Duration timeout) {
  events_->topic_missing = false;
  for (rd_kafka_topic_t* topic : topics()) {
    if (topic == nullptr) {
      continue;
    }
    const Metadata metadata = ask_metadata(client_.get(), topic, timeout, *events_);
    const auto failed = [&](const std::string& why) {
      return Call{Outcome::retriable, std::string(rd_kafka_topic_name(topic)) + ": " + why,
                  events_->refused()};
    };
    if (!metadata.found) {
      return failed(events_->unanswered(rd_kafka_err2str(metadata.error)));
    }
    const auto& found = metadata.found->topics[0];
    if (is_missing(found.err)) {
      events_->topic_missing = true;
      return failed(rd_kafka_err2str(found.err));
    }
    if (topic == events_topic_.get()) {
      deliveries_.set_partitions(found.partition_cnt);
      partitioning_ = Partitioning(partitioner_, found.partition_cnt);
    }
  }
  return {};
}

bool Producer::topic_missing() const { return events_->topic_missing; }

Call Producer::begin() {
  deliveries_.forget();
  events_->refused_records.clear();
  events_->failure.clear();
  events_->largest_refused = 0;
  events_->taken_back = false;
  const Call call = outcome_of(rd_kafka_begin_transaction(client_.get()));
  in_transaction_ = in_transaction_ || call.outcome == Outcome::ok;
  if (call.outcome == Outcome::ok && events_->figures) {
    events_->figures->transaction_began(wall_now());
  }
  return call;
}

Call Producer::ended(const Call& call) {
  in_transaction_ = in_transaction_ && call.outcome != Outcome::ok;
  if (call.outcome == Outcome::ok && events_->figures) {
    events_->figures->transaction_ended();
  }
  return call;
}

Call Producer::commit() {
  // Not left to the commit, which goes on waiting for records that won't be sent any more.
  if (!flush()) {
    return failure_;
  }
  return ended(outcome_of(rd_kafka_commit_transaction(client_.get(), milliseconds(decision_wait))));
}

Call Producer::abort() {
  return ended(outcome_of(rd_kafka_abort_transaction(client_.get(), milliseconds(purge_wait))));
}

Produced Producer::send(rd_kafka_topic_t* topic, int partition, const Record& record, int flags,
                        std::uint64_t opaque) {
  if (transaction_failed()) {
    return Produced::failed;
  }
  HeadersHandle headers;
  if (!record.headers.empty()) {
    headers.reset(rd_kafka_headers_new(record.headers.size()));
    for (const Header& header : record.headers) {
      rd_kafka_header_add(headers.get(), header.name.data(),
                          static_cast<ssize_t>(header.name.size()), header.value.data(),
                          static_cast<ssize_t>(header.value.size()));
    }
  }
  RecordArguments arguments;
  arguments.topic(topic).partition(partition).value(record.value).flags(flags);
  arguments.timestamp(record.timestamp_ms).opaque(opaque);
  if (record.key) {
    arguments.key(*record.key);
  }
  if (headers) {
    arguments.headers(headers.get());
  }
  for (;;) {
    const ErrorHandle error(arguments.produce(client_.get()));
    if (!error) {
      static_cast<void>(headers.release());
      deliveries_.queued(Bytes{record.value.size()});
      return Produced::queued;
    }
    const auto code = rd_kafka_error_code(error.get());
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      constexpr int wait_ms = 100;
      rd_kafka_poll(client_.get(), wait_ms);
      continue;
    }
    failure_.why = std::string(rd_kafka_topic_name(topic)) + ": " +
                   events_->shown(rd_kafka_error_string(error.get()));
    events_->topic_missing = events_->topic_missing || is_missing(code);
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      failure_.outcome = Outcome::requires_abort;  // for a caller that can't divert it
      return Produced::refused;
    }
    const Outcome producer = state();
    failure_.outcome = is_fencing(code)          ? Outcome::fenced
                       : producer != Outcome::ok ? producer
                       : events_->topic_missing  ? Outcome::fatal
                                                 : Outcome::requires_abort;
    return Produced::failed;
  }
}

Produced Producer::event(const Record& record, RecordId id) {
  if (!record.key) {
    event_partitioner_->without_key(Bytes{record.value.size()});
  }
  return send(events_topic_.get(), RD_KAFKA_PARTITION_UA, record, 0, to_opaque(id));
}

Produced Producer::dead_letter(const Record& record, RecordId id, int partition) {
  return send(dead_letters_topic_.get(), partition, record, RD_KAFKA_MSG_F_COPY, to_opaque(id));
}

Produced Producer::side(RecordTopic topic, int partition, const SideRecord& side) {
  Record record;
  record.key = side.key;
  if (side.value) {
    record.value = *side.value;
  }
  rd_kafka_topic_t* const handle = topic == RecordTopic::jobs   ? jobs_topic_.get()
                                   : topic == RecordTopic::gaps ? gaps_topic_.get()
                                                                : state_topic_.get();
  return send(handle, partition, record, RD_KAFKA_MSG_F_COPY, 0);
}

Produced Producer::record(rd_kafka_topic_t* topic, int partition, const Record& record,
                          RecordId id) {
  return send(topic, partition, record, RD_KAFKA_MSG_F_COPY, to_opaque(id));
}

bool Producer::flush() {
  if (!deliveries_.await(client_.get(), [this] { return !events_->failure.empty(); })) {
    // librdkafka (2.0) doesn't fail the records that it was about to send again when their topic
    // went: they stay where they are until they time out.
    if (const Call asked = fetch_metadata(answer_wait); topic_missing()) {
      failure_ = {Outcome::fatal, asked.why};
      return false;
    }
    failure_ = {Outcome::retriable,
                events_->unanswered("nothing of what was sent to Kafka is acknowledged"),
                events_->refused()};
    return false;
  }
  return !transaction_failed();
}

void Producer::send_ahead() { Deliveries::hasten(client_.get()); }

void Producer::poll() { rd_kafka_poll(client_.get(), 0); }

// Asked, as librdkafka (2.0) doesn't tell: while there is nothing to send it neither sees a broker
// that hangs nor connects again to one that is back, and __ALL_BROKERS_DOWN has no opposite.
Call Producer::look() {
  const auto error = ask_metadata(client_.get(), state_topic_.get(), answer_wait, *events_).error;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  return {Outcome::retriable, events_->unanswered(rd_kafka_err2str(error)), events_->refused()};
}

std::vector<Refusal> Producer::take_refused() {
  return std::exchange(events_->refused_records, {});
}

std::uint64_t Producer::connections_lost() const noexcept { return events_->connections_lost(); }

}  // namespace penstock::publish
