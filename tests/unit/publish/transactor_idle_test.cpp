// What is told of Kafka while there is nothing to publish.
#include <gtest/gtest.h>

#include "publish/transactor.hpp"
#include "support/model_kafka.hpp"
#include "support/turned_clock.hpp"
#include "unit/publish/model_topics.hpp"

namespace penstock::publish {
namespace {

class DownPlan final : public test::KafkaPlan {
 public:
  bool brokers_down() override { return down; }
  bool down = false;
};

class NoDecider final : public Decider {
 public:
  Result<void> restore(std::string_view, std::optional<std::string_view>) override { return {}; }
  void restored(WallTime) override {}
  Changes decide(Batch&, WallTime) override { return {}; }
  std::vector<SideRecord> records(std::span<const Changes* const>) override { return {}; }
  void committed(std::span<const Changes* const>) override {}
};

class Listener final : public PublisherListener {
 public:
  void ready_to_publish() override {}
  void released(const Batch&, std::size_t) override {}
  void committed() override {}
  void notice(SourceEvent, std::string_view) override {}
  void kafka_trouble(const KafkaTrouble& trouble) override { troubles.push_back(trouble); }
  void ended(PublisherEnd) override {}

  std::vector<KafkaTrouble> troubles;
};

class TransactorIdleTest : public ::testing::Test {
 protected:
  void run_steps() {
    while (transactor_.need() == Transactor::Need::step) {
      transactor_.step();
    }
  }
  std::int64_t owes_since() const { return counters_.kafka_owes_since_ms.get(); }
  std::int64_t now_ms() const { return clock_.monotonic().time_since_epoch() / Duration{1}; }

  const PublisherOptions options_{.source = SourceName("stream"),
                                  .connection = {},
                                  .topics = model_topics("stream"),
                                  .plan = {},
                                  .transactional_id = "t",
                                  .router = {},
                                  .beat = CommitBeat(Duration{250}),
                                  .instance = "1111",
                                  .host = "here",
                                  .started_at = {},
                                  .journal = "journal"};
  test::TurnedClock clock_;
  test::ModelKafka kafka_{clock_};
  DownPlan plan_;
  test::ModelSession session_{
      {.source = options_.source, .topics = options_.topics, .transactional_id = "t"},
      kafka_,
      plan_};
  NoDecider decider_;
  Listener listener_;
  SourceCounters counters_;
  NoLog log_;
  Transactor transactor_{options_, session_, decider_, listener_, counters_, clock_, log_};
};

TEST_F(TransactorIdleTest, OwesNothingWhileKafkaAnswers) {
  run_steps();
  transactor_.idle();
  EXPECT_EQ(owes_since(), 0);
}

TEST_F(TransactorIdleTest, SaysSinceWhenKafkaIsAwayUntilItIsBack) {
  run_steps();
  plan_.down = true;
  transactor_.idle();
  const std::int64_t since = now_ms();
  EXPECT_EQ(owes_since(), since);
  clock_.turn(Duration{5'000});
  transactor_.idle();
  EXPECT_EQ(owes_since(), since);
  plan_.down = false;
  transactor_.idle();
  EXPECT_EQ(owes_since(), 0);
}

TEST_F(TransactorIdleTest, SaysWhyKafkaIsAwayUntilItIsBack) {
  run_steps();
  EXPECT_TRUE(listener_.troubles.empty());
  plan_.down = true;
  transactor_.idle();
  transactor_.idle();
  plan_.down = false;
  transactor_.idle();
  transactor_.idle();
  EXPECT_EQ(listener_.troubles, (std::vector<KafkaTrouble>{{.text = "no answer in time"}, {}}));
}

TEST_F(TransactorIdleTest, KeepsSinceWhenThroughABatchThatComesMeanwhile) {
  run_steps();
  plan_.down = true;
  transactor_.idle();
  const std::int64_t since = now_ms();
  clock_.turn(Duration{5'000});
  transactor_.take(Batch{});
  ASSERT_EQ(transactor_.need(), Transactor::Need::step);
  transactor_.step();
  EXPECT_EQ(owes_since(), since);
}

// Its commit will tell, and waits for longer.
TEST_F(TransactorIdleTest, AsksNothingWhileATransactionIsOpen) {
  run_steps();
  transactor_.take(Batch{});
  run_steps();
  ASSERT_TRUE(transactor_.pending());
  plan_.down = true;
  transactor_.idle();
  EXPECT_EQ(owes_since(), 0);
}

TEST_F(TransactorIdleTest, IsDueFiveSecondsAfterItWasOrSomethingWasTaken) {
  run_steps();
  clock_.turn(Duration{1'000});
  transactor_.idle();
  EXPECT_EQ(transactor_.idle_at(), clock_.monotonic() + Duration{5'000});
  clock_.turn(Duration{1'000});
  transactor_.take(Batch{});
  EXPECT_EQ(transactor_.idle_at(), clock_.monotonic() + Duration{5'000});
}

// One comes each second.
TEST_F(TransactorIdleTest, IsNotPutOffByANoteThatChangesNothing) {
  run_steps();
  transactor_.idle();
  const MonotonicTime due = transactor_.idle_at();
  clock_.turn(Duration{1'000});
  transactor_.take(Note([] { return Changes{}; }));
  EXPECT_EQ(transactor_.idle_at(), due);
}

}  // namespace
}  // namespace penstock::publish
