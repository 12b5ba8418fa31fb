#include "penstock/publish/journal_publisher.hpp"

#include <utility>

#include "penstock/core/system_clock.hpp"
#include "publish/journal_transactions.hpp"
#include "publish/kafka_session.hpp"

namespace penstock::publish {
namespace {

class KafkaJournalPublisher final : public JournalPublisher {
 public:
  KafkaJournalPublisher(JournalPublisherOptions options, Log& log)
      : kafka_({.source = options.source,
                .connection = options.connection,
                .topics = options.topics,
                .plan = options.plan,
                .transactional_id = options.transactional_id},
               log),
        transactions_(std::move(options), kafka_, clock_) {}

  Result<BlockSequence> open() override { return transactions_.open(); }
  Result<void> publish(std::span<const Batch> batches, const Beside& beside) override {
    return transactions_.publish(batches, beside);
  }

 private:
  SystemClock clock_;
  KafkaSession kafka_;
  JournalTransactions transactions_;
};

}  // namespace

std::unique_ptr<JournalPublisher> JournalPublisher::make(JournalPublisherOptions options,
                                                         Log& log) {
  return std::make_unique<KafkaJournalPublisher>(std::move(options), log);
}

}  // namespace penstock::publish
