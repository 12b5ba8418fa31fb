// Jobs, from the outside: over TLS, against what the simulator tells out of band.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <thread>

#include "penstock/core/system_clock.hpp"
#include "unit/simulator/lines.hpp"
#include "unit/simulator/simulator_fixture.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using test::Call;
using test::lines_of;
using test::Reply;
using testing::HasSubstr;

using Lines = std::vector<std::string>;

class SimulatorJobs : public test::SimulatorFixture {
 protected:
  // All that happened, and of one job.
  Lines happened(std::string_view id = "") const {
    Lines all;
    simulator->for_each_job_line([&](const JobLine& line) {
      if (id.empty() || line.job == "client-" + std::string(id)) {
        all.emplace_back(line.bytes);
      }
    });
    return all;
  }
  // Asks over TLS until it is so.
  void await_end(std::string_view id) const {
    const std::string path = "/v1/tasks/" + std::string(id) + "/status";
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (get(path).body == R"({"status":"requested"})") {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  void await_no_session() const {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (simulator->stats(Source::stream).connected > 0) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  Reply replay(std::string_view id) const { return get("/v1/replay/" + std::string(id)); }
  // Reads the stream until `enough` of its body.
  Lines read_stream(const std::function<bool(std::string_view)>& enough) const {
    Call streaming = request("/v1/stream");
    streaming.leave = enough;
    return lines_of(call(streaming).body);
  }
  // The lines of the truth by session, 0: none; those that are whole, but for their line end
  // perhaps.
  std::map<std::uint64_t, Lines> truth() const {
    std::map<std::uint64_t, Lines> sessions;
    for (const std::string& record : lines_of(get("/_sim/truth/stream").body)) {
      const rapidjson::Document json = parse(record);
      if (!json.HasMember("line_base64") || !json["bad"].IsNull()) {
        continue;
      }
      const std::string line = test::from_base64(json["line_base64"].GetString());
      if (json["whole"].GetBool() || parse(line).IsObject()) {
        const std::uint64_t session = json["session"].IsNull() ? 0 : json["session"].GetUint64();
        sessions[session].push_back(line);
        EXPECT_THAT(line, HasSubstr(json["job"].GetString()));
      }
    }
    return sessions;
  }
  static rapidjson::Document parse(const std::string& text) {
    rapidjson::Document json;
    json.Parse(text.data(), text.size());
    return json;
  }

  static constexpr JobPlan quick{
      .events = 50, .queued = 0ms, .lasts = 100ms, .outcome = JobStatus::success, .twins = 0.1};
};

bool is_over_in(std::string_view body) {
  return body.find("\"completed\":true") != std::string_view::npos;
}

TEST_F(SimulatorJobs, RunsAJobThatWasAskedFor) {
  Options options;
  options.jobs.events = 30;
  options.jobs.lasts = 100ms;
  options.jobs.failed = 1;
  options.jobs.revoked = 0;
  start(options);
  std::string id;
  const Lines live = read_stream([&](std::string_view body) {
    if (id.empty()) {
      const Reply made = post("/v1/tasks", R"({"type":"grab","description":"","options":)"
                                           R"([{"targets":["example.org"],"ports":)"
                                           R"([{"port":80,"modules":["web"]}]}]})");
      EXPECT_EQ(made.status, 200u);
      EXPECT_THAT(made.body, HasSubstr("/v1/stream"));
      id = made.body.substr(made.body.size() - 38, 36);
    }
    return is_over_in(body);
  });
  await_end(id);
  EXPECT_EQ(get("/v1/tasks/" + id + "/status").body, R"({"status":"failed"})");
  EXPECT_THAT(get("/v1/tasks").body, HasSubstr(id));
  const Reply replayed = replay(id);
  EXPECT_EQ(replayed.status, 200u);
  EXPECT_EQ(replayed.end, Reply::End::complete);
  EXPECT_EQ(lines_of(replayed.body), happened(id));
  // What the endless stream sent first comes before.
  ASSERT_GE(live.size(), happened().size());
  EXPECT_EQ(Lines(live.end() - static_cast<std::ptrdiff_t>(happened().size()), live.end()),
            happened());
  const std::vector<JobSummary> jobs = simulator->jobs();
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].status, JobStatus::failed);
  EXPECT_EQ(jobs[0].events + 3, happened().size());
}

TEST_F(SimulatorJobs, GoOnWhileNobodyListensAndLeaveTheRestToReplays) {
  start();
  const std::string id = simulator->create_job(quick);
  await_end(id);
  EXPECT_EQ(happened().size(), 53u);
  const auto sessions = truth();
  EXPECT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions.at(0), happened());
  EXPECT_EQ(lines_of(replay(id).body), happened());
  EXPECT_EQ(simulator->stats(Source::stream).lines, 0u);
  EXPECT_EQ(simulator->stats(FaultPlace::replay).lines, 53u);
}

