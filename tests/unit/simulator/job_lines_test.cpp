#include "simulator/job_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "unit/simulator/json_check.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WallTime start{1'700'000'000'000ms};

struct JobLinesTest : testing::Test {
  EventGenerator generator{1};
  JobBook book{{}, 1};
  JobLines lines{generator, book, start};
  std::string line(std::uint64_t n) const {
    std::string text;
    lines.append(text, n);
    return text;
  }
};

TEST_F(JobLinesTest, WriteStatusMessagesAsTheDocumentShowsThem) {
  book.advance(1s);
  const Job& job = book.create({.events = 0, .queued = 1s, .lasts = 1s});
  book.advance(3s);
  const std::string origin = R"({"origin":{"job_id":"client-)" + job.id +
                             R"(","client_id":"simulated","type":"job_status","ts":17000000)";
  EXPECT_EQ(line(0), origin + R"(01000},"status":{"success":null,"started":null,"completed":null,)"
                              R"("revoked":null}})");
  EXPECT_EQ(line(1), origin + R"(02000},"status":{"success":null,"started":true,"completed":null,)"
                              R"("revoked":null}})");
  EXPECT_EQ(line(2), origin + R"(03000},"status":{"success":true,"started":true,"completed":true,)"
                              R"("revoked":false}})");
  EXPECT_EQ(wire_id(job), "client-" + job.id);
}

TEST_F(JobLinesTest, WriteResultsOfTheScannerWithTheirJob) {
  const Job& job = book.create({.events = 500, .queued = 0s, .lasts = 500s, .twins = 0.2});
  book.create({.events = 500, .queued = 0s, .lasts = 500s});
  book.advance(500s);
  std::map<std::string, std::set<std::uint32_t>> contents;
  for (std::uint64_t n = 0; n < book.happenings().size(); ++n) {
    const auto [number, moment] = book.happenings()[n];
    const Job& of = book.jobs()[number];
    const JobLife::Moment told = of.life.moment(moment);
    if (told.what != JobLife::What::result) {
      continue;
    }
    const std::string event = line(n);
    ASSERT_TRUE(test::check_json(event).valid);
    ASSERT_THAT(event, HasSubstr("\"job_id\":\"" + wire_id(of) + "\""));
    ASSERT_THAT(
        event, HasSubstr("\"ts\":" + std::to_string((start + told.at).time_since_epoch().count())));
    contents[event].insert(number * 1000 + told.content);
  }
  // Equal bytes and equal contents are the same thing.
  for (const auto& [event, of] : contents) {
    EXPECT_EQ(of.size(), 1u) << event;
  }
  EXPECT_LT(contents.size(), 950u);
  EXPECT_GT(contents.size(), 850u);
  EXPECT_EQ(job.life.results(), 500u);
}

TEST_F(JobLinesTest, SumUpAJobInWallTime) {
  book.advance(1s);
  const Job& job = book.create(
      {.events = 3, .queued = 2s, .lasts = 4s, .outcome = JobStatus::failed, .twins = 0});
  JobSummary told = lines.summary(job);
  EXPECT_EQ(told.status, JobStatus::requested);
  EXPECT_EQ(told.requested_at, start + 1s);
  EXPECT_FALSE(told.started_at || told.finished_at);
  book.advance(7s);
  told = lines.summary(job);
  EXPECT_EQ(told.id, job.id);
  EXPECT_EQ(told.status, JobStatus::failed);
  EXPECT_EQ(told.started_at, start + 3s);
  EXPECT_EQ(told.finished_at, start + 7s);
  EXPECT_EQ(told.events, 3u);
}

}  // namespace
}  // namespace penstock::simulator
