#include "publish/journal_transactions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/model_kafka.hpp"
#include "support/turned_clock.hpp"
#include "unit/publish/model_topics.hpp"

namespace penstock::publish {
namespace {

using test::KafkaCall;
using test::KafkaFault;
using ::testing::Combine;
using ::testing::ElementsAreArray;
using ::testing::Range;
using ::testing::Values;

const SourceName source{"firehose"};
const TopicNames topics = model_topics(source.str());
const test::ModelKafka::Partition state_at{topics.state, state_partition(source)};

// One call goes wrong: the n-th of its kind.
class OneFault final : public test::KafkaPlan {
 public:
  void at(KafkaCall call, int number, KafkaFault fault) {
    call_ = call;
    left_ = number;
    fault_ = fault;
  }
  KafkaFault fault(KafkaCall call) override {
    return call == call_ && left_ > 0 && --left_ == 0 ? fault_ : KafkaFault::none;
  }
  bool met() const { return left_ == 0; }

 private:
  KafkaCall call_{};
  int left_ = 0;
  KafkaFault fault_ = KafkaFault::none;
};

// Kafka takes no login; that takes it a moment.
class RefusingSession final : public test::ModelSession {
 public:
  RefusingSession(test::ModelKafka& kafka, test::KafkaPlan& plan, test::TurnedClock& clock)
      : ModelSession({source, topics, "t.firehose.journal-1"}, kafka, plan), clock_(clock) {}

  Call prepare_topics() override { return makes_topics ? refuse() : Call{}; }
  Call init_transactions() override { return refuse(); }

  bool makes_topics = true;  // else it logs in later
  int logins = 0;

 private:
  Call refuse() {
    ++logins;
    clock_.turn(Duration{100});
    return {Outcome::retriable, "wrong password", true};
  }
  test::TurnedClock& clock_;
};

constexpr std::uint64_t first_block = 100;

class Journal {
 public:
  explicit Journal(int count) {
    for (int i = 1; i <= count; ++i) {
      lines_.push_back("{\"n\":" + std::to_string(i) + "}");
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      Batch& batch = batches_.emplace_back();
      batch.block.sequence = BlockSequence{first_block + i};
      batch.block.bytes = lines_[i];
      batch.events.push_back({});
      batch.events.back().line = lines_[i];
    }
  }
  std::span<const Batch> batches() const { return batches_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::vector<Batch> batches_;
};

class JournalTransactionsTest : public testing::Test {
 protected:
  explicit JournalTransactionsTest(test::ModelKafka::Options options = {.partitions = 1})
      : kafka_(clock_, std::move(options)) {}

  JournalPublisherOptions options() {
    return {.source = source,
            .connection = {},
            .topics = topics,
            .plan = {},
            .transactional_id = "t.firehose.journal-1",
            .router = {},
            .journal = "0001",
            .instance = std::to_string(++instances_)};
  }
  // The command, once: what isn't committed by then, in transactions of so many batches.
  Result<void> run(std::span<const Batch> batches, std::size_t together = 2) {
    session_ = session({source, topics, "t.firehose.journal-1"});
    JournalTransactions transactions(options(), *session_, clock_);
    const auto committed = transactions.open();
    if (!committed) {
      return committed.error();
    }
    while (!batches.empty() && batches.front().block.sequence < *committed) {
      batches = batches.subspan(1);
    }
    while (!batches.empty()) {
      const auto now = batches.first(std::min(together, batches.size()));
      // How many of the journal's lines are in Kafka then.
      const auto beside = [&](std::size_t count) {
        const auto lines = now[count - 1].block.sequence.value + 1 - first_block;
        return std::vector<SideRecord>{{RecordTopic::gaps, "g", std::to_string(lines)}};
      };
      if (auto published = transactions.publish(now, beside); !published) {
        return published;
      }
      batches = batches.subspan(now.size());
    }
    return {};
  }
  virtual std::unique_ptr<test::ModelSession> session(test::ModelSessionOptions options) {
    return std::make_unique<test::ModelSession>(std::move(options), kafka_, plan_);
  }
  std::vector<std::string> published() { return visible(topics.events); }
  std::vector<std::string> letters() { return visible(topics.dead_letters); }
  std::vector<std::string> visible(const std::string& topic) {
    std::vector<std::string> values;
    for (const auto& partition : kafka_.partitions_of(topic)) {
      for (const auto* const record : kafka_.visible(partition)) {
        values.push_back(record->value.value_or(""));
      }
    }
    return values;
  }

