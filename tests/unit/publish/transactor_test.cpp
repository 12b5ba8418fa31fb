#include "publish/transactor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <tuple>

#include "penstock/core/limits.hpp"
#include "support/model_kafka.hpp"
#include "support/turned_clock.hpp"
#include "unit/publish/model_topics.hpp"

namespace penstock::publish {
namespace {

using test::KafkaCall;
using test::KafkaFault;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Need = Transactor::Need;

const SourceName source{"stream"};
const TopicNames topics = model_topics(source.str());
const test::ModelKafka::Partition state_at{topics.state, state_partition(source)};

// What goes wrong is written down beforehand, call by call; then all goes well.
class WrittenPlan final : public test::KafkaPlan {
 public:
  KafkaFault fault(KafkaCall call) override {
    auto& list = faults[call];
    if (list.empty()) {
      return KafkaFault::none;
    }
    const KafkaFault next = list.front();
    list.pop_front();
    return next;
  }
  std::size_t sent_early(std::size_t queued) override { return eager ? queued : 0; }
  std::map<KafkaCall, std::deque<KafkaFault>> faults;
  bool eager = false;  // whatever is produced is sent at once
};

// Takes each line for a duplicate of what it saw before, so that deciding twice would show.
class OnceDecider final : public Decider {
 public:
  Result<void> restore(std::string_view key, std::optional<std::string_view> value) override {
    restored_records.push_back(std::string(key) + "=" + std::string(value.value_or("-")));
    return {};
  }
  void restored(WallTime) override { ++restored_calls; }
  Changes decide(Batch& batch, WallTime) override {
    Changes changes;
    after_loss.push_back(batch.after_loss);
    for (const Event& event : batch.events) {
      const bool is_new = seen.insert(std::string(event.line)).second;
      batch.verdicts.push_back(is_new ? Verdict::publish : Verdict::duplicate);
      changes.records.push_back({RecordTopic::state, "seen/" + std::string(event.line), "yes"});
    }
    batch.dead_letters.clear();
    return changes;
  }
  std::vector<SideRecord> records(std::span<const Changes* const> changes) override {
    std::vector<SideRecord> all;
    for (const Changes* const change : changes) {
      all.insert(all.end(), change->records.begin(), change->records.end());
    }
    return all;
  }
  void committed(std::span<const Changes* const> changes) override {
    for (const Changes* const change : changes) {
      for (const SideRecord& record : change->records) {
        committed_keys.push_back(record.key);
      }
    }
  }
  std::set<std::string> seen;
  std::vector<bool> after_loss;
  std::vector<std::string> restored_records;
  int restored_calls = 0;
  std::vector<std::string> committed_keys;
};

// One instance: what a process has of a source's publishing.
class Instance final : public PublisherListener {
 public:
  Instance(const std::string& name, test::ModelKafka& kafka, test::TurnedClock& clock,
           const std::string& journal = {}, BlockSequence first_block = {})
      : clock_(clock),
        session_({.source = source, .topics = topics, .transactional_id = "t"}, kafka, plan),
        transactor_({.source = source,
                     .connection = {},
                     .topics = topics,
                     .plan = {},
                     .transactional_id = "t",
                     .router = {},
                     .beat = CommitBeat(Duration{250}),
                     .instance = name,
                     .host = "here",
                     .started_at = clock.wall(),
                     .journal = journal.empty() ? "journal-" + name : journal,
                     .first_block = first_block},
                    session_, decider, *this, counters, clock, log_) {}

  Transactor& transactor() { return transactor_; }

  void next_block(std::uint64_t sequence) { live_ = sequence - 1; }
  void push(Transactor::Item&& item) { waiting_.push_back(std::move(item)); }
  // A live batch of one event a line.
  void push(std::vector<std::string_view> lines, ChannelKind kind = ChannelKind::live) {
    std::uint64_t& sequence = kind == ChannelKind::live ? live_ : replayed_;
    Batch batch;
    batch.block.sequence = BlockSequence{++sequence};
    batch.block.received_at = clock_.wall();
    batch.channel_kind = kind;
    for (const std::string_view line : lines) {
      Event event;
      event.line = line;
      batch.events.push_back(event);
      batch.block.bytes = line;
    }
    waiting_.push_back(std::move(batch));
  }

