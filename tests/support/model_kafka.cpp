#include "support/model_kafka.hpp"

#include <algorithm>

#include "penstock/publish/state_records.hpp"

namespace penstock::test {

std::optional<std::string_view> ModelKafka::Record::header(std::string_view name) const {
  for (const auto& [known, text] : headers) {
    if (known == name) {
      return text;
    }
  }
  return std::nullopt;
}

ModelKafka::Partition ModelKafka::partition_of(const std::string& topic,
                                               std::optional<std::string_view> key) const {
  const std::uint32_t hash = key ? publish::murmur2(*key) & 0x7fffffff : 0;
  return {topic, static_cast<int>(hash % static_cast<std::uint32_t>(options_.partitions))};
}

ModelKafka::Producer* ModelKafka::current(const std::string& producer, int epoch) {
  expire();
  const auto found = producers_.find(producer);
  return found != producers_.end() && found->second.epoch == epoch ? &found->second : nullptr;
}

int ModelKafka::init(const std::string& producer) {
  Producer& entry = producers_[producer];
  decide(entry, State::aborted);
  return ++entry.epoch;
}

bool ModelKafka::append(const std::string& producer, int epoch, const Partition& to,
                        Record record) {
  Producer* const entry = current(producer, epoch);
  if (entry == nullptr) {
    return false;
  }
  if (entry->open.empty()) {
    entry->since = clock_.monotonic();
  }
  Log& log = logs_[to];
  entry->open.emplace_back(to, static_cast<std::int64_t>(log.records.size()));
  log.records.push_back({std::move(record)});
  return true;
}

bool ModelKafka::end(const std::string& producer, int epoch, bool commit) {
  Producer* const entry = current(producer, epoch);
  if (entry != nullptr) {
    decide(*entry, commit ? State::committed : State::aborted);
  }
  return entry != nullptr;
}

void ModelKafka::end_later(const std::string& producer, int epoch, bool commit) {
  late_.push_back({producer, epoch, commit});
}

bool ModelKafka::would_end_something(std::size_t which) const {
  const auto found = producers_.find(late_[which].producer);
  return found != producers_.end() && found->second.epoch == late_[which].epoch &&
         !found->second.open.empty();
}

void ModelKafka::arrive(std::size_t which) {
  const LateEnd late = late_[which];
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
  end(late.producer, late.epoch, late.commit);
}

void ModelKafka::decide(Producer& producer, State state) {
  for (const auto& [partition, offset] : producer.open) {
    logs_[partition].records[static_cast<std::size_t>(offset)].state = state;
  }
  producer.open.clear();
}

// The coordinator aborts what is open for too long, and fences its producer.
void ModelKafka::expire() {
  for (auto& [id, producer] : producers_) {
    if (!producer.open.empty() &&
        clock_.monotonic() - producer.since > options_.transaction_timeout) {
      decide(producer, State::aborted);
      ++producer.epoch;
    }
  }
}

std::int64_t ModelKafka::last_stable(Log& log) const {
  const auto end = static_cast<std::int64_t>(log.records.size());
  while (log.first_open < end &&
         log.records[static_cast<std::size_t>(log.first_open)].state != State::open) {
    ++log.first_open;
  }
  return log.first_open;
}

std::optional<ModelKafka::Visible> ModelKafka::read(const Partition& partition,
                                                    std::int64_t offset) {
  expire();
  Log& log = logs_[partition];
  for (const std::int64_t stable = last_stable(log); offset < stable; ++offset) {
    const Stored& stored = log.records[static_cast<std::size_t>(offset)];
    if (stored.state == State::committed && !stored.compacted) {
      return Visible{offset, &stored.record};
    }
  }
  return std::nullopt;
}

std::vector<const ModelKafka::Record*> ModelKafka::visible(const Partition& partition) {
  std::vector<const Record*> records;
  for (auto found = read(partition, 0); found; found = read(partition, found->offset + 1)) {
    records.push_back(found->record);
  }
  return records;
}

std::vector<ModelKafka::Partition> ModelKafka::partitions_of(const std::string& topic) const {
  std::vector<Partition> partitions;
  for (auto log = logs_.lower_bound({topic, 0}); log != logs_.end() && log->first.first == topic;
       ++log) {
    partitions.push_back(log->first);
  }
  return partitions;
}

std::map<std::string, std::string> ModelKafka::latest(const std::string& topic) {
  std::map<std::string, std::string> values;
  for (const Partition& partition : partitions_of(topic)) {
    for (const Record* const record : visible(partition)) {
      if (record->value) {
        values[*record->key] = *record->value;
      } else {
        values.erase(*record->key);
      }
    }
  }
  return values;
}

void ModelKafka::compact(const Partition& partition) {
  expire();
  Log& log = logs_[partition];
  std::map<std::string_view, Stored*> last;
  for (std::int64_t offset = 0; offset < last_stable(log); ++offset) {
    Stored& stored = log.records[static_cast<std::size_t>(offset)];
    if (stored.state == State::committed && stored.record.key) {
      Stored*& known = last[*stored.record.key];
      if (known != nullptr) {
        known->compacted = true;
      }
      known = &stored;
    }
  }
}

void ModelKafka::make_again(const std::string& topic) {
  for (const Partition& partition : partitions_of(topic)) {
    logs_.erase(partition);
  }
  for (auto& [id, producer] : producers_) {
    std::erase_if(producer.open, [&](const auto& record) { return record.first.first == topic; });
  }
}

std::int64_t ModelKafka::end_of(const Partition& partition) const {
  const auto found = logs_.find(partition);
  return found == logs_.end() ? 0 : static_cast<std::int64_t>(found->second.records.size());
}

}  // namespace penstock::test
