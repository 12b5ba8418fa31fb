#include "simulator/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulator/json_check.hpp"
#include "unit/simulator/lines.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// As the API's document asks for a job.
constexpr std::string_view scan =
    R"({"type":"scan", "description": "mine", "options":[{"targets":["192.0.2.1"], )"
    R"("ports":[{"port":80, "protocol": "tcp", "modules": ["http"]}]}]})";

struct TasksTest : testing::Test {
  explicit TasksTest(Options options = {}) : state(std::move(options)) {}
  Answer get(std::string_view path) { return answer(state, {"GET", path, "", "h:1", true}); }
  Answer post(std::string_view path, std::string_view body = "") {
    return answer(state, {"POST", path, body, "h:1", true});
  }
  std::string status(std::string_view id) {
    return get("/v1/tasks/" + std::string(id) + "/status").body;
  }
  const Job& plan(Duration lasts, JobStatus outcome = JobStatus::success) {
    return state.create_job(
        JobPlan{.events = 5, .queued = 1s, .lasts = lasts, .outcome = outcome, .twins = 0}, {});
  }
  void pass(Duration time) { state.advance(now += time); }

  State state;
  MonotonicTime now{};
};

TEST_F(TasksTest, CreateAJobAsDocumented) {
  const Answer made = post("/v1/tasks", scan);
  EXPECT_EQ(made.status, 200u);
  ASSERT_EQ(state.book.jobs().size(), 1u);
  const std::string& id = state.book.jobs()[0].id;
  EXPECT_EQ(made.body, R"({"stream_url":"https://h:1/v1/stream","job_id":")" + id + "\"}");
  EXPECT_EQ(status(id), R"({"status":"requested"})");
  EXPECT_EQ(get("/v1/tasks").body,
            R"([{"status":"Requested","requested_at":"2023-11-14T22:13:20.000000+00:00",)"
            R"("description":"mine","finished_at":null,"options":[{"targets":["192.0.2.1"], )"
            R"("ports":[{"port":80, "protocol": "tcp", "modules": ["http"]}]}],"job_id":")" +
                id + "\"}]");
}

TEST_F(TasksTest, RefuseAJobThatIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {"{}", "type"},
      {R"({"type":"look"})", "type"},
      {R"({"type":"scan"})", "options"},
      {R"({"type":"scan","options":[]})", "options"},
      {R"({"type":"grab","description":1,"options":[{"targets":["a"],"ports":[{}]}]})",
       "description"},
      {R"({"type":"scan","options":[{"targets":["a.example"]}]})", "options[0].targets"},
  };
  for (const auto& [body, why] : cases) {
    const Answer refused = post("/v1/tasks", body);
    EXPECT_EQ(refused.status, 400u) << body;
    EXPECT_THAT(refused.body, HasSubstr(why)) << body;
  }
  EXPECT_TRUE(state.book.jobs().empty());
}

TEST_F(TasksTest, HaveResultsOfTheirTargets) {
  post("/v1/tasks", R"({"type":"grab","options":[{"targets":["www.example"],"ports":[)"
                    R"({"port":443,"modules":["web"]}]}]})");
  pass(60s);
  const Job& job = state.book.jobs()[0];
  ASSERT_GT(job.life.results(), 0u);
  std::string result;
  state.job_lines.append(result, job, 2);
  EXPECT_THAT(result, HasSubstr(R"("target":{"ip":"www.example")"));
}

TEST_F(TasksTest, TellHowAJobEnded) {
  const std::tuple<JobStatus, const char*, const char*> outcomes[] = {
      {JobStatus::success, R"({"status":"success"})", "\"Success\""},
      {JobStatus::failed, R"({"status":"failed"})", "\"Failed\""},
      {JobStatus::revoked, R"({"status":"revoked"})", "\"Revoked\""},
  };
  for (const auto& [outcome, word, listed] : outcomes) {
    const Job& job = plan(10s, outcome);
    pass(5s);
    EXPECT_EQ(status(job.id), R"({"status":"requested"})") << "no other word for one that runs";
    pass(6s);
    EXPECT_EQ(status(job.id), word);
    EXPECT_THAT(get("/v1/tasks").body, StartsWith("[{\"status\":" + std::string(listed)));
  }
  EXPECT_THAT(get("/v1/tasks").body,
              HasSubstr(R"("finished_at":"2023-11-14T22:13:31.000000+00:00")"));
}

