#include "app/failed_attempts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "publish/mailbox.hpp"

namespace penstock::app {
namespace {

constexpr WallTime at{std::chrono::seconds(1'700'000'000)};

// A source without jobs, from the session to its gaps.
class FailedAttemptsTest : public testing::Test {
 protected:
  void open() {
    session_ = session_.next();
    attempts_.opened(session_);
    mark(BlockKind::session_opened);
  }
  void close() { mark(BlockKind::session_closed); }
  void fail(DisconnectCause cause) { attempts_.failed(cause, at, on_its_way_.empty()); }
  void mark(BlockKind kind) {
    Batch batch;
    batch.block.kind = kind;
    batch.block.session = session_;
    batch.block.received_at = at;
    batch.block.cause = DisconnectCause::aborted;
    on_its_way_.push_back(std::move(batch));
  }
  // Out of the ring and the pool.
  void push() {
    for (Batch& batch : std::exchange(on_its_way_, {})) {
      mailbox_.put(std::move(batch));
    }
    attempts_.moved(true);
  }
  // The publisher is out of its call to Kafka.
  void decide() {
    while (auto item = mailbox_.take(MonotonicTime{}).item) {
      auto* const batch = std::get_if<Batch>(&*item);
      const Changes changes =
          batch != nullptr ? jobs_.decide(*batch, at) : std::get<publish::Note>(*item)();
      for (const SideRecord& record : changes.records) {
        if (record.topic == RecordTopic::gaps) {
          gaps_[record.key] = record.value.value_or("");
        }
      }
    }
  }
  // Cause and note of each gap, the first one first.
  std::vector<std::string> gaps() const {
    std::vector<std::string> shown;
    for (const auto& [key, json] : gaps_) {
      const auto field = [&](const std::string& name) {
        const std::size_t begin = json.find("\"" + name + "\":\"") + name.size() + 4;
        return json.substr(begin, json.find('"', begin) - begin);
      };
      shown.push_back(field("cause") + ": " + field("note"));
    }
    return shown;
  }
  publish::Note note(FailedAttempts::Ask ask) {
    return [this, ask = std::move(ask)] { return ask(jobs_); };
  }

  jobs::Jobs jobs_{{.source = SourceName("firehose"), .id_seed = "p"}};
  publish::Mailbox mailbox_;
  FailedAttempts attempts_{
      [this](FailedAttempts::Ask ask) { mailbox_.put_in_turn(note(std::move(ask))); },
      [this](FailedAttempts::Ask ask) { mailbox_.put(note(std::move(ask))); }};
  std::vector<Batch> on_its_way_;
  SessionId session_;
  std::map<std::string, std::string> gaps_;
};

using ::testing::ElementsAre;

TEST_F(FailedAttemptsTest, AreToldAtOnceWhereNothingIsOnItsWay) {
  open();
  close();
  push();
  decide();
  fail(DisconnectCause::unreachable);
  fail(DisconnectCause::unreachable);
  fail(DisconnectCause::refused);
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable; then refused"));
}

TEST_F(FailedAttemptsTest, StayBehindAMarkThatWaitsForItsDecision) {
  open();
  close();
  push();
  fail(DisconnectCause::unreachable);
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable"));
}

TEST_F(FailedAttemptsTest, StayBehindAMarkThatIsInTheRing) {
  open();
  close();
  fail(DisconnectCause::unreachable);
  decide();
  EXPECT_THAT(gaps(), ElementsAre());
  push();
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable"));
}

TEST_F(FailedAttemptsTest, GoToTheGapBeforeASessionThatOpensMeanwhile) {
  open();
  close();
  fail(DisconnectCause::unreachable);
  open();
  close();
  fail(DisconnectCause::refused);
  push();
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable", "aborted: then refused"));
}

// All was pushed when the first one of them failed, and its note waits for Kafka with the marks.
TEST_F(FailedAttemptsTest, LeaveThoseThatCameLaterToTheirGap) {
  open();
  close();
  push();
  fail(DisconnectCause::unreachable);
  open();
  close();
  fail(DisconnectCause::throttled);
  open();
  push();
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable", "aborted: then throttled"));
}

// It ended before an attempt failed, and Kafka hears of both later.
TEST_F(FailedAttemptsTest, LeaveTheGapBeforeTheFirstSessionAsItWas) {
  ASSERT_TRUE(
      jobs_.restore("session", "v=1\nopen=1\nsession=7\nreceived_at=2023-10-01T00:00:00Z\n"));
  jobs_.restored(at);
  open();
  close();
  fail(DisconnectCause::refused);
  push();
  decide();
  EXPECT_THAT(gaps(), ElementsAre("daemon_down: ", "aborted: then refused"));
}

// It came and went while the ring had no room: nothing is told of it, and the gap goes on.
TEST_F(FailedAttemptsTest, GoToTheGapThatGoesOnWhereASessionLeftNoMark) {
  open();
  close();
  fail(DisconnectCause::unreachable);
  session_ = session_.next();
  attempts_.opened(session_);
  fail(DisconnectCause::refused);
  push();
  decide();
  EXPECT_THAT(gaps(), ElementsAre("aborted: then unreachable; then refused"));
}

TEST(FailedAttempts, AreToldOnceForEachCauseHoweverLongTheyAlternate) {
  for (const bool all_pushed : {true, false}) {
    int told = 0;
    const auto count = [&](const FailedAttempts::Ask&) { ++told; };
    FailedAttempts attempts(count, count);
    for (int i = 0; i < 1000; ++i) {
      attempts.failed(DisconnectCause::unreachable, at, all_pushed);
      attempts.failed(DisconnectCause::refused, at, all_pushed);
    }
    attempts.moved(true);
    EXPECT_EQ(told, 2);
    attempts.opened(SessionId{2});
    attempts.failed(DisconnectCause::refused, at, true);
    EXPECT_EQ(told, 3);
  }
}

}  // namespace
}  // namespace penstock::app