TEST_F(SimulatorJobs, AreWholeWhenSessionsAndWhatTheyMissedArePutTogether) {
  Options options;
  options.jobs.every = 50ms;
  options.jobs.events = 60;
  options.jobs.lasts = 200ms;
  start(options, "fin:probability=0.02,malformed:probability=0.02");
  for (int session = 0; session < 8; ++session) {
    read_stream([&](std::string_view body) { return lines_of(body).size() > 60; });
    get("/_sim/stats");  // somewhat later
  }
  simulator->inject({FaultKind::no_new_jobs, {}, {}});
  for (const JobSummary& job : simulator->jobs()) {
    await_end(job.id);
  }
  await_no_session();  // what was being sent to one that was left is neither told nor missed yet
  Lines told;
  std::size_t missed = 0;
  for (const auto& [session, lines] : truth()) {
    told.insert(told.end(), lines.begin(), lines.end());
    missed += session == 0 ? lines.size() : 0;
  }
  Lines all = happened();
  std::sort(all.begin(), all.end());
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, all);
  EXPECT_GT(missed, 0u);
  EXPECT_LT(missed, all.size());
}

TEST_F(SimulatorJobs, TellEverySessionThatIsThere) {
  start();
  JobPlan idle = quick;
  idle.events = 0;
  idle.lasts = 1h;
  simulator->create_job(idle);  // from here on there are jobs
  Lines one, two;
  std::thread first([&] { one = read_stream(is_over_in); });
  std::thread second([&] { two = read_stream(is_over_in); });
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (simulator->stats(Source::stream).connected < 2 &&
         std::chrono::steady_clock::now() < deadline) {
  }
  const std::string id = simulator->create_job(quick);
  first.join();
  second.join();
  EXPECT_EQ(one, happened(id));
  EXPECT_EQ(two, happened(id));
}

TEST_F(SimulatorJobs, CanBeReplayedWhileTheyRun) {
  start();
  JobPlan plan = quick;
  plan.lasts = 1h;
  plan.events = 100'000;
  const std::string id = simulator->create_job(plan);
  Lines first;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (first.size() < 5 && std::chrono::steady_clock::now() < deadline) {
    first = lines_of(replay(id).body);
  }
  EXPECT_EQ(post("/v1/tasks/" + id + "/revoke").body, R"({"message": "Job revoked"})");
  const Lines second = lines_of(replay(id).body);
  ASSERT_GT(second.size(), first.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), second.begin()));
  EXPECT_THAT(second.back(), HasSubstr("\"revoked\":true"));
}

struct Break {
  const char* fault;
  Reply::End end;
};
class SimulatorBreaksReplays : public SimulatorJobs, public testing::WithParamInterface<Break> {};

TEST_P(SimulatorBreaksReplays, AnywhereAndTheNextOneIsWhole) {
  start();
  JobPlan plan = quick;
  plan.events = 400;
  const std::string id = simulator->create_job(plan);
  await_end(id);
  const Lines all = happened(id);
  std::size_t least = all.size(), most = 0;
  for (int i = 0; i < 12; ++i) {
    simulator->inject({fault_named(GetParam().fault).value(), {}, {}}, FaultPlace::replay);
    const Reply broken = replay(id);
    EXPECT_EQ(broken.status, 200u);
    EXPECT_EQ(broken.end, GetParam().end);
    Lines lines = lines_of(broken.body);
    least = std::min(least, lines.size());
    most = std::max(most, lines.size());
    for (std::size_t n = 0; n < lines.size(); ++n) {
      ASSERT_TRUE(all.at(n).starts_with(lines[n]));
    }
    const Reply whole = replay(id);
    EXPECT_EQ(whole.end, Reply::End::complete);
    ASSERT_EQ(lines_of(whole.body), all);
  }
  if (GetParam().end != Reply::End::reset) {  // which may destroy what was on its way
    EXPECT_GT(most, all.size() / 2);
  }
  EXPECT_LT(least, all.size() / 2);
  EXPECT_EQ(simulator->stats(FaultPlace::replay).faults.at(GetParam().fault), 12u);
}

INSTANTIATE_TEST_SUITE_P(Ways, SimulatorBreaksReplays,
                         testing::Values(Break{"reset", Reply::End::reset},
                                         Break{"fin", Reply::End::close_notify},
                                         Break{"tls_truncate", Reply::End::eof}),
                         [](const auto& tested) { return std::string(tested.param.fault); });

