// What is written of many gaps that many jobs run through.
#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

struct Many {
  int gaps, jobs;
};

class ManyGaps : public JobsFixture, public testing::WithParamInterface<Many> {
 protected:
  static std::string id(int job) {
    const std::string number = std::to_string(job);
    return std::string(8 - number.size(), '0') + number + "-1111-2222-3333-444455556666";
  }

  void SetUp() override {
    for (int job = 0; job < GetParam().jobs; ++job) {
      tasks_.push_back({.job_id = id(job), .status = "", .requested_at = at_s(0)});
    }
    start();
    list({});
    open();
    for (int gap = 0; gap < GetParam().gaps; ++gap) {
      pass(20);
      close();
      pass(1);
      open();
      list(tasks_);
      orders.clear();
    }
    tick();
  }

  std::size_t bytes(const Changes& changes) const {
    const std::array all{&changes};
    std::size_t sum = 0;
    for (const SideRecord& record : jobs->records(all)) {
      sum += record.key.size() + record.value.value_or("").size();
    }
    return sum;
  }
  std::size_t in_state(const std::string& part) const {
    std::size_t sum = 0;
    for (const auto& [key, value] : state) {
      sum += key.starts_with(part) ? key.size() + value.size() : 0;
    }
    return sum;
  }
  std::size_t that_say(const std::string& text) const {
    return static_cast<std::size_t>(std::ranges::count_if(gaps_topic, [&](const auto& entry) {
      return entry.second.find(text) != std::string::npos;
    }));
  }
  // All jobs are over, and their replays can be final.
  void end_jobs() {
    for (Task& task : tasks_) {
      task.status = "Success";
    }
    commit(jobs->tasks_listed(tasks_, now));
    pass(61);
    tick();
  }
  void lose(const std::string& job) {
    commit(jobs->replay_failed(run_of(job), ReplayEnd::gone, std::nullopt, now));
  }
  // A run of the job has begun.
  ChannelId run_of(const std::string& job) {
    commit(*jobs->replay_requested(job, true, now));
    for (;;) {
      const auto start = ordered_replay();
      if (!start || start->job == job) {
        EXPECT_TRUE(start);
        begin_replay(start->run);
        return start->run;
      }
    }
  }

 private:
  std::vector<Task> tasks_;
};

TEST_P(ManyGaps, ListTheirJobsWithinABoundAndWriteNumbersFewAtATime) {
  EXPECT_LT(in_state("gap/"), 4'000'000U);
  EXPECT_EQ(stored("gap/") + that_say("\"unrecoverable\""),
            static_cast<std::size_t>(GetParam().gaps));
  EXPECT_EQ(that_say("\"recovered\""), 0U);

  const ChannelId run = run_of(id(0));
  bring(run, {event_line(id(0), 1), event_line(id(0), 2)});
  bring(run, {event_line(id(0), 3)});
  std::size_t most = 0;
  for (std::size_t ticks = 0; ticks < stored("gap/"); ++ticks) {
    pass(1);
    const Changes changes = jobs->tick(now);
    most = std::max(most, bytes(changes));
    commit(changes);
  }
  EXPECT_LT(most, 300'000U);
  EXPECT_EQ(that_say("\"recovered_events\":3"), stored("gap/"));
}

class LossesOfManyGaps : public ManyGaps {};

TEST_P(LossesOfManyGaps, AreToldTheFirstAtOnceAndTheOthersByAndBy) {
  end_jobs();
  const std::size_t gaps = stored("gap/");
  lose(id(0));
  EXPECT_EQ(that_say("job " + id(0) + ": gone"), gaps);
  const Changes changes = jobs->replay_failed(run_of(id(1)), ReplayEnd::gone, std::nullopt, now);
  EXPECT_LT(bytes(changes), 300'000U);
  commit(changes);
  for (std::size_t ticks = 0; ticks < gaps; ++ticks) {
    pass(1);
    tick();
  }
  EXPECT_EQ(that_say("; job " + id(1) + ": gone"), gaps);
}

TEST_P(LossesOfManyGaps, AreKnownThoughTheProcessDiesAtOnce) {
  end_jobs();
  lose(id(0));
  restart();
  EXPECT_GT(stored("gap/"), 0U);
  for (const auto& [key, value] : state) {
    EXPECT_EQ(key.starts_with("gap/"), value.find("lost=1") != std::string::npos) << key;
  }
}

TEST_P(LossesOfManyGaps, AreToldThoughTheProcessDiesBeforeAllAre) {
  end_jobs();
  const std::size_t gaps = stored("gap/");
  lose(id(0));
  lose(id(1));
  restart();
  for (std::size_t ticks = 0; ticks < gaps; ++ticks) {
    pass(1);
    tick();
  }
  EXPECT_EQ(that_say("; job " + id(1) + ": gone"), gaps);
}

std::string name(const testing::TestParamInfo<Many>& many) {
  return std::to_string(many.param.gaps) + "x" + std::to_string(many.param.jobs);
}
INSTANTIATE_TEST_SUITE_P(Some, ManyGaps,
                         testing::Values(Many{3, 5}, Many{200, 200}, Many{400, 400}), name);
INSTANTIATE_TEST_SUITE_P(Some, LossesOfManyGaps, testing::Values(Many{3, 5}, Many{200, 200}), name);

}  // namespace
}  // namespace penstock::jobs
