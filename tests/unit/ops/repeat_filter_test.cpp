#include "ops/repeat_filter.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = limits::log_repeat_interval;

class RepeatFilterTest : public testing::Test {
 protected:
  bool passes(std::string_view event, std::vector<LogField> fields = {},
              LogLevel level = LogLevel::warning) {
    return filter_.passes(level, event, fields, now_, left_out_);
  }
  // How many of so many lines are written.
  std::size_t written(std::size_t lines, std::string_view event,
                      std::vector<LogField> fields = {}) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < lines; ++i) {
      count += passes(event, fields) ? 1u : 0u;
    }
    return count;
  }

  RepeatFilter filter_;
  MonotonicTime now_{1'000s};
  std::vector<LeftOut> left_out_;
};

TEST_F(RepeatFilterTest, WritesTheFirstLinesOfAnIntervalAndTellsTheNumberOfTheOthers) {
  EXPECT_EQ(written(limits::log_repeats + 41, "Kafka call failed"), limits::log_repeats);
  EXPECT_TRUE(left_out_.empty());
  now_ += interval;
  EXPECT_EQ(filter_.due(now_), (std::vector<LeftOut>{{.level = LogLevel::warning,
                                                      .event = "Kafka call failed",
                                                      .whose = "",
                                                      .times = 41,
                                                      .within = interval}}));
  EXPECT_TRUE(filter_.due(now_).empty()) << "told once";
}

TEST_F(RepeatFilterTest, TellsItBeforeTheNextLineWhereThatComesFirst) {
  written(limits::log_repeats + 1, "stalled");
  now_ += interval + 5s;
  EXPECT_TRUE(passes("stalled"));
  ASSERT_EQ(left_out_.size(), 1u);
  EXPECT_EQ(left_out_[0].times, 1u);
  EXPECT_EQ(left_out_[0].within, interval + 5s);
}

TEST_F(RepeatFilterTest, SaysNothingOfWhatWasWrittenWholly) {
  EXPECT_EQ(written(limits::log_repeats, "stalled"), limits::log_repeats);
  now_ += interval;
  EXPECT_TRUE(filter_.due(now_).empty());
  EXPECT_EQ(written(limits::log_repeats, "stalled"), limits::log_repeats) << "a new interval";
  EXPECT_TRUE(left_out_.empty());
}

TEST_F(RepeatFilterTest, IsNotDueBeforeItsIntervalIsOver) {
  written(limits::log_repeats + 1, "stalled");
  now_ += interval - 1ms;
  EXPECT_TRUE(filter_.due(now_).empty());
  EXPECT_FALSE(passes("stalled"));
}

TEST_F(RepeatFilterTest, TakesWhatVariesForTheSameAndWhoseItIsForAnother) {
  const auto fields = [](std::string_view source, int number) {
    return std::vector<LogField>{{"source", source}, {"session", number}};
  };
  std::size_t count = 0;
  for (int i = 0; i < 100; ++i) {
    count += passes("session closed", fields("firehose", i)) ? 1u : 0u;
  }
  EXPECT_EQ(count, limits::log_repeats);
  EXPECT_TRUE(passes("session closed", fields("torrent", 1)));
  EXPECT_TRUE(passes("session opened", fields("firehose", 1)));
  now_ += interval;
  ASSERT_EQ(filter_.due(now_).size(), 1u);
}

TEST_F(RepeatFilterTest, KeepsAClientsKindsOfTroubleApart) {
  written(100, "librdkafka", {{"client", "firehose"}, {"facility", "FAIL"}, {"text", "a"}});
  EXPECT_TRUE(passes("librdkafka", {{"client", "firehose"}, {"facility", "REQTMOUT"}}));
  now_ += interval;
  EXPECT_EQ(filter_.due(now_).at(0).whose, "firehose FAIL");
}

TEST_F(RepeatFilterTest, NeverHoldsBackTheFirstErrorForWarningsOfTheSameName) {
  written(100, "no session");
  EXPECT_TRUE(passes("no session", {}, LogLevel::error));
}

TEST_F(RepeatFilterTest, LeavesDebugAndTraceAlone) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(passes("librdkafka", {}, LogLevel::debug));
    EXPECT_TRUE(passes("librdkafka", {}, LogLevel::trace));
  }
}

TEST_F(RepeatFilterTest, KeepsABoundedNumberOfEventsAndLosesNoCount) {
  written(limits::log_repeats + 7, "the oldest");
  for (std::size_t i = 0; i < 3 * limits::log_repeat_events; ++i) {
    now_ += 1ms;
    EXPECT_TRUE(passes("event " + std::to_string(i))) << "what is new is always written";
  }
  ASSERT_EQ(left_out_.size(), 1u);
  EXPECT_EQ(left_out_[0].event, "the oldest");
  EXPECT_EQ(left_out_[0].times, 7u);
}

TEST_F(RepeatFilterTest, TellsAtTheEndWhatIsStillOwed) {
  written(limits::log_repeats + 2, "stalled");
  written(1, "session closed");
  now_ += 3s;
  const auto rest = filter_.rest(now_);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].times, 2u);
  EXPECT_EQ(rest[0].within, 3s);
}

}  // namespace
}  // namespace penstock::ops
