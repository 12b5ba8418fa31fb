#include "simulator/job_book.hpp"

#include <gtest/gtest.h>

#include <map>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;

JobOptions every(Duration duration) {
  JobOptions options;
  options.every = duration;
  options.events = 20;
  options.lasts = 5s;
  options.twins = 0;
  return options;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> happenings(const JobBook& book) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> all;
  for (const JobBook::Happening& happening : book.happenings()) {
    all.emplace_back(happening.job, happening.moment);
  }
  return all;
}

TEST(JobBook, MakesJobsOnSchedule) {
  JobBook book(every(2s), 1);
  EXPECT_TRUE(book.scheduled());
  book.advance(1999ms);
  EXPECT_TRUE(book.jobs().empty());
  book.advance(10s);
  ASSERT_EQ(book.jobs().size(), 5u);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(book.jobs()[i].number, i);
    EXPECT_EQ(book.jobs()[i].life.created(), (i + 1) * 2s);
  }
}

TEST(JobBook, TellsWhatHappenedInTheOrderOfTimeAndOfEachLife) {
  JobBook book(every(1s), 1);
  book.advance(60s);
  JobTime last{};
  std::map<std::uint32_t, std::uint32_t> moments;
  std::uint64_t changes_of_job = 0;
  std::uint32_t previous = 0;
  for (const auto& [job, moment] : happenings(book)) {
    EXPECT_EQ(moment, moments[job]++);
    const JobTime at = book.jobs()[job].life.moment(moment).at;
    ASSERT_GE(at, last);
    last = at;
    changes_of_job += job != previous;
    previous = job;
  }
  EXPECT_LE(last, 60s);
  EXPECT_GT(changes_of_job, book.happenings().size() / 2) << "jobs run side by side";
  EXPECT_EQ(moments.size(), 60u);
  for (const auto& [job, count] : moments) {
    EXPECT_EQ(book.jobs()[job].life.moments(), count);
  }
}

TEST(JobBook, IsTheSameHoweverOftenItIsLookedAt) {
  JobBook at_once(every(1s), 1), in_steps(every(1s), 1), other(every(1s), 2);
  at_once.advance(60s);
  other.advance(60s);
  for (JobTime now{}; now <= 60s; now += 7ms) {
    in_steps.advance(now);
  }
  in_steps.advance(60s);
  EXPECT_EQ(happenings(at_once), happenings(in_steps));
  EXPECT_NE(happenings(at_once), happenings(other));
  EXPECT_EQ(at_once.jobs()[3].id, in_steps.jobs()[3].id);
  EXPECT_NE(at_once.jobs()[3].id, other.jobs()[3].id);
}

TEST(JobBook, MakesNoMoreJobsUntilTheScheduleIsOnAgain) {
  JobBook book(every(1s), 1);
  book.advance(3s);
  book.schedule(false);
  book.advance(30s);
  ASSERT_EQ(book.jobs().size(), 3u);
  EXPECT_TRUE(is_over(book.jobs()[2].life.status())) << "those that are there go on";
  book.schedule(true);
  book.schedule(true);
  book.advance(32s);
  ASSERT_EQ(book.jobs().size(), 5u);
  EXPECT_EQ(book.jobs()[3].life.created(), JobTime(31s));
}

TEST(JobBook, HasNoScheduleUnlessItIsGivenOne) {
  JobBook book({}, 1);
  EXPECT_FALSE(book.scheduled());
  book.schedule(true);
  book.advance(1h);
  EXPECT_TRUE(book.jobs().empty());
}

TEST(JobBook, CreatesAJobAtOnce) {
  JobBook book({}, 1);
  book.advance(7s);
  const Job& job = book.create({.events = 4, .queued = 1s, .lasts = 1s}, {"mine", "[1]"});
  EXPECT_EQ(happenings(book).size(), 1u);
  EXPECT_EQ(job.life.created(), JobTime(7s));
  EXPECT_EQ(job.task.description, "mine");
  EXPECT_EQ(book.find(job.id), &job);
  EXPECT_EQ(book.find("client-" + job.id), nullptr);
  EXPECT_EQ(book.find(""), nullptr);
  book.advance(9s);
  EXPECT_EQ(job.life.results(), 4u);
  EXPECT_EQ(job.life.status(), JobStatus::success);
  EXPECT_EQ(happenings(book).size(), 7u);
}

TEST(JobBook, RevokesAJobAtOnce) {
  JobBook book({}, 1);
  const Job& revoked = book.create({.events = 100, .queued = 0s, .lasts = 10s});
  const Job& other = book.create({.events = 100, .queued = 0s, .lasts = 10s});
  EXPECT_NE(revoked.id, other.id);
  book.advance(5s);
  EXPECT_TRUE(book.revoke(revoked));
  EXPECT_EQ(revoked.life.status(), JobStatus::revoked);
  EXPECT_EQ(revoked.life.ended(), JobTime(5s));
  EXPECT_FALSE(book.revoke(revoked));
  book.advance(10s);
  EXPECT_LT(revoked.life.results(), 60u);
  EXPECT_EQ(other.life.results(), 100u);
  EXPECT_FALSE(book.revoke(other));
}

TEST(JobBook, NamesJobsByUuids) {
  JobBook book({}, 1);
  const std::string id = book.create_unplanned({}).id;
  ASSERT_EQ(id.size(), 36u);
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    EXPECT_EQ(id[i] == '-', dash);
    EXPECT_TRUE(dash || std::string("0123456789abcdef").find(id[i]) != std::string::npos);
  }
}

}  // namespace
}  // namespace penstock::simulator
