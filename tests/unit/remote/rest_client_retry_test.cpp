// RestClient: connections that are kept, attempts that are made again, answers into a sink.
#include <array>

#include "penstock/remote/rest_client.hpp"
#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using asio::awaitable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RestClientKept : public RestFixture {};

// Answers each request of a connection with the next of `answers`, until there is none.
TestServer::Script keeping(std::vector<std::string> answers) {
  return [answers = std::move(answers), next = std::size_t{0}](Peer& peer,
                                                               int) mutable -> awaitable<void> {
    while (next < answers.size()) {
      co_await peer.send(answers[next]);
      ++next;
      const std::string request = co_await peer.read_request();
      if (request.empty()) {
        break;
      }
    }
  };
}

TEST_F(RestClientKept, AsksOnTheConnectionThatTheServerKeeps) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    keeping({with_length("200 OK", "1"), with_length("404 No", "2"),
                             chunked_header + chunk("3") + "0\r\n\r\n"}));
  use(server);
  EXPECT_EQ(*get(), "1");
  EXPECT_EQ(get().error().kind, Kind::not_found);
  EXPECT_EQ(*get(), "3");
  EXPECT_EQ(server.connections(), 1);
}

// It was verified by certificates that may be trusted no more.
TEST_F(RestClientKept, KeepsNoConnectionOverAnotherAccess) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    keeping({with_length("200 OK", "1"), with_length("200 OK", "2")}));
  auto chosen = options(server.url(""));
  Access access = chosen.access;
  use(std::move(chosen));
  EXPECT_EQ(*get(), "1");
  const CertificateAuthority other("another CA");
  std::ofstream(ca_file) << other.certificate();
  access.replace(access_options());
  const auto second = get();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().detail, HasSubstr("certificate"));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(RestClientKept, AsksAnewWhereTheKeptConnectionIsGone) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  use(server);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(*get(), "[]");
    EXPECT_EQ(server.connections(), i);
  }
}

// The server had its time: it may be at work on the first.
TEST_F(RestClientKept, DoesNotAskAnewWhatIsNotAnsweredInTime) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int n) -> awaitable<void> {
    const std::string answer = with_length("200 OK", n == 0 ? "1" : "anew");
    co_await peer.send(answer);
    const std::string second = co_await peer.read_request();
    EXPECT_EQ(second.empty(), n != 0);
  });
  auto chosen = options(server.url(""));
  chosen.header_time = 300ms;
  use(std::move(chosen));
  EXPECT_EQ(*get(), "1");
  const auto second = get();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Kind::unreachable);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(RestClientKept, PostsAsCurlDoes) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(with_length("200 OK", R"({"job_id":"x"})")));
  use(server);
  const std::string host = "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n";
  for (const std::optional<std::string>& body :
       {std::optional<std::string>("{}"), std::optional<std::string>()}) {
    EXPECT_TRUE(told<std::string>([&](RestClient::Done done) {
      client->ask({.method = Method::post, .path = {"v1", "tasks"}, .body = body}, 1_KiB,
                  std::move(done));
    }));
  }
  EXPECT_THAT(server.requests(),
              ElementsAre("POST /v1/tasks HTTP/1.1\r\n" + host +
                              "User-Agent: penstock/test\r\nAccept: */*\r\nX-Token: canary-token"
                              "\r\nContent-Length: 2\r\nContent-Type: "
                              "application/x-www-form-urlencoded\r\n\r\n{}",
                          "POST /v1/tasks HTTP/1.1\r\n" + host +
                              "User-Agent: penstock/test\r\nAccept: */*\r\nX-Token: "
                              "canary-token\r\n\r\n"));
}

