#include "app/channel_feed.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::app {
namespace {

constexpr Bytes segment = 1_MiB;

FeedOptions options(ChannelKind kind, Duration commit_interval, Duration sync_interval = {}) {
  return {.ring = {.max_size = 2_MiB,
                   .max_line = 64_KiB,
                   .segment_size = segment,
                   .sync_interval = sync_interval},
          .beat = CommitBeat(commit_interval),
          .segments = std::make_unique<journal::MemorySegments>(segment),
          .kind = kind,
          .max_lines = 1,
          .max_bytes = 1_MiB};
}

jobs::LiveChannel live(ChannelFeed& feed) { return feed.live(monotonic_now(), wall_now()); }

// Of memory, while there is room.
class ScarceSegments : public journal::SegmentStore {
 public:
  explicit ScarceSegments(const bool& room, BlockSequence first = first_block_of(0))
      : room_(room), first_(first) {}
  std::vector<journal::RecoveredSegment> recover() override { return memory_.recover(); }
  std::unique_ptr<journal::Segment> take() override { return room_ ? memory_.take() : nullptr; }
  void give_back(std::unique_ptr<journal::Segment> one) override {
    memory_.give_back(std::move(one));
  }
  void released(BlockSequence up_to) override { memory_.released(up_to); }
  BlockSequence last_released() const override { return memory_.last_released(); }
  JournalId journal() const override { return memory_.journal(); }
  std::uint64_t boot() const override { return memory_.boot(); }
  BlockSequence first_sequence() const override { return first_; }

 private:
  const bool& room_;
  BlockSequence first_;
  journal::MemorySegments memory_{segment};
};

constexpr bool always = true;

// Of a file that can't be flushed: that it was to be is told as an error.
class UnflushableSegments final : public ScarceSegments {
 public:
  UnflushableSegments() : ScarceSegments(always) {}
  std::unique_ptr<journal::Segment> take() override {
    auto zeros = std::make_shared<journal::SegmentFile>(
        journal::Descriptor(::open("/dev/zero", O_RDWR | O_CLOEXEC)), "/dev/zero", nullptr);
    return journal::Segment::of_file(std::move(zeros), segment).value();
  }
};

// Reading would be resumed in vain, again and again, or never.
TEST(ChannelFeed, HasRoomOnceTheDiskHas) {
  boost::asio::io_context io;
  extract::Pool pool(1);
  bool room = false;
  int moves = 0;
  auto scarce = options(ChannelKind::live, Duration{250});
  scarce.segments = std::make_unique<ScarceSegments>(room);
  ChannelFeed feed(
      io, pool, std::move(scarce), [](Batch&&) {}, [&] { ++moves; });
  EXPECT_TRUE(feed.has_room());  // nobody has asked for any
  feed.look_for_room();
  EXPECT_EQ(moves, 0);
  EXPECT_TRUE(feed.writable().empty());
  EXPECT_FALSE(feed.has_room());
  const auto full = live(feed).full;
  ASSERT_TRUE(full);
  feed.look_for_room();
  EXPECT_EQ(moves, 1);
  EXPECT_EQ(live(feed).full->since, full->since);
  EXPECT_GT(live(feed).full->until, full->until);  // what comes is still held back
  EXPECT_FALSE(feed.has_room());
  room = true;
  feed.look_for_room();
  EXPECT_EQ(moves, 2);
  EXPECT_TRUE(feed.has_room());
  feed.look_for_room();
  EXPECT_EQ(moves, 2);
  EXPECT_FALSE(feed.writable().empty());
}

// As where the process was suspended: what the remote sent meanwhile comes before any replay.
TEST(ChannelFeed, HoldsReplaysBackAfterATimeInWhichNobodyLooked) {
  boost::asio::io_context io;
  extract::Pool pool(1);
  ChannelFeed feed(
      io, pool, options(ChannelKind::live, Duration{250}), [](Batch&&) {}, [] {});
  feed.look_for_room();
  const MonotonicTime awake = monotonic_now() + 2 * limits::stood_still;
  EXPECT_GE(jobs::ReplayGate::not_before(feed.live(awake, wall_now())), awake + limits::after_full);
}

// Whose remote says nothing more, so that nobody asks for room.
class SilentFeed : public testing::Test {
 protected:
  void make(FeedOptions options) {
    options.max_lines = 1'000;
    options.max_bytes = 16_MiB;
    feed_.emplace(
        io_, pool_, std::move(options),
        [this](Batch&& batch) {
          kinds_.push_back(batch.block.kind);
          received_at_.push_back(batch.block.received_at);
          backlog_ = batch.block.backlog;
          came_.up_to = batch.block.sequence;
          came_.lines += batch.events.size() + batch.dead_letters.size();
          came_.bytes += batch.block.bytes.size();
          ++came_.blocks;
          ++blocks_;
        },
        [] {});
  }
  void receive(std::string_view text) {
    const auto room = feed_->writable();
    ASSERT_GE(room.size(), text.size());
    std::ranges::copy(text, room.begin());
    feed_->received(text.size());
  }
  template <class Condition>
  [[nodiscard]] bool run_until(Condition condition) {
    const MonotonicTime end = monotonic_now() + std::chrono::seconds(30);
    while (!condition() && monotonic_now() < end) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(5));
    }
    return condition();
  }

  boost::asio::io_context io_;
  extract::Pool pool_{1};
  std::atomic<std::uint64_t> blocks_ = 0;  // the two below are of so many
  std::vector<BlockKind> kinds_;
  std::vector<WallTime> received_at_;
  std::optional<Backlog> backlog_;  // of the last
  Released came_;
  std::optional<ChannelFeed> feed_;
};

