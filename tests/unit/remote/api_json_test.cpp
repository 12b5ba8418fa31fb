#include "remote/api_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The example of the API V1 documentation, section Tasks, as it stands there.
const std::string documented =
    R"([{"status": "Success", "requested_at": "2017-04-10T17:44:58.636681+00:00", )"
    R"("description": "Job Description 1", "finished_at": "2017-04-10T17:47:46.534544+00:00", )"
    R"("options": [{"targets": ["xxx.xxx.xxx.xxx"], "ports": [{"modules": ["service", )"
    R"("service-simple", "ssh"], "port": "80,8080"}]}], )"
    R"("job_id": "32637b98-8f01-46eb-a1f7-3eaee18ab1d5"}, {"status": "Success", )"
    R"("requested_at": "2017-04-10T17:39:53.066632+00:00", "description": "Test web", )"
    R"("finished_at": "2017-04-10T17:41:57.919141+00:00", "options": [{"targets": )"
    R"(["example.org"], "ports": [{"config": {"https": true}, "modules": ["web"], )"
    R"("port": 443}]}], "job_id": "73364d62-d768-4dbd-9947-aba2a453dfb7"}])";

std::string shown(const std::optional<WallTime>& time) { return time ? to_rfc3339(*time) : "none"; }

// `id status requested_at finished_at`
std::vector<std::string> lines(std::string_view text) {
  const auto tasks = parse_tasks(text);
  if (!tasks) {
    return {"error: " + tasks.error().what};
  }
  std::vector<std::string> all;
  for (const Task& task : *tasks) {
    all.push_back(task.job_id + " " + task.status + " " + shown(task.requested_at) + " " +
                  shown(task.finished_at));
  }
  return all;
}

TEST(ApiJson, ReadsTheDocumentedListOfTasks) {
  EXPECT_THAT(lines(documented),
              ElementsAre("32637b98-8f01-46eb-a1f7-3eaee18ab1d5 Success 2017-04-10T17:44:58.636Z "
                          "2017-04-10T17:47:46.534Z",
                          "73364d62-d768-4dbd-9947-aba2a453dfb7 Success 2017-04-10T17:39:53.066Z "
                          "2017-04-10T17:41:57.919Z"));
}

struct Row {
  const char* what;
  std::string text;
  std::vector<std::string> expected;
};

TEST(ApiJson, ReadsTasksHoweverTheyAreWritten) {
  const std::vector<Row> rows{
      {"an empty list", "[]", {}},
      {"an empty list, spaced", " [\n]\r\n", {}},
      {"one object", R"({"job_id":"a","status":"requested"})", {"a requested none none"}},
      {"an object a line",
       "{\"job_id\":\"a\"}\n\r\n{\"job_id\":\"b\"}\r\n",
       {"a  none none", "b  none none"}},
      {"pretty-printed objects",
       "{\n  \"job_id\": \"a\"\n}\n{\n  \"job_id\": \"b\"\n}\n",
       {"a  none none", "b  none none"}},
      {"a pretty-printed array", "[\n  {\n    \"job_id\": \"a\"\n  }\n]", {"a  none none"}},
      {"arrays and objects",
       R"([{"job_id":"a"}]{"job_id":"b"}[{"job_id":"c"}])",
       {"a  none none", "b  none none", "c  none none"}},
      {"a status in any case", R"([{"job_id":"a","status":"REVOKED"}])", {"a REVOKED none none"}},
      {"an id with client-", R"([{"job_id":"client-a"}])", {"client-a  none none"}},
      {"escapes", R"([{"job\u005fid":"\u00e9\"","status":"a\nb"}])", {"\xc3\xa9\" a\nb none none"}},
      {"a job that hasn't finished", R"([{"job_id":"a","finished_at":null}])", {"a  none none"}},
      {"members of other types",
       R"([{"job_id":"a","status":{"success":true},"requested_at":[1],"finished_at":true}])",
       {"a  none none"}},
      {"a later null", R"([{"job_id":"a","status":"failed","status":null}])", {"a  none none"}},
      {"long numbers",
       R"([{"x":123456789012345678901234567890,"y":-0.1E+5,"job_id":"a"}])",
       {"a  none none"}},
      {"members of inner objects",
       R"([{"job_id":"a","options":[{"job_id":"b","status":"x"}],"o":{"status":"y"}}])",
       {"a  none none"}},
      {"an inner object before", R"([{"status":{"status":"x"},"job_id":"a"}])", {"a  none none"}},
      {"an entry without id among others",
       R"([{"status":"x"},{"job_id":"a"},{"job_id":7}])",
       {"a  none none"}}};
  for (const auto& [what, text, expected] : rows) {
    EXPECT_EQ(lines(text), expected) << what;
  }
}

TEST(ApiJson, ReadsTheDocumentationsFormsOfTime) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"("2017-04-10T17:44:58.636681+00:00")", "2017-04-10T17:44:58.636Z"},
      {R"("2017-04-10T17:44:58+02:00")", "2017-04-10T15:44:58.000Z"},
      {R"("2017-04-10T17:44:58Z")", "2017-04-10T17:44:58.000Z"},
      {R"("2017-04-10T17:44:58.636681")", "2017-04-10T17:44:58.636Z"},
      {R"("2015-01-01")", "2015-01-01T00:00:00.000Z"},
      {"1464558594512", "2016-05-29T21:49:54.512Z"},
      {"253402300800000", "none"},
      {"-1", "none"},
      {"1.5", "none"},
      {R"("")", "none"},
      {R"("soon")", "none"},
      {R"("1464558594512")", "none"}};
  for (const auto& [written, expected] : rows) {
    const auto tasks = parse_tasks(R"({"job_id":"a","requested_at":)" + written + "}");
    ASSERT_TRUE(tasks) << written;
    EXPECT_EQ(shown(tasks->front().requested_at), expected) << written;
  }
}