  // Does what there is to do, up to the next call to Kafka that is `stop_at`, or until only
  // further items would help.
  void run(std::optional<Need> stop_at = std::nullopt, int steps = 1'000) {
    for (; steps > 0; --steps) {
      const Need need = transactor_.need();
      if (need == Need::nothing || need == stop_at) {
        return;
      }
      if (need == Need::step) {
        transactor_.step();
      } else if (need == Need::wait) {
        turn_to(*transactor_.until());
        transactor_.waited();
      } else if (!waiting_.empty()) {
        transactor_.take(std::move(waiting_.front()));
        waiting_.pop_front();
      } else if (transactor_.until()) {
        turn_to(*transactor_.until());
        transactor_.tick();
      } else {
        return;
      }
    }
    FAIL() << "it never comes to rest";
  }
  // Takes what waits, and doesn't let the tick come.
  void fill() {
    for (;;) {
      if (transactor_.need() == Need::step) {
        transactor_.step();
      } else if (transactor_.need() == Need::item && !waiting_.empty()) {
        transactor_.take(std::move(waiting_.front()));
        waiting_.pop_front();
      } else {
        return;
      }
    }
  }
  void drain() {
    transactor_.drained();
    run();
  }

  void ready_to_publish() override { ++ready; }
  void released(const Batch& batch, std::size_t) override {
    released_blocks.emplace_back(batch.channel_kind, batch.block.sequence.value);
  }
  void committed() override { ++commits; }
  void notice(SourceEvent event, std::string_view) override { notices.push_back(event); }
  void ended(PublisherEnd e) override { end = e; }

  WrittenPlan plan;
  OnceDecider decider;
  SourceCounters counters;
  int ready = 0, commits = 0;
  std::vector<std::pair<ChannelKind, std::uint64_t>> released_blocks;
  std::vector<SourceEvent> notices;
  std::optional<PublisherEnd> end;

 private:
  void turn_to(MonotonicTime time) {
    const auto left = std::chrono::ceil<Duration>(time - clock_.monotonic());
    clock_.turn(std::max(left, Duration{0}));
  }

  test::TurnedClock& clock_;
  NoLog log_;
  test::ModelSession session_;
  Transactor transactor_;
  std::deque<Transactor::Item> waiting_;
  std::uint64_t live_ = 0, replayed_ = 0;
};

class TransactorTest : public ::testing::Test {
 protected:
  // The events that a consumer sees, in the order of the partitions.
  std::vector<std::string> published(const std::string& topic = topics.events) {
    std::vector<std::string> values;
    for (const auto& partition : kafka_.partitions_of(topic)) {
      for (const auto* const record : kafka_.visible(partition)) {
        values.push_back(*record->value);
      }
    }
    return values;
  }
  std::string state(const std::string& key) {
    const auto values = kafka_.latest(topics.state);
    const auto found = values.find("stream/" + key);
    return found == values.end() ? "" : found->second;
  }
  // The first commit of events goes wrong in this way.
  void publish_through(KafkaFault fault) {
    first_.run();
    first_.plan.faults[KafkaCall::commit] = {fault};
    first_.push({"a", "b"});
    first_.push({"a", "c"});
    first_.run();
  }