// A client that tries three times, at once.
class RestRetry : public RestFixture {
 protected:
  void use_retries(const TestServer& server) {
    auto chosen = options(server.url(""));
    chosen.retries = {.retries = 2, .first = 1ms, .max = 1ms};
    chosen.on_retry = [this](const RestError& failed, Duration) {
      retried.push_back(failed.detail);
    };
    use(std::move(chosen));
  }
  RestResult<std::string> post() {
    return told<std::string>([&](RestClient::Done done) {
      client->ask({.method = Method::post, .path = {"v1"}, .body = "{}"}, 1_KiB, std::move(done));
    });
  }
  RestResult<void> stream(ByteSink& sink) {
    return told<void>(
        [&](RestClient::Ended ended) { client->stream({.path = {"v1"}}, sink, std::move(ended)); });
  }
  std::vector<std::string> retried;
};

TEST_F(RestRetry, AsksAgainWhatMayPass) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int n) -> awaitable<void> {
    const std::string answer = n == 0   ? with_length("503 Busy", "")
                               : n == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n["
                                        : with_length("200 OK", "[]");
    co_await peer.send(answer);
    co_await peer.shut_down();
  });
  use_retries(server);
  EXPECT_EQ(*get(), "[]");
  EXPECT_THAT(retried, ElementsAre("503 Busy", "the connection ended before the body did"));
}

TEST_F(RestRetry, EndsAfterTheLastAttempt) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("500 Oops", "<html>")));
  use_retries(server);
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().detail, "500 Oops");
  EXPECT_EQ(result.error().body, "<html>");
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(RestRetry, NeverPostsAgainWhatMayHaveArrived) {
  for (const std::string& answer : {std::string(), with_length("503 Busy", "")}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), answering(answer));
    use_retries(server);
    EXPECT_TRUE(post().error().was_sent);
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST_F(RestRetry, PostsAgainWhatWasNeverSent) {
  const CertificateAuthority other("other CA");
  std::optional<SilentServer> silent(std::in_place, io);
  auto access = access_options();
  access.connect_timeout = 50ms;
  auto chosen = options(silent->url());
  chosen.access = Access(access);
  chosen.retries = {.retries = 2, .first = 1ms, .max = 1ms};
  int retries = 0;
  chosen.on_retry = [&](const RestError& failed, Duration) {
    EXPECT_FALSE(failed.was_sent);
    ++retries;
  };
  use(std::move(chosen));
  EXPECT_FALSE(post());
  EXPECT_EQ(retries, 2);
}

TEST_F(RestRetry, AsksNothingAgainThatStays) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("401 Who", "")));
  use_retries(server);
  EXPECT_EQ(get().error().kind, Kind::refused);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(RestRetry, AsksNothingMoreOnceDestroyedBetweenAttempts) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("503 Busy", "")));
  auto chosen = options(server.url(""));
  bool waits = false;
  chosen.retries = {.retries = 2, .first = 1h, .max = 1h};
  chosen.on_retry = [&](const RestError&, Duration) { waits = true; };
  chosen.retries.longest_retry_after = 1h;
  use(std::move(chosen));
  bool told = false;
  client->ask({.path = {"v1"}}, 1_KiB, [&](const RestResult<std::string>&) { told = true; });
  ASSERT_TRUE(run_until([&] { return waits; }));
  client.reset();
  run_on();
  EXPECT_EQ(server.connections(), 1);
  EXPECT_FALSE(told);
}

TEST_F(RestRetry, FollowsARedirectOfAPostOnlyWhereItIsToBePostedAgain) {
  for (const char* status : {"301 Moved", "302 Found", "303 See Other"}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"),
                      answering(with_length(std::string(status) + "\r\nLocation: /on", "")));
    use_retries(server);
    const auto result = post();
    ASSERT_FALSE(result) << status;
    EXPECT_THAT(result.error().detail, HasSubstr(std::string(status) + " to /on"));
    EXPECT_EQ(server.connections(), 1) << status;
  }
  for (const char* status : {"307 Temporary", "308 Permanent"}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int n) -> awaitable<void> {
      const std::string there = std::string(status) + "\r\nConnection: close\r\nLocation: /on";
      const std::string answer = with_length(n == 0 ? there : "200 OK", "");
      co_await peer.send(answer);
    });
    use_retries(server);
    EXPECT_TRUE(post()) << status;
    EXPECT_THAT(server.requests(), ElementsAre(HasSubstr("POST /v1 "), HasSubstr("POST /on ")));
  }
}