TEST_F(TasksTest, RevokeAJobOnce) {
  const Job& job = plan(10s);
  pass(5s);
  const std::string path = "/v1/tasks/" + job.id + "/revoke";
  EXPECT_EQ(post(path).body, R"({"message": "Job revoked"})");
  EXPECT_EQ(status(job.id), R"({"status":"revoked"})");
  EXPECT_EQ(post(path).status, 400u);
  EXPECT_EQ(post("/v1/tasks/none/revoke").status, 404u);
}

TEST_F(TasksTest, KnowNothingElse) {
  const Job& job = plan(1s);
  EXPECT_EQ(get("/v1/tasks/client-" + job.id + "/status").status, 404u);
  EXPECT_EQ(get("/v1/tasks/" + job.id).status, 404u);
  EXPECT_EQ(get("/v1/tasks/" + job.id + "/revoke").status, 404u);
  EXPECT_EQ(get("/v1/tasks/" + job.id + "/status/x").status, 404u);
  EXPECT_EQ(get("/v1/tasks/").status, 404u);
  EXPECT_EQ(get("/v1/tasksx").status, 404u);
  EXPECT_EQ(answer(state, {"DELETE", "/v1/tasks", "", "h", true}).status, 404u);
}

struct FewTasksTest : TasksTest {
  static Options few() {
    Options options;
    options.tasks_listed = 2;
    return options;
  }
  FewTasksTest() : TasksTest(few()) {}
};

TEST_F(FewTasksTest, ListTheLatestOnlyTheYoungestFirst) {
  const Job& old = plan(1s);
  const Job& middle = plan(1s);
  const Job& young = plan(1s);
  const std::string body = get("/v1/tasks").body;
  EXPECT_TRUE(test::check_json(body).valid);
  EXPECT_LT(body.find(young.id), body.find(middle.id));
  EXPECT_NE(body.find(middle.id), std::string::npos);
  EXPECT_EQ(body.find(old.id), std::string::npos);
  EXPECT_EQ(status(old.id), R"({"status":"requested"})") << "it is still known";
}

TEST_F(TasksTest, MeetFaultsOfTheirOwn) {
  state.inject({FaultKind::http_429, {}, 7}, FaultPlace::tasks);
  state.inject({FaultKind::http_503, {}, {}}, FaultPlace::tasks);
  const Answer throttled = get("/v1/tasks");
  EXPECT_EQ(throttled.status, 429u);
  EXPECT_EQ(throttled.headers, "Retry-After: 7\r\n");
  EXPECT_EQ(post("/v1/tasks", scan).status, 503u);
  EXPECT_EQ(get("/v1/tasks").status, 200u);
}

TEST_F(TasksTest, ListTheMadeUpJobsOfAnEndlessStream) {
  EXPECT_EQ(get("/v1/tasks").body, "[]");
  const StreamJob job = state.generator.job_at(0);
  state.of(Source::stream).next = job.last;
  EXPECT_EQ(status(job.id), R"({"status":"requested"})");
  state.of(Source::stream).next = job.last + 1;
  EXPECT_EQ(status(job.id), R"({"status":")" + std::string(job.outcome) + "\"}");
  EXPECT_THAT(get("/v1/tasks").body, HasSubstr(job.id));
  EXPECT_EQ(get("/v1/tasks/none/status").status, 404u);
}

TEST_F(TasksTest, TellAllOfJobsOutOfBand) {
  const Job& first = plan(10s);
  pass(5s);
  plan(100s);
  EXPECT_EQ(test::lines_of(get("/_sim/jobs").body).size(), 2u);
  pass(50s);
  const std::vector<std::string> told = test::lines_of(get("/_sim/jobs").body);
  EXPECT_EQ(told[0], R"({"job_id":")" + first.id +
                         R"(","status":"success","requested_at":"2023-11-14T22:13:20.000Z",)"
                         R"("started_at":"2023-11-14T22:13:21.000Z",)"
                         R"("finished_at":"2023-11-14T22:13:31.000Z","events":5})");
  EXPECT_THAT(told[1], HasSubstr(R"("status":"started")"));
  EXPECT_THAT(told[1], HasSubstr(R"("finished_at":null)"));
}

}  // namespace
}  // namespace penstock::simulator
