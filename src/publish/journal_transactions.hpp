// The transactions of a JournalPublisher over a Kafka. No thread, and no clock of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "penstock/core/clock.hpp"
#include "penstock/publish/journal_publisher.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/state_records.hpp"
#include "publish/batch_writer.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

class JournalTransactions final : public JournalPublisher {
 public:
  // All that is given by reference lives longer.
  JournalTransactions(JournalPublisherOptions options, TransactionalKafka& kafka,
                      const Clock& clock);

  Result<BlockSequence> open() override;
  Result<void> publish(std::span<const Batch> batches, const Beside& beside) override;

 private:
  Call claim();
  Call write_mark(const std::optional<std::string>& value);
  Call read_position();
  Call produce(std::span<const Batch> batches, std::span<const SideRecord> beside);
  std::size_t before_position(std::span<const Batch> batches) const;
  // As the state topic has it, or this has moved it since.
  Position position() const;

  JournalPublisherOptions options_;
  TransactionalKafka& kafka_;
  const Clock& clock_;
  RefusedRecords refused_;
  BatchWriter writer_;
  SourceState state_;
  std::string mark_key_;  // of the record up to which the state is read
  std::uint64_t marks_ = 0;
  bool safe_ = false;  // the producer may have another transaction
};

}  // namespace penstock::publish