  test::TurnedClock clock_;
  std::set<std::string, std::less<>> refused_values_;
  test::ModelKafka kafka_{
      clock_,
      {.partitions = 1, .refuses = [this](const std::string& topic, std::string_view value) {
         return topic == topics.events && refused_values_.contains(value);
       }}};
  Instance first_{"1111", kafka_, clock_};
};

TEST_F(TransactorTest, ClaimsTheSourceBeforeItTakesAnything) {
  first_.push({"a"});
  first_.run(Need::item);
  EXPECT_EQ(first_.ready, 1);
  EXPECT_EQ(first_.decider.restored_calls, 1);
  EXPECT_NE(state("owner/1111"), "");
  EXPECT_THAT(published(), IsEmpty());
}

TEST_F(TransactorTest, CommitsEventsChangesAndPositionTogether) {
  first_.run();
  first_.push({"a", "b"});
  first_.push({"a", "c"});
  first_.fill();
  EXPECT_THAT(published(), IsEmpty());
  EXPECT_EQ(state("seen/a"), "");

  first_.run();
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(state("seen/a"), "yes");
  EXPECT_EQ(state("position/journal-1111"), "v=1\nsequence=3\noffset=0\nitem=3\n");
  EXPECT_THAT(first_.decider.committed_keys, ElementsAre("seen/a", "seen/b", "seen/a", "seen/c"));
  EXPECT_EQ(first_.commits, 1);
  EXPECT_EQ(first_.counters.published_events.get(), 3u);
  EXPECT_EQ(first_.counters.duplicate_events.get(), 1u);
}

// Whatever happens to a transaction, its batches come once, with the decisions made once.
class TransactorFaultTest
    : public TransactorTest,
      public ::testing::WithParamInterface<std::tuple<KafkaCall, KafkaFault>> {
 protected:
  std::deque<std::string> lines_;  // views of them stay good
  std::vector<std::string> expected_;
};

TEST_P(TransactorFaultTest, LosesAndRepeatsNothing) {
  const auto [call, fault] = GetParam();
  for (const bool eager : {false, true}) {
    first_.plan.eager = eager;
    for (int nth = 0; nth < 3; ++nth) {
      auto& faults = first_.plan.faults[call];
      faults.assign(static_cast<std::size_t>(nth), KafkaFault::none);
      faults.push_back(fault);
      if (call == KafkaCall::abort) {
        first_.plan.faults[KafkaCall::commit] = {KafkaFault::failed};
      }
      const std::string name = std::to_string(nth) + (eager ? "e" : "l");
      lines_.push_back("x" + name);
      lines_.push_back("y" + name);
      expected_.push_back("x" + name);
      expected_.push_back("y" + name);
      first_.push({lines_[lines_.size() - 2]});
      first_.push({lines_[lines_.size() - 2], lines_.back()});
      first_.run();
      // Ends that are still under way come when other things are open.
      first_.push({"again"});
      first_.fill();
      while (kafka_.under_way() > 0) {
        kafka_.arrive(0);
      }
      first_.run();
    }
  }
  expected_.insert(expected_.begin() + 2, "again");
  EXPECT_EQ(published(), expected_);
  EXPECT_EQ(first_.end, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, TransactorFaultTest,
    ::testing::Combine(::testing::Values(KafkaCall::prepare_topics, KafkaCall::open_producer,
                                         KafkaCall::init_transactions, KafkaCall::fetch_metadata,
                                         KafkaCall::begin, KafkaCall::produce, KafkaCall::commit,
                                         KafkaCall::abort, KafkaCall::read_state),
                       ::testing::Values(KafkaFault::away, KafkaFault::unheard, KafkaFault::failed,
                                         KafkaFault::fatal, KafkaFault::fatal_unheard,
                                         KafkaFault::fatal_under_way, KafkaFault::connection_lost,
                                         KafkaFault::sent_twice)));

TEST_F(TransactorTest, ProducesTheSameAgainAfterAnAbort) {
  publish_through(KafkaFault::failed);
  EXPECT_EQ(first_.counters.transactions_aborted.get(), 1u);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(first_.decider.seen, ElementsAre("a", "b", "c"));
}

TEST_F(TransactorTest, BelievesTheStoredPositionAfterADoubt) {
  publish_through(KafkaFault::fatal_unheard);
  EXPECT_EQ(first_.counters.transactions_reinitialised.get(), 1u);
  EXPECT_EQ(first_.commits, 1);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));

