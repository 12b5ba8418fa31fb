#include "penstock/remote/tasks_client.hpp"

#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class TasksClientTest : public RestFixture {
 protected:
  RestResult<std::vector<Task>> list() {
    return told<std::vector<Task>>([&](auto done) { list_tasks(*client, done); });
  }
  RestResult<Task> status(const std::string& job_id) {
    return told<Task>([&](auto done) { ask_status(*client, job_id, done); });
  }
};

TEST_F(TasksClientTest, ListsTheTasks) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n[{\"job_id\":\"a\",\"status\":\"Success\","
                              "\"finished_at\":\"2017-04-10T17:47:46.534544+00:00\"},\n"
                              "{\"job_id\":\"b\"}]"));
  use(server);
  const auto tasks = list();
  ASSERT_TRUE(tasks) << tasks.error().detail;
  ASSERT_EQ(tasks->size(), 2u);
  EXPECT_EQ((*tasks)[0].job_id, "a");
  EXPECT_EQ((*tasks)[0].status, "Success");
  EXPECT_EQ((*tasks)[0].finished_at, parse_rfc3339("2017-04-10T17:47:46.534Z"));
  EXPECT_EQ((*tasks)[1].job_id, "b");
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /v1/tasks HTTP/1.1\r\n")));
}

TEST_F(TasksClientTest, AsksForAStatusByTheIdOfTheTaskList) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"Revoked\"}"));
  use(server);
  for (const char* id : {"a b/c", "client-a b/c"}) {
    const auto task = status(id);
    ASSERT_TRUE(task) << task.error().detail;
    EXPECT_EQ(task->job_id, id);
    EXPECT_EQ(task->status, "Revoked");
  }
  EXPECT_THAT(server.requests(),
              testing::Each(StartsWith("GET /v1/tasks/a%20b%2Fc/status HTTP/1.1\r\n")));
}

TEST_F(TasksClientTest, TellsAnUnknownJobAndATiredServer) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int connection) -> asio::awaitable<void> {
        const std::string answer = connection == 0 ? "HTTP/1.1 404 Not Found\r\n\r\n"
                                                   : "HTTP/1.1 429 Slow\r\nRetry-After: 30\r\n\r\n";
        co_await peer.send(answer);
        co_await peer.shut_down();
      });
  use(server);
  EXPECT_EQ(status("a").error().kind, Kind::not_found);
  const auto throttled = list();
  EXPECT_EQ(throttled.error().kind, Kind::throttled);
  EXPECT_EQ(throttled.error().retry_after, 30s);
}

TEST_F(TasksClientTest, CreatesAJobWithTheBodyAsItIs) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n{\"stream_url\":\"https://s.example/v1\","
                              "\"job_id\":\"a\"}"));
  use(server);
  const auto created =
      told<CreatedTask>([&](auto done) { create_task(*client, "{ \"type\": \"scan\" }", done); });
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->job_id, "a");
  EXPECT_EQ(created->stream_url, "https://s.example/v1");
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("POST /v1/tasks HTTP/1.1\r\n")));
  EXPECT_THAT(server.requests()[0], HasSubstr("Content-Length: 18\r\n"));
}

TEST_F(TasksClientTest, RevokesAJobByTheIdOfTheTaskList) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n{\"message\": \"Job revoked\"}"));
  use(server);
  const auto message =
      told<std::string>([&](auto done) { revoke_task(*client, "client-a b", done); });
  ASSERT_TRUE(message) << message.error().detail;
  EXPECT_EQ(*message, "Job revoked");
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("POST /v1/tasks/a%20b/revoke HTTP")));
}

TEST_F(TasksClientTest, BelievesInNoJobWithoutAnId) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n{}"));
  use(server);
  const auto created = told<CreatedTask>([&](auto done) { create_task(*client, "{}", done); });
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().detail, "the answer names no job");
}

TEST_F(TasksClientTest, KnowsWithoutAskingThatAnIdIsNone) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  use(server);
  for (const char* id : {"", "client-", "..", "client-.."}) {
    EXPECT_EQ(status(id).error().kind, Kind::not_found) << id;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TasksClientTest, BlamesTheServerForAnAnswerThatIsNone) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n<html>\x1b[31m</html>"));
  use(server);
  const auto tasks = list();
  ASSERT_FALSE(tasks);
  EXPECT_EQ(tasks.error().kind, Kind::server_error);
  EXPECT_THAT(tasks.error().detail, HasSubstr("isn't the JSON expected"));
  EXPECT_EQ(status("a").error().kind, Kind::server_error);
}

}  // namespace
}  // namespace penstock::remote
