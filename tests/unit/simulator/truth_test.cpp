#include "simulator/truth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/state.hpp"
#include "unit/simulator/lines.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using test::lines_of;
using testing::HasSubstr;
using testing::StartsWith;

// A stream with one job, of which ten things happened.
struct TruthTest : testing::Test {
  TruthTest() { state.advance(MonotonicTime{} + 1s); }
  std::vector<std::string> records(std::optional<std::uint64_t> decided = std::nullopt) const {
    const SourceState& stream = state.of(Source::stream);
    TruthReader reader(stream.truth, stream.script, decided.value_or(stream.decided()));
    std::string all;
    while (const auto record = reader.next()) {
      append_json(all, *record);
    }
    return lines_of(all);
  }
  std::size_t missed() const {
    std::size_t count = 0;
    for (const std::string& record : records()) {
      count += record.starts_with("{\"session\":null,");
    }
    return count;
  }
  std::uint64_t size_of(std::uint64_t n) const {
    std::string line;
    state.of(Source::stream).script.append(line, n, LineKind::event);
    return line.size();
  }

  State state{Options{}};
  const Job& job = state.create_job(JobPlan{.events = 7, .queued = 0s, .lasts = 1s}, {});
  Truth& truth = state.of(Source::stream).truth;
};

TEST_F(TruthTest, ListsWhatNoSessionCarriedBehindTheSessions) {
  const std::uint64_t session = truth.open_session();
  truth.add_line(session, 3, LineKind::event);
  truth.add_line(session, 4, LineKind::event);
  truth.end_session(session, SessionState::orderly);
  const std::vector<std::string> listed = records();
  ASSERT_EQ(listed.size(), 3u + 8u);
  const std::string job_id = R"("job":"client-)" + job.id + '"';
  EXPECT_THAT(listed[0], StartsWith(R"({"session":1,"n":0,)" + job_id));
  EXPECT_THAT(listed[2], StartsWith(R"({"session":1,"ended":"orderly","lines":2})"));
  for (std::size_t i = 3; i < listed.size(); ++i) {
    EXPECT_THAT(listed[i], StartsWith(R"({"session":null,"n":)" + std::to_string(i - 3) + "," +
                                      job_id + R"(,"whole":true,"bad":null,"line_base64":")"));
  }
}

TEST_F(TruthTest, CountsAnEventAsCarriedThatLostItsLineEndOnly) {
  const std::uint64_t session = truth.open_session();
  truth.add_line(session, 0, LineKind::event);
  truth.add_line(session, 1, LineKind::event);
  truth.set_cut(session, size_of(1));
  truth.end_session(session, SessionState::orderly);
  EXPECT_EQ(missed(), 8u);
  truth.set_cut(session, size_of(1) - 1);
  EXPECT_EQ(missed(), 9u);
}

TEST_F(TruthTest, WaitsForTheRestOfALineOfAnOpenSession) {
  const std::uint64_t session = truth.open_session();
  truth.add_line(session, 0, LineKind::event);
  truth.set_cut(session, 5);
  EXPECT_EQ(missed(), 9u);
  truth.end_session(session, SessionState::aborted);
  EXPECT_EQ(missed(), 10u);
}

TEST_F(TruthTest, CountsAnEventAsMissedThatWasSentAsABadLine) {
  const std::uint64_t session = truth.open_session();
  truth.add_line(session, 0, LineKind::invalid_json);
  EXPECT_THAT(records()[0], HasSubstr(R"("job":null,"whole":true,"bad":"invalid_json")"));
  EXPECT_EQ(missed(), 10u);
}

TEST_F(TruthTest, CountsAnEventAsCarriedThatOneOfTwoSessionsHad) {
  const std::uint64_t one = truth.open_session(), two = truth.open_session();
  truth.add_line(one, 2, LineKind::event);
  truth.add_line(two, 2, LineKind::truncated);
  EXPECT_EQ(missed(), 9u);
}

TEST_F(TruthTest, LeavesOutWhatMayStillBeSent) {
  EXPECT_EQ(records(4).size(), 4u);
  std::uint64_t cursor = 6;
  state.of(Source::stream).listening.push_back(&cursor);
  EXPECT_EQ(missed(), 6u);
}

TEST_F(TruthTest, KnowsNothingMissedWhereThereAreNoJobs) {
  const SourceState& firehose = state.of(Source::firehose);
  TruthReader reader(firehose.truth, firehose.script, firehose.decided());
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace penstock::simulator