// Takes so many bytes, and then no more.
class BoundedSink final : public ByteSink {
 public:
  explicit BoundedSink(std::size_t room) : room_(room) {}
  std::span<char> writable() override {
    return std::span(bytes_).first(std::min(room_, bytes_.size()));
  }
  void received(std::size_t count) override {
    text.append(bytes_.data(), count);
    room_ -= count;
  }
  std::string text;

 private:
  std::size_t room_;
  std::array<char, 1000> bytes_{};
};

TEST_F(RestRetry, StreamsAnAnswerOfAnyLength) {
  constexpr int parts = 1'000;
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header);
    for (int i = 0; i < parts; ++i) {
      co_await peer.send(chunk(std::string(8'000, 'x')));
    }
    co_await peer.send("0\r\n\r\n");
  });
  use_retries(server);
  BoundedSink sink(1'000'000'000);
  const auto end = stream(sink);
  ASSERT_TRUE(end) << end.error().detail;
  EXPECT_EQ(sink.text, std::string(8'000 * parts, 'x'));
}

TEST_F(RestRetry, StreamsNothingTwice) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int n) -> awaitable<void> {
    const std::string answer = n == 0 ? with_length("503 Busy", "") : chunked_header + chunk("x");
    co_await peer.send(answer);
    co_await peer.shut_down();
  });
  use_retries(server);
  BoundedSink sink(1'000);
  const auto end = stream(sink);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, Kind::unreachable);
  EXPECT_EQ(sink.text, "x");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(RestRetry, EndsAStreamWhereItsSinkTakesNoMore) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "0123456789")));
  use_retries(server);
  BoundedSink sink(4);
  EXPECT_EQ(stream(sink).error().kind, Kind::unwanted);
  EXPECT_EQ(sink.text, "0123");
  BoundedSink all(100);
  EXPECT_TRUE(stream(all));
  EXPECT_EQ(all.text, "0123456789");
}

TEST_F(RestRetry, TouchesNoSinkOnceDestroyed) {
  class Watched final : public ByteSink {
   public:
    std::span<char> writable() override { return touch(); }
    void received(std::size_t) override { touch(); }
    bool gone = false;
    bool touched = false;

   private:
    std::span<char> touch() {
      touched = touched || gone;
      return bytes_;
    }
    std::array<char, 100> bytes_{};
  };
  // However far the request is.
  bool ended = false;
  for (int steps = 0; !ended; ++steps) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "body")));
    use_retries(server);
    Watched sink;
    client->stream({.path = {"v1"}}, sink, [&](const RestResult<void>&) { ended = true; });
    for (int i = 0; i < steps && !ended; ++i) {
      io.restart();
      io.run_one_for(20ms);
    }
    client.reset();
    sink.gone = true;
    for (int i = 0; i < 3; ++i) {
      io.restart();
      io.poll();
    }
    EXPECT_FALSE(sink.touched) << "after " << steps << " steps";
  }
}

TEST_F(RestClientKept, DownloadsFromAnotherOriginWithoutTheToken) {
  TestServer other(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "picture")));
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  use(server);
  BoundedSink sink(100);
  EXPECT_TRUE(told<void>([&](RestClient::Ended ended) {
    client->download(other.url() + ".jpg?x=1", sink, std::move(ended));
  }));
  EXPECT_EQ(sink.text, "picture");
  ASSERT_EQ(other.requests().size(), 1U);
  EXPECT_THAT(other.requests()[0], HasSubstr(".jpg?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(other.requests()[0], Not(HasSubstr(token)));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(RestClientKept, ShowsAnErrorsBodyUnlessItQuotesTheToken) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int n) -> awaitable<void> {
    const std::string body = n == 0 ? "<html>Bad gateway</html>" : "token canary-token is bad";
    co_await peer.send(with_length("400 Bad\r\nConnection: close", body));
  });
  use(server);
  EXPECT_EQ(get().error().body, "<html>Bad gateway</html>");
  EXPECT_EQ(get().error().body, "");
}

}  // namespace
}  // namespace penstock::remote
