#include "simulator/state.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime start{1h};
constexpr WallTime wall{1'750'000'000'000ms};

std::string line(const SourceState& source, std::uint64_t n) {
  std::string text;
  source.script.append(text, n, LineKind::event);
  return text;
}

std::int64_t time_of(const std::string& event) {
  return std::stoll(event.substr(event.find("\"ts\":") + 5));
}

struct StateTest : testing::Test {
  void use(Options options = {}) {
    state.emplace(std::move(options));
    state->begin(start, wall);
  }
  SourceState& stream() { return state->of(Source::stream); }
  std::optional<State> state;
};

TEST_F(StateTest, HasAnEndlessStreamUntilItHasItsFirstJob) {
  use();
  std::uint64_t cursor = 0;
  state->advance(start + 1s);
  EXPECT_FALSE(state->has_jobs());
  stream().begin_turn(cursor);
  EXPECT_EQ(state->allowance(stream(), cursor), 100u);
  cursor += 40;
  stream().end_turn(cursor);
  EXPECT_EQ(stream().next, 40u);
  const std::string before = line(stream(), 39);

  state->create_job(JobPlan{.events = 10, .queued = 0s, .lasts = 1s}, {});
  EXPECT_TRUE(state->has_jobs());
  EXPECT_EQ(line(stream(), 39), before);
  EXPECT_NE(line(stream(), 40).find("\"started\":null"), std::string::npos);
  std::uint64_t late = 0;
  stream().begin_turn(late);
  EXPECT_EQ(late, 40u);
  EXPECT_EQ(state->allowance(stream(), late), 2u) << "created and started";
  state->advance(start + 3s);
  EXPECT_EQ(state->allowance(stream(), late), 13u);
  EXPECT_EQ(stream().script.look(45, LineKind::event, "").job, wire_id(state->book.jobs()[0]));
}

TEST_F(StateTest, SharesEndlessLinesOutButTellsEverySessionOfJobs) {
  use();
  std::uint64_t one = 0, two = 0;
  stream().begin_turn(one);
  stream().end_turn(one += 5);
  stream().begin_turn(two);
  EXPECT_EQ(two, 5u);
  state->create_job(JobPlan{.events = 3, .queued = 0s, .lasts = 1s}, {});
  state->advance(start + 2s);
  stream().begin_turn(one);
  stream().end_turn(one += 6);
  stream().begin_turn(two);
  EXPECT_EQ(two, 5u);
}

TEST_F(StateTest, LetsJobsHappenWhileNobodyListens) {
  Options options;
  options.jobs.every = 1s;
  use(options);
  EXPECT_TRUE(state->has_jobs());
  state->advance(start + 60s);
  EXPECT_EQ(state->book.jobs().size(), 60u);
  EXPECT_EQ(stream().decided(), stream().script.happened());
  EXPECT_EQ(state->of(Source::firehose).next, 0u);
}

TEST_F(StateTest, StopsTheTimeOfJobsWhileTheStreamIsQuiet) {
  use();
  const Job& job = state->create_job(JobPlan{.events = 10, .queued = 0s, .lasts = 10s}, {});
  state->advance(start + 5s);
  state->inject({FaultKind::quiet, {}, {}}, std::nullopt);
  const std::uint32_t results = job.life.results();
  EXPECT_EQ(state->allowance(stream(), 0), 0u);
  state->advance(start + 100s);
  EXPECT_EQ(job.life.results(), results);
  state->inject({FaultKind::resume, {}, {}}, Source::stream);
  state->advance(start + 104s);
  EXPECT_FALSE(is_over(job.life.status()));
  state->advance(start + 105s);
  EXPECT_TRUE(is_over(job.life.status()));
}

TEST_F(StateTest, MakesNoNewJobsUntilResumed) {
  Options options;
  options.jobs.every = 1s;
  use(options);
  state->inject({FaultKind::no_new_jobs, {}, {}}, std::nullopt);
  state->advance(start + 10s);
  EXPECT_TRUE(state->book.jobs().empty());
  EXPECT_FALSE(stream().quiet);
  state->inject({FaultKind::resume, {}, {}}, Source::torrent);
  state->advance(start + 20s);
  EXPECT_TRUE(state->book.jobs().empty());
  state->inject({FaultKind::resume, {}, {}}, std::nullopt);
  state->advance(start + 22s);
  EXPECT_EQ(state->book.jobs().size(), 2u);
}

TEST_F(StateTest, TakesTheTimesOfEventsFromTheClock) {
  use();
  SourceState& firehose = state->of(Source::firehose);
  state->advance(start + 10s);
  state->allowance(firehose, 0);
  EXPECT_EQ(WallTime(Duration(time_of(line(firehose, 0)))), wall + 9'900ms);
  EXPECT_EQ(WallTime(Duration(time_of(line(firehose, 7)))), wall + 9'970ms);
  state->create_job(JobPlan{}, {});
  EXPECT_EQ(WallTime(Duration(time_of(line(stream(), 0)))), wall + 10s);
}

TEST_F(StateTest, TakesTheTimesOfEventsFromTheStartTimeThatIsGiven) {
  Options options;
  options.start_time = wall - 24h;
  use(options);
  SourceState& firehose = state->of(Source::firehose);
  state->advance(start + 10s);
  state->allowance(firehose, 0);
  EXPECT_EQ(WallTime(Duration(time_of(line(firehose, 7)))), wall - 24h + 7ms);
  state->create_job(JobPlan{}, {});
  EXPECT_EQ(WallTime(Duration(time_of(line(stream(), 0)))), wall - 24h + 10s);
}

TEST_F(StateTest, KeepsReplaysAsLongAsItIsTold) {
  Options options;
  options.replay_kept = 1min;
  use(options);
  const Job& job = state->create_job(JobPlan{.events = 1, .queued = 0s, .lasts = 10s}, {});
  EXPECT_EQ(state->replayable(job.id), &job);
  state->advance(start + 70s);
  EXPECT_EQ(state->replayable(job.id), &job);
  state->advance(start + 71s);
  EXPECT_EQ(state->replayable(job.id), nullptr);
  EXPECT_EQ(state->replayable(""), nullptr);
}

}  // namespace
}  // namespace penstock::simulator
