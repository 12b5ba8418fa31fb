// Archives served instead of made-up events.
#include <gmock/gmock.h>

#include <fstream>

#include "unit/simulator/lines.hpp"
#include "unit/simulator/simulator_fixture.hpp"

namespace penstock::test {
namespace {

namespace fs = std::filesystem;
using namespace simulator;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string archived =
    "{\"origin\":{\"type\":\"port\"}}\r\n"
    "\n"
    "no JSON\n"
    "{\"origin\":{\"job_id\":\"client-7\"}}\n"
    " \r\n"
    "[1]\n"
    "{\"last\":true}";

struct SimulatorArchives : SimulatorFixture {
  SimulatorArchives() { fs::create_directories(folder); }
  ~SimulatorArchives() override { fs::remove_all(folder); }

  void serve(const std::string& text, std::string_view faults = "") {
    std::ofstream(folder / "firehose.ndjson", std::ios::binary) << text;
    Options options = at_full_speed();
    options.archives = folder;
    start(std::move(options), faults);
  }
  // The next `size` bytes of the firehose.
  std::string receive(std::size_t size) {
    Call call = request("/v1/firehose");
    call.leave = [size](std::string_view body) { return body.size() >= size; };
    return test::call(call).body;
  }
  std::vector<std::string> truth() const { return lines_of(get("/_sim/truth/firehose").body); }

  fs::path folder = fs::temp_directory_path() / ("penstock-archives-" + std::to_string(::getpid()));
};

TEST_F(SimulatorArchives, AreSentByteForByteAndEndTheirLastLine) {
  serve(archived);
  EXPECT_EQ(receive(archived.size() + 1), archived + "\n");
  EXPECT_EQ(simulator->stats(Source::firehose).lines, 5u) << "blank ones aren't counted";
}

TEST_F(SimulatorArchives, AreTheTruthWithWhatAReaderSetsAside) {
  serve(archived);
  receive(archived.size() + 1);
  std::vector<std::string> bad, lines, jobs;
  simulator->for_each_sent(Source::firehose, [&](const SentLine& line) {
    bad.emplace_back(line.bad ? to_string(*line.bad) : "");
    lines.emplace_back(line.bytes);
    jobs.emplace_back(line.job);
  });
  EXPECT_THAT(bad, ElementsAre("", "invalid_json", "", "not_an_object", ""));
  EXPECT_EQ(lines[0], R"({"origin":{"type":"port"}})") << "without its line end";
  EXPECT_THAT(jobs, ElementsAre("", "", "client-7", "", ""));
  EXPECT_THAT(truth()[4], HasSubstr("\"n\":4,"));
}

TEST_F(SimulatorArchives, GoOnInTheNextSessionAndCutNoLineInTwo) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "{\"n\":" + std::to_string(i) + "}\n";
  }
  serve(text, "end:probability=0.001,fin:probability=0.001,malformed:probability=0.001");
  std::size_t sent = 0;
  while (sent < 20'000) {
    Call call = request("/v1/firehose");
    call.leave = [&](std::string_view) {
      return simulator->stats(Source::firehose).lines > 19'990;
    };
    test::call(call);
    sent = simulator->stats(Source::firehose).lines + 10;
  }
  // In their order and each at most once, whatever sessions did to them.
  std::vector<int> numbers;
  std::size_t malformed = 0;
  simulator->for_each_sent(Source::firehose, [&](const SentLine& line) {
    if (line.whole && !line.bad) {
      numbers.push_back(std::stoi(std::string(line.bytes.substr(5))));
    }
    malformed += line.bad == DeadLetterReason::invalid_json ? 1u : 0u;
  });
  EXPECT_GT(malformed, 0u);
  EXPECT_GT(numbers.size(), 19'000u);
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>{}),
            numbers.end());
}

TEST_F(SimulatorArchives, AreQuietAtTheirEndAndWhereThereAreNone) {
  serve("{}\n", "content_length:source=firehose");
  EXPECT_EQ(receive(3), "{}\n");
  post("/_sim/fault", R"({"kind":"content_length","source":"firehose"})");
  EXPECT_EQ(get("/v1/firehose").headers.at("content-length"), "0") << "nothing is left";
  post("/_sim/fault", R"({"kind":"content_length","source":"stream"})");
  EXPECT_EQ(get("/v1/stream").headers.at("content-length"), "0") << "it has no archive";
  EXPECT_EQ(get("/v1/tasks").body, "[]") << "no made-up jobs either";
}

TEST_F(SimulatorArchives, LeaveJobsTheirStream) {
  serve("{}\n");
  const std::string id = simulator->create_job({.events = 3, .queued = {}, .lasts = Duration(10)});
  Call call = request("/v1/stream");
  call.leave = [](std::string_view body) { return body.find("\"success\":true") != body.npos; };
  post("/_sim/fault", R"({"kind":"resume"})");
  EXPECT_THAT(get("/v1/tasks").body, HasSubstr(id));
}

TEST_F(SimulatorArchives, HaveToBeThere) {
  Options options;
  options.archives = folder;
  options.cert_dir = folder;
  Simulator empty(options);
  EXPECT_THAT(empty.start().error().what, HasSubstr("has no archive"));
  options.archives = folder / "none";
  Simulator none(options);
  EXPECT_THAT(none.start().error().what, HasSubstr("can't read"));
}

}  // namespace
}  // namespace penstock::test
