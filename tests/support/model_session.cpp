#include <algorithm>
#include <set>

#include "penstock/publish/state_records.hpp"
#include "support/model_kafka.hpp"

namespace penstock::test {

using publish::Call;
using publish::Outcome;
using publish::Produced;

namespace {

// As KafkaSession and Producer wait.
constexpr Duration call_timeout{10'000};
constexpr Duration decision_wait{5'000};
constexpr Duration purge_wait{500};

Call retriable() { return {Outcome::retriable, "no answer in time"}; }

}  // namespace

Call ModelSession::answer(Health health, const char* why) {
  producer_->health = std::max(producer_->health, health);
  switch (producer_->health) {
    case Health::good:
      break;
    case Health::failed:
      return {Outcome::requires_abort, why};
    case Health::fatal:
      return {Outcome::fatal, why};
    case Health::fenced:
      return {Outcome::fenced, why};
  }
  return {};
}

// A call that changes nothing in the cluster.
Call ModelSession::simple(KafkaCall call) {
  const KafkaFault fault = plan_.fault(call);
  blocked_ = Duration{0};
  if (fault == KafkaFault::none) {
    return {};
  }
  blocked_ = call_timeout;
  return retriable();
}

Call ModelSession::look() { return plan_.brokers_down() ? retriable() : Call{}; }

Call ModelSession::prepare_topics() { return simple(KafkaCall::prepare_topics); }

Call ModelSession::open_producer() {
  producer_.reset();
  Call call = simple(KafkaCall::open_producer);
  if (call.outcome == Outcome::ok) {
    producer_ = Producer{};
  }
  return call;
}

Call ModelSession::init_transactions() {
  const KafkaFault fault = plan_.fault(KafkaCall::init_transactions);
  blocked_ = Duration{0};
  switch (fault) {
    case KafkaFault::away:
      blocked_ = call_timeout;
      return retriable();
    case KafkaFault::fatal:
      return answer(Health::fatal, "no producer id");
    case KafkaFault::unheard:
      kafka_.init(options_.transactional_id);
      blocked_ = call_timeout;
      return retriable();
    default:
      producer_->epoch = kafka_.init(options_.transactional_id);
      return {};
  }
}

Call ModelSession::fetch_metadata() { return simple(KafkaCall::fetch_metadata); }

Call ModelSession::begin() {
  blocked_ = Duration{0};
  producer_->refused.clear();
  producer_->end_sent = false;
  const bool fatal = plan_.fault(KafkaCall::begin) == KafkaFault::fatal;
  return answer(fatal ? Health::fatal : Health::good, "no transaction can begin");
}

Call ModelSession::abort() {
  producer_->queue.clear();
  if (producer_->health == Health::failed) {
    producer_->health = Health::good;
  }
  return end(KafkaCall::abort);
}

Call ModelSession::end(KafkaCall call) {
  const bool commit = call == KafkaCall::commit;
  KafkaFault fault = plan_.fault(call);
  blocked_ = Duration{0};
  if (producer_->end_sent && fault == KafkaFault::failed) {
    fault = KafkaFault::away;
  }
  if (commit) {
    flush();
  }
  if (producer_->health != Health::good) {
    return answer(Health::good, "the transaction failed before");
  }
  const auto carry_out = [&] {
    producer_->end_sent = true;
    return kafka_.end(options_.transactional_id, producer_->epoch, commit) ? Health::good
                                                                           : Health::fenced;
  };
  const auto under_way = [&] {
    kafka_.end_later(options_.transactional_id, producer_->epoch, commit);
  };
  switch (fault) {
    case KafkaFault::none:
      break;
    case KafkaFault::away:
      blocked_ = commit ? decision_wait : purge_wait;
      return retriable();
    case KafkaFault::unheard:
      carry_out();
      blocked_ = commit ? decision_wait : purge_wait;
      return retriable();
    case KafkaFault::failed:
      return answer(Health::failed, "a delivery failed");
    case KafkaFault::fatal:
      return answer(Health::fatal, "in doubt");
    case KafkaFault::fatal_unheard:
      carry_out();
      return answer(Health::fatal, "in doubt");
    case KafkaFault::fatal_under_way:
      under_way();
      return answer(Health::fatal, "in doubt");
    case KafkaFault::connection_lost:
      ++producer_->lost;
      break;
    case KafkaFault::sent_twice:
      ++producer_->lost;
      under_way();
      break;
  }
  return answer(carry_out(), "another epoch");
}

Produced ModelSession::queue(Queued&& queued, const publish::Record* record) {
  blocked_ = Duration{0};
  switch (plan_.fault(KafkaCall::produce)) {
    case KafkaFault::failed:
      producer_->health = std::max(producer_->health, Health::failed);
      break;
    case KafkaFault::fatal:
      producer_->health = std::max(producer_->health, Health::fatal);
      break;
    case KafkaFault::connection_lost:
      ++producer_->lost;
      break;
    default:
      break;
  }
  if (producer_->health != Health::good) {
    return Produced::failed;
  }
  if (record != nullptr) {
    if (record->key) {
      queued.record.key = *record->key;
    }
    queued.record.timestamp_ms = record->timestamp_ms;
    for (const publish::Header& header : record->headers) {
      queued.record.headers.emplace_back(header.name, header.value);
    }
  }
  producer_->queue.push_back(std::move(queued));
  send(std::min(plan_.sent_early(producer_->queue.size()), producer_->queue.size()));
  return Produced::queued;
}

Produced ModelSession::event(const publish::Record& record, publish::RecordId id) {
  return queue({.to = kafka_.partition_of(options_.topics.events, record.key),
                .record = {},
                .value = record.value,  // a view until it is sent
                .id = id},
               &record);
}

Produced ModelSession::dead_letter(const publish::Record& record, publish::RecordId id) {
  Queued queued{.to = kafka_.partition_of(options_.topics.dead_letters, record.key),
                .record = {},
                .value = std::nullopt,
                .id = id};
  queued.record.value = record.value;
  return queue(std::move(queued), &record);
}

Produced ModelSession::side(const SideRecord& record) {
  const auto to = [&]() -> ModelKafka::Partition {
    switch (record.topic) {
      case RecordTopic::jobs:
        return kafka_.partition_of(options_.topics.jobs, record.key);
      case RecordTopic::gaps:
        return kafka_.partition_of(options_.topics.gaps, record.key);
      case RecordTopic::state:
        break;
    }
    return {options_.topics.state, publish::state_partition(options_.source)};
  };
  Queued queued{.to = to(), .record = {}, .value = std::nullopt, .id = std::nullopt};
  queued.record.key = record.key;
  queued.record.value = record.value;
  return queue(std::move(queued), nullptr);
}

Call ModelSession::failure() const {
  switch (producer_->health) {
    case Health::fenced:
      return {Outcome::fenced, "another epoch"};
    case Health::fatal:
      return {Outcome::fatal, "the producer failed"};
    default:
      return {Outcome::requires_abort, "the transaction failed"};
  }
}

// What goes together to one partition is one Kafka batch: a record that is refused fails them all.
void ModelSession::send(std::size_t count) {
  std::set<ModelKafka::Partition> refusing;
  std::set<ModelKafka::Partition> refusing_times;
  std::map<ModelKafka::Partition, std::size_t> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    Queued& queued = producer_->queue[i];
    if (queued.value) {
      queued.record.value = *queued.value;
    }
    if (kafka_.refuses(queued.to.first, queued.record.value.value_or(""))) {
      refusing.insert(queued.to);
    }
    if (kafka_.refuses_time(queued.record.timestamp_ms)) {
      refusing_times.insert(queued.to);
    }
    if (queued.id && kafka_.refuses_batch(bytes[queued.to] += queued.record.value->size())) {
      refusing.insert(queued.to);
    }
  }
  for (; count > 0; --count) {
    Queued queued = std::move(producer_->queue.front());
    producer_->queue.pop_front();
    const bool for_its_time = refusing_times.contains(queued.to);
    if (for_its_time || refusing.contains(queued.to)) {
      producer_->health = std::max(producer_->health, Health::failed);
      if (queued.id) {
        producer_->refused.push_back({*queued.id, for_its_time});
      }
    } else if (!kafka_.append(options_.transactional_id, producer_->epoch, queued.to,
                              std::move(queued.record))) {
      producer_->health = Health::fenced;
    }
  }
}

bool ModelSession::flush() {
  if (producer_->health == Health::good) {
    send(producer_->queue.size());
  }
  return producer_->health == Health::good;
}

void ModelSession::poll() {
  if (producer_ && producer_->health == Health::good) {
    send(std::min(plan_.sent_early(producer_->queue.size()), producer_->queue.size()));
  }
}

std::vector<publish::Refusal> ModelSession::take_refused() {
  return std::exchange(producer_->refused, {});
}

Result<bool> ModelSession::read_state(const Apply& apply, const std::function<bool()>& done,
                                      Duration timeout) {
  blocked_ = Duration{0};
  if (plan_.fault(KafkaCall::read_state) != KafkaFault::none) {
    blocked_ = call_timeout;
    return make_error(Errc::kafka, "no broker");
  }
  const ModelKafka::Partition partition{options_.topics.state,
                                        publish::state_partition(options_.source)};
  if (next_offset_ > kafka_.end_of(partition)) {
    state_is_another_ = true;
    next_offset_ = 0;
  }
  while (!done()) {
    const auto found = kafka_.read(partition, next_offset_);
    if (!found) {
      blocked_ = timeout;
      return false;
    }
    const std::string& key = *found->record->key;
    const auto& value = found->record->value;
    if (auto applied = apply(key, value ? std::optional<std::string_view>(*value) : std::nullopt);
        !applied) {
      return applied.error();
    }
    next_offset_ = found->offset + 1;
  }
  return true;
}

}  // namespace penstock::test