std::string nested(std::size_t depth) {
  return R"({"job_id":"a","x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

std::string listing(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += R"({"job_id":"a"})";
  }
  return text;
}

TEST(ApiJson, TakesSoManyJobsAtMost) {
  EXPECT_EQ(lines(listing(limits::listed_tasks)).size(), limits::listed_tasks);
  EXPECT_THAT(lines(listing(limits::listed_tasks + 1)),
              ElementsAre("error: the answer lists more than 20000 jobs"));
}

TEST(ApiJson, NeverTakesSomethingElseForAList) {
  const std::vector<std::pair<std::string, const char*>> rows{
      {"", "the answer is empty"},
      {" \n", "the answer is empty"},
      {"<html>503</html>", "isn't the JSON expected: Invalid value. (byte 0)"},
      {R"({"status":400,"title":"Bad Request","message":"no"})", "the answer lists no jobs"},
      {R"({"tasks":[{"job_id":"a"}]})", "the answer lists no jobs"},
      {R"([{"job_id":""}])", "the answer lists no jobs"},
      {"{}", "the answer lists no jobs"},
      {"[1]", "no objects"},
      {"[[{\"job_id\":\"a\"}]]", "no objects"},
      {"null", "no objects"},
      {"\"job_id\"", "no objects"},
      {R"([{"job_id":"a"}],)", "isn't the JSON expected"},
      {R"([{"job_id":"a"}] <html>)", "isn't the JSON expected"},
      {R"([{"job_id":"a"})", "isn't the JSON expected"},
      {R"([{"job_id":"a","status":"suc)", "isn't the JSON expected"},
      {std::string("[{\"job_id\":\"a\"}]\0", 17), "isn't the JSON expected"},
      {nested(limits::max_depth + 1), "nested too deep"},
      {std::string(1 << 20, '['), "no objects"}};
  for (const auto& [text, expected] : rows) {
    EXPECT_THAT(lines(text), ElementsAre(HasSubstr(expected))) << text.substr(0, 100);
  }
  EXPECT_THAT(lines(nested(limits::max_depth)), ElementsAre("a  none none"));
}

TEST(ApiJson, IsNeverDeceivedByACut) {
  for (std::size_t size = 0; size < documented.size(); ++size) {
    EXPECT_THAT(lines(std::string_view(documented).substr(0, size)),
                ElementsAre(testing::StartsWith("error: ")))
        << size;
  }
}

std::string status(std::string_view text, std::string_view id = "a") {
  const auto task = parse_status(text, id);
  return task ? task->job_id + " " + task->status + " " + shown(task->finished_at)
              : "error: " + task.error().what;
}

TEST(ApiJson, ReadsAStatus) {
  EXPECT_EQ(status(R"({"status":"success"})"), "a success none");
  EXPECT_EQ(status("{\n \"status\" : \"Failed\" }\n"), "a Failed none");
  EXPECT_EQ(status(R"([{"status":"REVOKED"}])"), "a REVOKED none");
  EXPECT_EQ(status(R"({"status":"x"})", "client-a"), "client-a x none");
  EXPECT_EQ(status(R"({"status":"x","job_id":"client-a"})"), "client-a x none");
  EXPECT_EQ(status(R"({"status":"x","job_id":"a"})", "client-a"), "a x none");
  EXPECT_EQ(status(R"({"job_id":"b","status":"x"}{"job_id":"a","status":"y"})"), "a y none");
  EXPECT_EQ(status(R"({"status":"success","finished_at":"2017-04-10T17:47:46.5+00:00"})"),
            "a success 2017-04-10T17:47:46.500Z");
}

TEST(ApiJson, NeverTakesSomethingElseForAStatus) {
  for (const char* text :
       {"", "{}", "[]", R"({"status":400,"title":"Bad Request"})", R"({"status":null})",
        R"({"status":""})", R"({"status":{"success":true}})", R"({"status":"x","job_id":"b"})"}) {
    EXPECT_EQ(status(text), "error: the answer has no status of the job") << text;
  }
  EXPECT_THAT(status("<html>"), HasSubstr("isn't the JSON expected"));
  EXPECT_THAT(status(R"({"status":"success")"), HasSubstr("isn't the JSON expected"));
}

TEST(ApiJson, FindsTheMessageOfAnError) {
  EXPECT_EQ(parse_error_message(R"({"status":400,"title":"Bad Request","message":"no ports"})"),
            "no ports");
  EXPECT_EQ(parse_error_message(R"({"message":"a\u001b[31m\u00e9"})"), "a\\x1b[31m\\xc3\\xa9");
  EXPECT_LE(parse_error_message("{\"message\":\"" + std::string(5000, 'x') + "\"}").size(), 210u);
  for (const char* text : {"", "<html>", "{}", R"({"message":7})", R"({"message":"a")"}) {
    EXPECT_THAT(parse_error_message(text), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace penstock::remote