TEST_F(SilentFeed, EndsASessionOnceACommitMakesRoomForItsMark) {
  make(options(ChannelKind::live, Duration{1'000'000'000}));
  feed_->open(ChannelId{1}, SessionId{1});
  const std::string line = R"({"a":")" + std::string(60'000, 'x') + "\"}\n";
  // In each of two segments three blocks of five lines. A fourth would have no room.
  for (int i = 1; i < 30; ++i) {
    receive(line);
  }
  receive(line + R"({"cut":)");
  feed_->close(DisconnectCause::aborted);
  ASSERT_TRUE(run_until([&] { return blocks_ == 7; }));
  EXPECT_EQ(kinds_.back(), BlockKind::lines);
  EXPECT_FALSE(feed_->idle());
  feed_->released(came_);
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  EXPECT_EQ(blocks_, 9u);  // the line that was cut, and the mark
  EXPECT_EQ(kinds_.back(), BlockKind::session_closed);
}

TEST_F(SilentFeed, OpensASessionOnceTheDiskHasRoomForItsMark) {
  bool room = false;
  auto scarce = options(ChannelKind::live, Duration{250});
  scarce.segments = std::make_unique<ScarceSegments>(room);
  make(std::move(scarce));
  feed_->open(ChannelId{1}, SessionId{1});
  feed_->look_for_room();
  EXPECT_FALSE(feed_->idle());
  room = true;
  feed_->look_for_room();
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  ASSERT_EQ(blocks_, 1u);
  EXPECT_EQ(kinds_.back(), BlockKind::session_opened);
}

// As where the machine was suspended. What came after it was sent in it.
TEST_F(SilentFeed, EndsASessionThatWasHeldBackWhereThatBegan) {
  make(options(ChannelKind::live, Duration{250}));
  feed_->open(ChannelId{1}, SessionId{1});
  feed_->live(monotonic_now(), wall_now() + std::chrono::hours(1));
  receive("{}\n");
  feed_->close(DisconnectCause::aborted);
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  ASSERT_EQ(kinds_.back(), BlockKind::session_closed);
  EXPECT_LE(received_at_.back(), wall_now() - std::chrono::hours(1));
  EXPECT_GT(received_at_.back(), wall_now() - std::chrono::hours(2));
}

// A line that isn't whole yet is decided about later, beside times of the clock as it is then.
TEST_F(SilentFeed, HasTheTimeOfALineByAClockThatIsSetBackSince) {
  make(options(ChannelKind::live, Duration{250}));
  feed_->open(ChannelId{1}, SessionId{1});
  receive(R"({"cut":)");
  const WallTime received = wall_now();
  feed_->live(monotonic_now(), received - std::chrono::hours(1));
  feed_->close(DisconnectCause::aborted);
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  ASSERT_EQ(kinds_[1], BlockKind::lines);
  EXPECT_LE(received_at_[1], received - std::chrono::minutes(59));
}

TEST_F(SilentFeed, SaysSinceWhenWhatComesWasSentWhereItWasHeldBack) {
  make(options(ChannelKind::live, Duration{250}));
  feed_->open(ChannelId{1}, SessionId{1});
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  EXPECT_FALSE(backlog_);
  feed_->live(monotonic_now(), wall_now() + std::chrono::hours(1));
  receive("{}\n");
  ASSERT_TRUE(run_until([&] { return blocks_ == 2; }));
  ASSERT_EQ(kinds_.back(), BlockKind::lines);
  ASSERT_TRUE(backlog_);
  EXPECT_LE(backlog_->since, wall_now() - std::chrono::hours(1));
  EXPECT_GT(backlog_->caught_up, wall_now());
}

// Nothing of it was received.
TEST_F(SilentFeed, EndsWithoutTheMarksOfASessionThatNeverHadRoom) {
  const bool room = false;
  auto scarce = options(ChannelKind::live, Duration{250});
  scarce.segments = std::make_unique<ScarceSegments>(room);
  make(std::move(scarce));
  feed_->open(ChannelId{1}, SessionId{1});
  feed_->close(DisconnectCause::ended);
  EXPECT_FALSE(feed_->idle());
  feed_->finish();
  EXPECT_TRUE(feed_->idle());
}

TEST_F(SilentFeed, FlushesAtItsEndWhatWasNotCommitted) {
  for (const bool committed : {false, true}) {
    std::atomic<int> asked = 0;
    auto unflushable = options(ChannelKind::live, Duration{250}, std::chrono::hours(1));
    unflushable.segments = std::make_unique<UnflushableSegments>();
    unflushable.flush_failed = [&](const Error&) { ++asked; };
    make(std::move(unflushable));
    feed_->open(ChannelId{1}, SessionId{1});
    receive("{}\n");
    feed_->close(DisconnectCause::ended);
    ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
    if (committed) {
      feed_->released(came_);
    }
    feed_->end_flushing();
    feed_.reset();  // waits for the flusher
    EXPECT_EQ(asked, committed ? 0 : 1);
  }
}

TEST_F(SilentFeed, HoldsNoReplayBackForTheNumberOfABlockThatIsStillToCome) {
  auto later = options(ChannelKind::live, Duration{1'000'000'000});
  later.segments = std::make_unique<ScarceSegments>(always, first_block_of(1));
  make(std::move(later));
  EXPECT_EQ(live(*feed_).received, live(*feed_).delivered);
  feed_->open(ChannelId{1}, SessionId{1});
  ASSERT_TRUE(run_until([&] { return feed_->idle(); }));
  EXPECT_EQ(live(*feed_).received, live(*feed_).delivered);
  EXPECT_EQ(live(*feed_).delivered, first_block_of(1));
  receive("{}\n");
  EXPECT_TRUE(feed_->idle());
  EXPECT_EQ(live(*feed_).received, first_block_of(1).next()) << "a line that isn't sealed waits";
}

// A timer whose time has come may be waiting for its handler's turn when it is cancelled.
TEST(ChannelFeed, EndsFlushingAlsoWhereItsTimeHasJustCome) {
  boost::asio::io_context io;
  extract::Pool pool(1);
  ChannelFeed feed(
      io, pool, options(ChannelKind::live, Duration{250}, Duration{4}), [](Batch&&) {}, [] {});
  feed.begin();
  boost::asio::steady_timer first(io, std::chrono::milliseconds(1));
  first.async_wait([&](const boost::system::error_code&) { feed.end_flushing(); });
  for (const MonotonicTime both = monotonic_now() + Duration{10}; monotonic_now() < both;) {
  }
  io.run_for(std::chrono::seconds(10));
  EXPECT_TRUE(io.stopped()) << "a timer goes on for ever";
}

// One line is received; of the block that is sealed for its age.
std::optional<MonotonicTime> last_before(ChannelKind kind, Duration commit_interval) {
  boost::asio::io_context io;
  const auto work = boost::asio::make_work_guard(io);  // a worker has it, and nothing waits in it
  extract::Pool pool(1);
  std::optional<MonotonicTime> told;
  std::atomic<bool> came = false;
  ChannelFeed feed(
      io, pool, options(kind, commit_interval),
      [&](Batch&& batch) {
        if (batch.block.kind == BlockKind::lines) {
          told = batch.block.last_before;
          came = true;
        }
      },
      [] {});
  feed.open(ChannelId{1}, SessionId{1});
  const std::string_view line = "{}\n";
  std::ranges::copy(line, feed.writable().begin());
  feed.received(line.size());
  const MonotonicTime end = monotonic_now() + std::chrono::seconds(60);
  while (!came && monotonic_now() < end) {
    io.run_one_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(came);
  return told;
}

TEST(ChannelFeed, TellsWhichTickALiveBlockIsTheLastBefore) {
  const CommitBeat beat(Duration{100});
  const MonotonicTime earliest = beat.after(monotonic_now());
  const auto tick = last_before(ChannelKind::live, beat.interval());
  ASSERT_TRUE(tick);
  EXPECT_GE(*tick, earliest);
  EXPECT_EQ(beat.after(*tick - Duration{1}), *tick);
}

// Live events may come behind it.
TEST(ChannelFeed, TellsNothingSoOfAReplay) {
  EXPECT_EQ(last_before(ChannelKind::replay, Duration{100}), std::nullopt);
}

TEST(ChannelFeed, TellsNothingSoWhereTheTickIsFar) {
  EXPECT_EQ(last_before(ChannelKind::live, Duration{1'000'000'000}), std::nullopt);
}

}  // namespace
}  // namespace penstock::app