TEST_F(SimulatorJobs, AreRepliedToOtherwiseAsFaultsDemand) {
  start({}, "replay_no_status:probability=1,replay_missing:probability=1:fraction=0.3");
  const std::string id = simulator->create_job(quick);
  await_end(id);
  const Lines left = lines_of(replay(id).body);
  EXPECT_LT(left.size(), 48u);
  EXPECT_GT(left.size(), 20u);
  EXPECT_EQ(left, lines_of(replay(id).body));
  EXPECT_EQ(post("/_sim/fault", R"({"kind":"replay_space"})").status, 200u);
  const Lines spaced = lines_of(replay(id).body);
  EXPECT_EQ(spaced.size(), left.size());
  EXPECT_NE(spaced, left);
}

TEST_F(SimulatorJobs, CannotBeReplayedWhereTheyAreUnknownOrExpired) {
  Options options;
  options.replay_kept = 0ms;
  options.token = "secret";
  start(options);
  const std::string id = simulator->create_job(quick);
  EXPECT_EQ(replay(id).status, 401u);
  const auto with_token = [&](std::string_view job) {
    Call asking = request("/v1/replay/" + std::string(job));
    asking.token = "secret";
    return call(asking);
  };
  EXPECT_EQ(with_token("none").body,
            R"({"status":404,"title":"Not Found","message":"No such job."})");
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (with_token(id).status == 200) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  EXPECT_EQ(with_token(id).status, 404u);
  EXPECT_TRUE(is_over(simulator->jobs()[0].status));
}

TEST_F(SimulatorJobs, MeetThrottlesAtReplaysAndTasksApartFromStreams) {
  start({}, "http_429:source=replay:retry_after=9,http_503:source=tasks,end:probability=0.5");
  const std::string id = simulator->create_job(quick);
  post("/_sim/fault", R"({"kind":"http_429","source":"replay"})");
  post("/_sim/fault", R"({"kind":"http_503","source":"tasks"})");
  EXPECT_EQ(get("/v1/firehose").status, 200u);
  const Reply throttled = replay(id);
  EXPECT_EQ(throttled.status, 429u);
  EXPECT_EQ(throttled.headers.at("retry-after"), "9");
  EXPECT_EQ(get("/v1/tasks").status, 503u);
  EXPECT_EQ(get("/v1/tasks").status, 200u);
  EXPECT_EQ(replay(id).status, 200u);
  EXPECT_EQ(replay("none").status, 404u);
  EXPECT_EQ(simulator->stats(FaultPlace::replay).responses,
            (std::map<unsigned, std::uint64_t>{{200, 1}, {404, 1}, {429, 1}}));
  EXPECT_EQ(simulator->stats(FaultPlace::tasks).responses,
            (std::map<unsigned, std::uint64_t>{{200, 1}, {503, 1}}));
}

TEST_F(SimulatorJobs, DoNotSeemToBeReplayedWholeWhenTheSimulatorStops) {
  start();
  const std::string id = simulator->create_job(quick);
  await_end(id);
  simulator->inject({FaultKind::stall, {}, {}}, FaultPlace::replay);
  std::thread stopper([&] {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!simulator->stats(FaultPlace::replay).faults.contains("stall") &&
           std::chrono::steady_clock::now() < deadline) {
    }
    simulator->stop();
  });
  EXPECT_NE(replay(id).end, Reply::End::complete);
  stopper.join();
}

TEST_F(SimulatorJobs, AreTheSameForASeedAndAStartTime) {
  const auto first_jobs = [this](std::uint64_t seed) {
    Options options;
    options.seed = seed;
    options.start_time = WallTime(1'750'000'000'000ms);
    options.jobs.every = 20ms;
    options.jobs.events = 10;
    options.jobs.lasts = 50ms;
    start(options);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (happened().size() < 100 && std::chrono::steady_clock::now() < deadline) {
    }
    Lines lines = happened();
    lines.resize(100);
    return lines;
  };
  const Lines lines = first_jobs(1);
  EXPECT_EQ(lines, first_jobs(1));
  EXPECT_NE(lines, first_jobs(2));
}

TEST_F(SimulatorJobs, HaveTheTimeOfTheClockAsOtherEventsHave) {
  start();
  simulator->create_job(quick);
  const auto age_of = [](const std::string& event) {
    const std::int64_t ms = std::stoll(event.substr(event.find("\"ts\":") + 5));
    return wall_now() - WallTime(std::chrono::milliseconds(ms));
  };
  Call leaving = request("/v1/sinkhole");
  leaving.leave = [](std::string_view body) { return !body.empty(); };
  for (const std::string& event : {happened().front(), lines_of(call(leaving).body).front()}) {
    EXPECT_GT(age_of(event), -2s) << event;
    EXPECT_LT(age_of(event), 20s) << event;
  }
}

}  // namespace
}  // namespace penstock::simulator