  test::TurnedClock clock_;
  test::ModelKafka kafka_;
  OneFault plan_;
  std::unique_ptr<test::ModelSession> session_;
  int instances_ = 0;
};

TEST_F(JournalTransactionsTest, PublishesAllAndMovesThePosition) {
  const Journal journal(5);
  ASSERT_TRUE(run(journal.batches()));
  EXPECT_THAT(published(), ElementsAreArray(journal.lines()));
  auto state = kafka_.latest(topics.state);
  EXPECT_EQ(state.size(), 1u) << "its mark is gone";
  EXPECT_NE(state["firehose/position/0001"].find("sequence=105\n"), std::string::npos);
  EXPECT_EQ(kafka_.latest(topics.gaps)["g"], "5");

  ASSERT_TRUE(run(journal.batches()));
  EXPECT_THAT(published(), ElementsAreArray(journal.lines())) << "nothing twice";
}

TEST_F(JournalTransactionsTest, LeavesNoMarkWhereNothingIsLeftToPublish) {
  session_ = session({source, topics, "t.firehose.journal-1"});
  ASSERT_TRUE(JournalTransactions(options(), *session_, clock_).open());
  EXPECT_TRUE(kafka_.latest(topics.state).empty());
}

TEST_F(JournalTransactionsTest, GoesOnWhereADaemonWithThatJournalEnded) {
  const Journal journal(4);
  const auto record = position_record(
      source, {.journal = "0001", .sequence = BlockSequence{102}, .offset = 0, .item = {9}});
  const int epoch = kafka_.init("t.firehose");
  ASSERT_TRUE(
      kafka_.append("t.firehose", epoch, state_at, {.key = record.key, .value = record.value}));
  ASSERT_TRUE(kafka_.end("t.firehose", epoch, true));
  ASSERT_TRUE(run(journal.batches()));
  EXPECT_THAT(published(), ElementsAreArray({journal.lines()[2], journal.lines()[3]}));
}

TEST_F(JournalTransactionsTest, LogsInOnceWhereKafkaRefusesTheLogin) {
  for (const bool makes_topics : {true, false}) {
    RefusingSession kafka(kafka_, plan_, clock_);
    kafka.makes_topics = makes_topics;
    const auto opened = JournalTransactions(options(), kafka, clock_).open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::invalid_configuration);
    EXPECT_EQ(opened.error().what, "wrong password");
    EXPECT_EQ(kafka.logins, 1);
  }
}

TEST_F(JournalTransactionsTest, AsksAgainForMetadataThatDoesNotCome) {
  const Journal journal(2);
  plan_.at(KafkaCall::fetch_metadata, 1, KafkaFault::away);
  const auto published_all = run(journal.batches());
  EXPECT_TRUE(plan_.met());
  EXPECT_TRUE(published_all) << published_all.error().what;
}

using Case = std::tuple<KafkaCall, int, KafkaFault>;
class WithOneFault : public JournalTransactionsTest, public testing::WithParamInterface<Case> {};

TEST_P(WithOneFault, PublishesAllOnceInTheEnd) {
  const Journal journal(5);
  const auto [call, number, fault] = GetParam();
  plan_.at(call, number, fault);
  int runs = 0;
  while (!run(journal.batches())) {
    ASSERT_LT(++runs, 3) << "called again, it succeeds";
    for (std::size_t i = 0; i < kafka_.under_way(); ++i) {
      kafka_.arrive(i);
    }
  }
  EXPECT_THAT(published(), ElementsAreArray(journal.lines()));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, WithOneFault,
    Combine(Values(KafkaCall::prepare_topics, KafkaCall::open_producer,
                   KafkaCall::init_transactions, KafkaCall::fetch_metadata, KafkaCall::begin,
                   KafkaCall::produce, KafkaCall::commit, KafkaCall::abort, KafkaCall::read_state),
            Range(1, 6),
            Values(KafkaFault::away, KafkaFault::unheard, KafkaFault::failed, KafkaFault::fatal,
                   KafkaFault::fatal_unheard, KafkaFault::fatal_under_way,
                   KafkaFault::connection_lost, KafkaFault::sent_twice)));

class WithRefusals : public JournalTransactionsTest {
 protected:
  WithRefusals()
      : JournalTransactionsTest({.partitions = 1, .refuses = [](const auto& topic, auto value) {
                                   return topic == topics.events && value == "{\"n\":3}";
                                 }}) {}
};

TEST_F(WithRefusals, OnlyWhatIsRefusedGoesToTheDeadLetters) {
  const Journal journal(5);
  ASSERT_TRUE(run(journal.batches()));
  EXPECT_THAT(published(),
              testing::ElementsAre("{\"n\":1}", "{\"n\":2}", "{\"n\":4}", "{\"n\":5}"));
  EXPECT_THAT(letters(), testing::ElementsAre("{\"n\":3}"));
}

class WithARefusalAndAnUnheardCommit : public WithRefusals,
                                       public testing::WithParamInterface<int> {};

// Items count from 1 in each transaction.
TEST_P(WithARefusalAndAnUnheardCommit, NothingOfTheNextTransactionIsTakenForWhatWasRefused) {
  const Journal journal(8);
  plan_.at(KafkaCall::commit, GetParam(), KafkaFault::fatal_unheard);
  if (!run(journal.batches(), 4)) {
    ASSERT_TRUE(run(journal.batches(), 4));
  }
  EXPECT_TRUE(plan_.met());
  EXPECT_THAT(letters(), testing::ElementsAre("{\"n\":3}"));
}

INSTANTIATE_TEST_SUITE_P(Commits, WithARefusalAndAnUnheardCommit, Range(1, 6));

// A process may die between any two transactions.
class WithARefusalAndAFault : public WithRefusals,
                              public testing::WithParamInterface<std::tuple<int, KafkaFault>> {
 protected:
  class Looking final : public test::ModelSession {
   public:
    Looking(test::ModelSessionOptions options, test::ModelKafka& kafka, test::KafkaPlan& plan,
            std::function<void()> look)
        : ModelSession(std::move(options), kafka, plan), look_(std::move(look)) {}
    Call begin() override {
      look_();
      return ModelSession::begin();
    }

   private:
    std::function<void()> look_;
  };
  std::unique_ptr<test::ModelSession> session(test::ModelSessionOptions options) override {
    return std::make_unique<Looking>(std::move(options), kafka_, plan_, [this] { look(); });
  }
  void look() {
    const auto gaps = kafka_.latest(topics.gaps);
    const auto told = gaps.find("g");
    EXPECT_EQ(told == gaps.end() ? "0" : told->second,
              std::to_string(published().size() + letters().size()));
    ++looks_;
  }
  int looks_ = 0;
};

TEST_P(WithARefusalAndAFault, WhatIsBesideIsTrueAfterEachTransaction) {
  const Journal journal(5);
  plan_.at(KafkaCall::commit, std::get<0>(GetParam()), std::get<1>(GetParam()));
  if (!run(journal.batches(), 5)) {
    ASSERT_TRUE(run(journal.batches(), 5));
  }
  look();
  EXPECT_TRUE(plan_.met());
  EXPECT_GT(looks_, 4);
}

INSTANTIATE_TEST_SUITE_P(Commits, WithARefusalAndAFault,
                         Combine(Range(1, 5),
                                 Values(KafkaFault::fatal, KafkaFault::fatal_unheard)));

class WithManyRefusals : public JournalTransactionsTest {
 protected:
  WithManyRefusals()
      : JournalTransactionsTest({.partitions = 1, .refuses = [](const auto& topic, auto) {
                                   return topic == topics.events;
                                 }}) {}
};

// Each is found out by an attempt of its own.
TEST_F(WithManyRefusals, AllOfThemGoToTheDeadLetters) {
  const Journal journal(50);
  ASSERT_TRUE(run(journal.batches(), 50));
  EXPECT_THAT(letters(), ElementsAreArray(journal.lines()));
}

// It takes 3 lines together, and 4 s to take anything.
class WithASlowTopicOfSmallBatches : public JournalTransactionsTest {
 protected:
  WithASlowTopicOfSmallBatches()
      : JournalTransactionsTest({.partitions = 1, .largest_batch = 30}) {}

  class Slow final : public test::ModelSession {
   public:
    Slow(test::ModelSessionOptions options, test::ModelKafka& kafka, test::KafkaPlan& plan,
         test::TurnedClock& clock)
        : ModelSession(std::move(options), kafka, plan), clock_(clock) {}
    bool flush() override {
      clock_.turn(Duration{4'000});
      return ModelSession::flush();
    }

   private:
    test::TurnedClock& clock_;
  };
  std::unique_ptr<test::ModelSession> session(test::ModelSessionOptions options) override {
    return std::make_unique<Slow>(std::move(options), kafka_, plan_, clock_);
  }
};

TEST_F(WithASlowTopicOfSmallBatches, AllIsPublishedInTransactionsThatHaveTheTime) {
  const Journal journal(64);
  ASSERT_TRUE(run(journal.batches(), 64));
  EXPECT_THAT(published(), ElementsAreArray(journal.lines()));
  EXPECT_TRUE(letters().empty());
}

}  // namespace
}  // namespace penstock::publish