  first_.plan.faults[KafkaCall::commit] = {KafkaFault::fatal};
  first_.push({"d"});
  first_.run();
  EXPECT_EQ(first_.counters.transactions_reinitialised.get(), 2u);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c", "d"));
}

TEST_F(TransactorTest, FencesAnEndThatIsStillUnderWay) {
  publish_through(KafkaFault::sent_twice);
  ASSERT_EQ(kafka_.under_way(), 1u);
  first_.plan.eager = true;
  first_.push({"d"});
  first_.fill();
  kafka_.arrive(0);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));  // nothing of the open transaction
}

TEST_F(TransactorTest, ReadsBackWhatAnEarlierInstanceCommitted) {
  publish_through(KafkaFault::none);
  Instance second("2222", kafka_, clock_);
  second.run();
  EXPECT_THAT(second.decider.restored_records,
              ::testing::IsSupersetOf({"seen/a=yes", "seen/b=yes", "seen/c=yes"}));
  EXPECT_EQ(second.decider.restored_calls, 1);

  second.push({"d"});
  second.run();
  EXPECT_EQ(state("owner/1111"), "") << "its claim is decided";
  EXPECT_NE(state("position/journal-1111"), "") << "its journal may come back";
  EXPECT_NE(state("position/journal-2222"), "");
}

// Whatever numbers its items have: the first transaction after a restart goes wrong.
class AfterRestart : public TransactorTest,
                     public ::testing::WithParamInterface<std::tuple<std::size_t, KafkaFault>> {};

