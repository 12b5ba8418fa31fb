#include "simulator/replay_script.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/json_check.hpp"
#include "unit/simulator/json_values.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;

struct ReplayScriptTest : testing::Test {
  EventGenerator generator{1};
  JobBook book{{}, 1};
  JobLines lines{generator, book, WallTime(1'700'000'000'000ms)};
  const Job& job = book.create({.events = 400, .queued = 1s, .lasts = 100s, .twins = 0.1});

  static ReplayForm form(std::string_view faults) {
    ReplayForm result;
    for (const FaultRule& rule : parse_faults(faults).value()) {
      demand(result, rule.fault);
    }
    return result;
  }
  std::vector<std::string> told(const ReplayForm& as, std::uint64_t replay = 0) const {
    const ReplayScript script(lines, job, as, 1, replay, 64_KiB);
    std::vector<std::string> all(script.size());
    for (std::size_t n = 0; n < all.size(); ++n) {
      script.append(all[n], n, LineKind::event);
    }
    return all;
  }
  std::vector<std::string> happened() const {
    std::vector<std::string> all(job.life.moments());
    for (std::uint32_t moment = 0; moment < all.size(); ++moment) {
      lines.append(all[moment], job, moment);
    }
    return all;
  }
};

TEST_F(ReplayScriptTest, TellsAllOfAJobByNowInItsOrder) {
  for (const JobTime now : {0s, 1s, 50s, 101s, 200s}) {
    book.advance(now);
    EXPECT_EQ(told({}), happened());
  }
  EXPECT_EQ(happened().size(), 403u);
}

TEST_F(ReplayScriptTest, StaysAsItWasWhenItBegan) {
  book.advance(50s);
  const std::vector<std::string> by_then = happened();
  const ReplayScript script(lines, job, {}, 1, 0, 64_KiB);
  book.advance(200s);
  ASSERT_EQ(script.size(), by_then.size());
  for (std::uint64_t n = 0; n < script.size(); ++n) {
    std::string line;
    script.append(line, n, LineKind::event);
    ASSERT_EQ(line, by_then[n]);
  }
}

TEST_F(ReplayScriptTest, LeavesStatusMessagesOutWhereThatIsDemanded) {
  book.advance(200s);
  std::vector<std::string> results = happened();
  results.pop_back();
  results.erase(results.begin(), results.begin() + 2);
  EXPECT_EQ(told(form("replay_no_status")), results);
}

TEST_F(ReplayScriptTest, MissesTheSameResultsEveryTime) {
  book.advance(200s);
  const std::vector<std::string> left = told(form("replay_missing:fraction=0.2"), 1);
  EXPECT_EQ(left, told(form("replay_missing:fraction=0.2"), 2));
  EXPECT_GT(left.size(), 290u);
  EXPECT_LT(left.size(), 350u);
  EXPECT_EQ(left.front(), happened().front());
  EXPECT_EQ(left.back(), happened().back());
  EXPECT_EQ(told(form("replay_missing:fraction=1")).size(), 3u) << "status messages stay";
}

TEST_F(ReplayScriptTest, ChangesNumbersOfTheSameResultsEveryTime) {
  book.advance(200s);
  const std::vector<std::string> other = told(form("replay_changed:fraction=0.2"), 1);
  const std::vector<std::string> all = happened();
  EXPECT_EQ(other, told(form("replay_changed:fraction=0.2"), 2));
  ASSERT_EQ(other.size(), all.size());
  std::size_t changed = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    changed += other[i] != all[i];
  }
  EXPECT_GT(changed, 50u);
  EXPECT_LT(changed, 120u);
  EXPECT_EQ(told(form("replay_changed:fraction=1")).front(), all.front());
}

TEST_F(ReplayScriptTest, WritesEveryLineOtherwiseWhereThatIsDemanded) {
  book.advance(200s);
  const std::vector<std::string> all = happened();
  for (const char* fault : {"replay_order", "replay_space", "replay_numbers"}) {
    const std::vector<std::string> other = told(form(fault));
    ASSERT_EQ(other.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_NE(other[i], all[i]) << fault;
      ASSERT_TRUE(test::same_value(all[i], other[i]).value_or(true)) << fault << ' ' << other[i];
    }
  }
}

TEST_F(ReplayScriptTest, HasBadLinesToo) {
  book.advance(200s);
  const ReplayScript script(lines, job, form("replay_space"), 1, 0, 64_KiB);
  for (std::uint64_t n = 0; n < script.size(); ++n) {
    std::string line, again;
    script.append(line, n, LineKind::invalid_json);
    script.append(again, n, LineKind::invalid_json);
    ASSERT_FALSE(test::check_json(line).valid);
    ASSERT_EQ(line, again);
  }
}

}  // namespace
}  // namespace penstock::simulator