TEST_P(AfterRestart, TakesNoPositionOfTheProcessBeforeForItsOwn) {
  const auto [count, fault] = GetParam();
  publish_through(KafkaFault::none);
  Instance second("2222", kafka_, clock_, "journal-1111");
  second.run();
  second.next_block(3);
  second.plan.faults[KafkaCall::commit] = {fault};
  const std::vector<std::string> lines{"d", "e", "f", "g"};
  for (std::size_t i = 0; i < count; ++i) {
    second.push({lines[i]});
  }
  second.run();
  EXPECT_FALSE(second.end);
  std::vector<std::string> expected{"a", "b", "c"};
  expected.insert(expected.end(), lines.begin(),
                  lines.begin() + static_cast<std::ptrdiff_t>(count));
  EXPECT_THAT(published(), ::testing::ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(Faults, AfterRestart,
                         ::testing::Combine(::testing::Range<std::size_t>(1, 5),
                                            ::testing::Values(KafkaFault::fatal,
                                                              KafkaFault::fatal_unheard,
                                                              KafkaFault::fatal_under_way)));

// The process after the first, with the journal of the first.
TEST_F(TransactorTest, PassesOverBlocksOfTheJournalThatAreCommitted) {
  publish_through(KafkaFault::none);
  Instance second("2222", kafka_, clock_, "journal-1111");
  second.push({"a", "b"});
  second.push({"a", "c"});
  second.push({"d"});
  second.run();
  EXPECT_THAT(published(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(second.released_blocks,
              ElementsAre(std::pair(ChannelKind::live, 1U), std::pair(ChannelKind::live, 2U),
                          std::pair(ChannelKind::live, 3U)));
  EXPECT_EQ(second.counters.duplicate_events.get(), 4U);
  EXPECT_EQ(second.counters.published_events.get(), 1U);
  EXPECT_THAT(second.decider.after_loss, ElementsAre(false)) << "only d is decided about";
}

// What it receives would count as published before.
TEST_F(TransactorTest, EndsWhereTheJournalIsAnOlderCopy) {
  publish_through(KafkaFault::none);  // blocks 1 and 2
  Instance older("2222", kafka_, clock_, "journal-1111", BlockSequence{2});
  older.push({"d"});
  older.run();
  EXPECT_EQ(older.end, PublisherEnd::lost_position);
  EXPECT_EQ(older.ready, 0);
  EXPECT_TRUE(older.released_blocks.empty());
  Instance next("3333", kafka_, clock_, "journal-1111", BlockSequence{3});
  next.next_block(3);
  next.push({"d"});
  next.run();
  EXPECT_EQ(next.end, std::nullopt);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c", "d"));
}

// Something deleted the state topic, and something made it again.

TEST_F(TransactorTest, EndsWhereTheStateTopicThatIsMadeAgainKnowsNothing) {
  publish_through(KafkaFault::none);
  kafka_.make_again(topics.state);
  // Others share the partition: it has more records than the one that was read.
  const int epoch = kafka_.init("another");
  for (int i = 0; i < 100; ++i) {
    kafka_.append("another", epoch, state_at, {.key = "other/x", .value = "y"});
  }
  kafka_.end("another", epoch, true);
  first_.plan.faults[KafkaCall::begin] = {KafkaFault::fatal};
  first_.push({"d"});
  first_.run();
  EXPECT_EQ(first_.end, PublisherEnd::lost_position);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));
}

TEST_F(TransactorTest, EndsWhereTheStateTopicThatIsMadeAgainIsShorter) {
  publish_through(KafkaFault::none);
  Instance second("2222", kafka_, clock_, "journal-1111");
  second.run();
  kafka_.make_again(topics.state);  // the position that was read is still the right one
  second.next_block(3);
  second.plan.faults[KafkaCall::begin] = {KafkaFault::fatal};
  second.push({"d"});
  second.run();
  EXPECT_EQ(second.end, PublisherEnd::lost_position);
  EXPECT_THAT(published(), ElementsAre("a", "b", "c"));
}

TEST_F(TransactorTest, GivesWayToAnotherThatMadeTheStateTopicAgain) {
  publish_through(KafkaFault::fatal_unheard);
  kafka_.make_again(topics.state);
  Instance second("2222", kafka_, clock_);
  second.run();
  first_.push({"d"});
  first_.run();
  EXPECT_EQ(first_.end, PublisherEnd::taken_over);
}

TEST_F(TransactorTest, GoesOnAtTheFirstBlockOfAProcessAndSaysWhatIsLost) {
  publish_through(KafkaFault::none);
  Instance second("2222", kafka_, clock_, "journal-1111");
  second.next_block(4);  // 3 is lost
  second.push({"d"});
  second.push({"e"});
  second.next_block(first_block_of(1).value);
  second.push({"f"});
  second.next_block(first_block_of(1).value + 3);
  second.push({"g"});
  second.run();
  EXPECT_THAT(published(), ElementsAre("a", "b", "c", "d", "e", "f", "g"));
  EXPECT_THAT(second.decider.after_loss, ElementsAre(true, false, false, true));
}

TEST_F(TransactorTest, ForgetsWhatACrashedInstanceLeftOpen) {
  first_.run();
  first_.plan.eager = true;
  first_.push({"a"});
  first_.fill();
  Instance second("2222", kafka_, clock_);
  second.run();
  EXPECT_THAT(second.decider.restored_records, ::testing::Not(::testing::Contains("seen/a=yes")));
  second.push({"a"});
  second.run();
  EXPECT_THAT(published(), ElementsAre("a"));
}

TEST_F(TransactorTest, StopsWhenAnotherInstanceTookOver) {
  first_.run();
  first_.push({"a"});
  first_.fill();
  Instance second("2222", kafka_, clock_);
  second.run();
  first_.run();
  EXPECT_EQ(first_.end, PublisherEnd::taken_over);
  EXPECT_THAT(first_.notices, ElementsAre(SourceEvent::taken_over));
  EXPECT_THAT(published(), IsEmpty());
  EXPECT_EQ(second.end, std::nullopt);
}

// What the other one published meanwhile, the first doesn't know.
TEST_F(TransactorTest, StopsAlsoWhereItClaimsAgainAfterTheOther) {
  first_.run();
  Instance second("2222", kafka_, clock_);
  second.run();
  second.push({"a"});
  second.run();
  first_.plan.faults[KafkaCall::begin] = {KafkaFault::fatal};
  first_.push({"a"});
  first_.run();
  EXPECT_EQ(first_.end, PublisherEnd::taken_over);
  second.push({"b"});
  second.run();
  EXPECT_EQ(second.end, std::nullopt) << "exactly one of them stops";
  EXPECT_THAT(published(), ElementsAre("a", "b"));
}

TEST_F(TransactorTest, GoesOnWhereOnlyItsOwnTransactionTimedOut) {
  first_.run();
  first_.plan.eager = true;
  first_.push({"a"});
  first_.fill();
  clock_.turn(Duration{61'000});
  first_.run();
  EXPECT_EQ(first_.end, std::nullopt);
  EXPECT_THAT(published(), ElementsAre("a"));
}

TEST_F(TransactorTest, WaitsForAnotherSourcesTransactionInItsPartition) {
  const int epoch = kafka_.init("another");
  kafka_.append("another", epoch, state_at, {.key = "other/x", .value = "y"});
  first_.run(Need::wait);
  ASSERT_EQ(first_.transactor().need(), Need::wait);
  EXPECT_EQ(first_.ready, 0);
  kafka_.end("another", epoch, true);
  first_.run();
  EXPECT_EQ(first_.ready, 1);
  EXPECT_THAT(first_.decider.restored_records, ::testing::Not(::testing::Contains("x=y")));
}

TEST_F(TransactorTest, CommitsInPartsWhatIsTooLargeForOneTransaction) {
  const std::string large(limits::transaction_bytes.count / 2 + 1, 'x');
  first_.run();
  // Both are pending when the first transaction fails.
  first_.plan.faults[KafkaCall::commit] = {KafkaFault::failed};
  first_.push({large});
  first_.push({"b"});
  first_.push({"c"});
  first_.run();
  EXPECT_GE(first_.commits, 2);
  EXPECT_THAT(published(), ElementsAre(large, "b", "c"));
  EXPECT_THAT(first_.decider.committed_keys, ElementsAre("seen/" + large, "seen/b", "seen/c"));
  EXPECT_EQ(state("position/journal-1111"), "v=1\nsequence=4\noffset=0\nitem=4\n");
}

TEST_F(TransactorTest, FindsThePositionAgainBetweenThePartsOfWhatIsPending) {
  const std::string large(limits::transaction_bytes.count / 2 + 1, 'x');
  first_.run();
  first_.plan.faults[KafkaCall::commit] = {KafkaFault::failed, KafkaFault::fatal_unheard};
  first_.plan.faults[KafkaCall::commit].insert(first_.plan.faults[KafkaCall::commit].end(),
                                               {KafkaFault::none, KafkaFault::fatal});
  first_.push({large});
  first_.push({"b"});
  first_.push({"c"});
  first_.run();
  EXPECT_THAT(published(), ElementsAre(large, "b", "c"));
}

TEST_F(TransactorTest, CommitsWhatANoteChanges) {
  first_.run();
  first_.push(Note([] {
    Changes changes;
    changes.records.push_back({RecordTopic::jobs, "j", "1"});
    return changes;
  }));
  first_.run();
  EXPECT_EQ(kafka_.latest(topics.jobs).at("j"), "1");
  EXPECT_EQ(state("position/journal-1111"), "v=1\nsequence=1\noffset=0\nitem=2\n");
  EXPECT_THAT(first_.released_blocks, IsEmpty());
}

TEST_F(TransactorTest, BeginsNothingForANoteThatChangesNothing) {
  first_.run();
  bool called = false;
  first_.push(Note([&] {
    called = true;
    return Changes{};
  }));
  first_.run();
  EXPECT_TRUE(called);
  EXPECT_FALSE(first_.transactor().pending());
  EXPECT_EQ(first_.commits, 0);
}

TEST_F(TransactorTest, KeepsReplaysOutOfTheJournalsPosition) {
  first_.run();
  first_.push({"a"});
  first_.push({"r"}, ChannelKind::replay);
  first_.run();
  EXPECT_EQ(state("position/journal-1111"), "v=1\nsequence=2\noffset=0\nitem=3\n");
  EXPECT_THAT(first_.released_blocks,
              ElementsAre(std::pair(ChannelKind::live, 1u), std::pair(ChannelKind::replay, 1u)));
}

TEST_F(TransactorTest, SendsOnlyWhatIsRefusedToTheDeadLetters) {
  refused_values_ = {"b"};
  first_.run();
  first_.push({"a", "b", "c"});
  first_.run();
  EXPECT_THAT(published(), ElementsAre("a", "c"));
  EXPECT_THAT(published(topics.dead_letters), ElementsAre("b"));
  EXPECT_THAT(first_.notices, ElementsAre(SourceEvent::rejected_by_broker));
  EXPECT_EQ(first_.counters.published_events.get(), 2u);
}

TEST_F(TransactorTest, DoesNotWaitBetweenAttemptsThatTellWhatIsRefused) {
  refused_values_ = {"a", "b", "c"};
  first_.run();
  first_.push({"a", "b", "c", "d"});
  first_.run(Need::wait);
  EXPECT_THAT(published(), ElementsAre("d"));
}

// Where more is pending it goes straight on to the next transaction.
TEST_F(TransactorTest, KafkaOwesAnewBehindEachCommit) {
  refused_values_ = {"d"};
  first_.run();
  for (const char* line : {"a", "b", "c", "d"}) {
    first_.push({line});
  }
  first_.fill();
  clock_.turn(Duration{250});
  first_.transactor().tick();
  while (first_.commits == 0) {
    ASSERT_EQ(first_.transactor().need(), Need::step);
    first_.transactor().step();
    clock_.turn(Duration{1'000});
  }
  ASSERT_EQ(first_.transactor().need(), Need::step) << "the rest is pending";
  const std::int64_t now = clock_.monotonic().time_since_epoch() / Duration{1};
  first_.transactor().step();
  EXPECT_EQ(first_.counters.kafka_owes_since_ms.get(), now);
}

// The end.

TEST_F(TransactorTest, EndsAtOnceWithNothingInHand) {
  first_.run();
  first_.drain();
  EXPECT_EQ(first_.end, PublisherEnd::drained);
}

TEST_F(TransactorTest, CommitsWhatIsOpenBeforeItEnds) {
  first_.run();
  first_.push({"a"});
  first_.fill();
  first_.drain();
  EXPECT_EQ(first_.end, PublisherEnd::drained);
  EXPECT_THAT(published(), ElementsAre("a"));
}

TEST_F(TransactorTest, EndsInAWaitWhereNothingIsPending) {
  first_.plan.faults[KafkaCall::prepare_topics] = {KafkaFault::away, KafkaFault::away};
  first_.run(Need::wait);
  ASSERT_EQ(first_.transactor().need(), Need::wait);
  first_.drain();
  EXPECT_EQ(first_.end, PublisherEnd::drained);
  EXPECT_EQ(first_.ready, 0);
}

TEST_F(TransactorTest, CommitsWhatIsPendingThroughAWaitBeforeItEnds) {
  first_.run();
  first_.plan.faults[KafkaCall::commit] = {KafkaFault::away, KafkaFault::away};
  first_.push({"a"});
  first_.fill();
  first_.run(Need::wait);
  ASSERT_EQ(first_.transactor().need(), Need::wait);
  first_.drain();
  EXPECT_EQ(first_.end, PublisherEnd::drained);
  EXPECT_THAT(published(), ElementsAre("a"));
}

TEST_F(TransactorTest, CommitsWhatIsInDoubtBeforeItEnds) {
  first_.run();
  first_.plan.faults[KafkaCall::commit] = {KafkaFault::fatal_unheard};
  first_.push({"a"});
  first_.fill();
  first_.drain();
  EXPECT_EQ(first_.end, PublisherEnd::drained);
  EXPECT_THAT(published(), ElementsAre("a"));
}

}  // namespace
}  // namespace penstock::publish
