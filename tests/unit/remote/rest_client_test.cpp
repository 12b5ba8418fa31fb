#include "penstock/remote/rest_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using asio::awaitable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RestClientTest : public RestFixture {};

TEST_F(RestClientTest, AsksWithTokenAndEncodedPath) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  use(options(server.url("/base")));
  const auto body = told<std::string>([&](RestClient::Done done) {
    client->ask({.path = {"v1", "a/b c"}}, 1_KiB, std::move(done));
  });
  EXPECT_EQ(*body, "[]");
  EXPECT_THAT(server.requests(), ElementsAre("GET /base/v1/a%2Fb%20c HTTP/1.1\r\nHost: 127.0.0.1:" +
                                             std::to_string(server.port()) +
                                             "\r\nUser-Agent: penstock/test\r\nAccept: */*\r\n"
                                             "X-Token: canary-token\r\n\r\n"));
}

struct Refusal {
  const char* name;
  std::string answer;
  Kind kind;
  std::optional<Duration> retry_after;
  std::string detail;  // its beginning
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class RestRefusal : public RestFixture, public testing::WithParamInterface<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    Answers, RestRefusal,
    testing::Values(
        Refusal{"BadRequest",
                with_length("400 Bad Request", R"({"status":400,"message":"no \u001bports"})"),
                Kind::server_error, std::nullopt, "400 Bad Request: no \\x1bports"},
        Refusal{"Unauthorized", with_length("401 Unauthorized", R"({"message":"who?"})"),
                Kind::refused, std::nullopt, "401 Unauthorized: who?"},
        Refusal{"Forbidden", "HTTP/1.1 403 Forbidden\r\n\r\n", Kind::refused, std::nullopt,
                "403 Forbidden"},
        Refusal{"NotFound", with_length("404 Not \xe9 Found", "<html>\x1b"), Kind::not_found,
                std::nullopt, "404 Not \\xe9 Found"},
        Refusal{"NotFoundWithABrokenBody", "HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\n{",
                Kind::not_found, std::nullopt, "404 No"},
        Refusal{"NotFoundWithALongBody", with_length("404 No", std::string(5000, 'x')),
                Kind::not_found, std::nullopt, "404 No"},
        Refusal{"EnhanceYourCalm", "HTTP/1.1 420 Calm\r\nRetry-After: 100\r\n\r\n", Kind::throttled,
                100s, "420 Calm"},
        Refusal{"Throttled", "HTTP/1.1 429 Slow\r\n\r\n", Kind::throttled, std::nullopt,
                "429 Slow"},
        Refusal{"ThrottledUntil", with_length("429 Slow\r\nRetry-After: 7", "{}"), Kind::throttled,
                7s, "429 Slow"},
        Refusal{"ServerError", with_length("500 Oops", "<html>"), Kind::server_error, std::nullopt,
                "500 Oops"},
        Refusal{"Unavailable", "HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n\r\n", Kind::server_error,
                9s, "503 Busy"},
        Refusal{"SwitchingProtocols", "HTTP/1.1 101 Go\r\n\r\n", Kind::server_error, std::nullopt,
                "101 Go"},
        Refusal{"RedirectToNowhere", "HTTP/1.1 302 Found\r\n\r\n", Kind::server_error, std::nullopt,
                "302 Found without a usable Location"},
        Refusal{"RedirectInTheClear", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
                Kind::refused, std::nullopt,
                "302 Found to http://127.0.0.1/: another origin, not followed"},
        Refusal{"RedirectsWithoutEnd", "HTTP/1.1 307 On\r\nLocation: /on\r\n\r\n", Kind::refused,
                std::nullopt, "more than 5 redirects one after another, the last: 307 On to /on"},
        Refusal{"Encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", Kind::server_error,
                std::nullopt, "the body is encoded (gzip)"},
        Refusal{"TooLong", with_length("200 OK", std::string(1025, 'x')), Kind::server_error,
                std::nullopt, "the answer is longer than 1KiB"},
        Refusal{"CutBody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]", Kind::unreachable,
                std::nullopt, "the connection ended before the body did"},
        Refusal{"CutChunk", chunked_header + "5\r\n[", Kind::unreachable, std::nullopt,
                "the connection ended before the body did"},
        Refusal{"BadChunk", chunked_header + "none\r\n", Kind::unreachable, std::nullopt,
                "what came is no HTTP body"},
        Refusal{"NoHttp", "SSH-2.0-OpenSSH\r\n\r\n", Kind::server_error, std::nullopt,
                "127.0.0.1:"},
        Refusal{"NoAnswer", "", Kind::unreachable, std::nullopt, "the connection to 127.0.0.1:"}),
    [](const auto& row) { return row.param.name; });

TEST_P(RestRefusal, IsToldApart) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(GetParam().answer));
  use(server);
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, GetParam().kind);
  EXPECT_EQ(result.error().retry_after, GetParam().retry_after);
  EXPECT_THAT(result.error().detail, StartsWith(GetParam().detail));
  EXPECT_THAT(result.error().detail, Not(HasSubstr(token)));
}

TEST_F(RestClientTest, TakesAnAnswerAsLongAsItsBoundHoweverItEnds) {
  const std::string body(40'000, 'x');
  for (const std::string& answer :
       {with_length("200 OK", body),
        chunked_header + chunk(body.substr(0, 7)) + chunk(body.substr(7)) + "0\r\n\r\n",
        "HTTP/1.1 201 Created\r\n\r\n" + body}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
      for (std::size_t at = 0; at < answer.size(); at += 16'000) {
        co_await peer.send(answer.substr(at, 16'000));
      }
      co_await peer.shut_down();
    });
    use(server);
    const auto result = get(Bytes{body.size()});
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(*result, body);
    const auto longer = get(Bytes{body.size() - 1});
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().detail, "the answer is longer than 39999B");
  }
}

TEST_F(RestClientTest, StopsReadingAnEndlessAnswer) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 10'000; ++i) {
      co_await peer.send(std::string(8192, 'x'));
    }
  });
  use(server);
  EXPECT_EQ(get(1_MiB).error().detail, "the answer is longer than 1MiB");
}

TEST_F(RestClientTest, WaitsForAnAnswersEndNoLongerThanAnswerTime) {
  bool done = false;
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header);
    asio::steady_timer drip(io);
    while (!done) {  // a stall time-out alone would never end it
      co_await peer.send(chunk("x"));
      drip.expires_after(5ms);
      auto [ec] = co_await drip.async_wait(asio::as_tuple(asio::use_awaitable));
      static_cast<void>(ec);
    }
  });
  auto chosen = options(server.url(""));
  chosen.answer_time = 100ms;
  use(chosen);
  const auto result = get();
  done = true;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::unreachable);
  EXPECT_EQ(result.error().detail, "no end of the answer within 100ms");
}

TEST_F(RestClientTest, WaitsForAHeaderNoLongerThanConnectTimeout) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send("HTTP/1.1 200 OK\r\nX-Slow: ");
  });
  auto access = access_options();
  access.connect_timeout = 200ms;
  auto chosen = options(server.url(""));
  chosen.access = Access(access);
  use(chosen);
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::unreachable);
  EXPECT_THAT(result.error().detail, HasSubstr("no response header from 127.0.0.1:"));
}

TEST_F(RestClientTest, FollowsARedirectWithinTheOrigin) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int connection) -> awaitable<void> {
        const std::string answer = connection == 0
                                       ? "HTTP/1.1 307 Moved\r\nLocation: /v2/x?y\r\n\r\n"
                                       : with_length("200 OK", "[]");
        co_await peer.send(answer);
      });
  use(server);
  EXPECT_EQ(*get(), "[]");
  EXPECT_THAT(server.requests()[1], StartsWith("GET /v2/x?y HTTP/1.1\r\n"));
}

TEST_F(RestClientTest, NeverTakesTheTokenToAnotherOrigin) {
  TestServer other(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\n\r\n"));
  use(server);
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::refused);
  run_on();
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(RestClientTest, TrustsNoUnknownCaAndTrustsAFileThatWasPutRight) {
  const CertificateAuthority other("other CA");
  TestServer server(io, other.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  use(server);
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::refused);
  EXPECT_THAT(result.error().detail, HasSubstr("comes from an unknown CA, CN = other CA"));
  EXPECT_THAT(server.requests(), IsEmpty());
  std::ofstream(ca_file) << other.certificate();
  EXPECT_TRUE(get());
}

TEST_F(RestClientTest, LoadsTheTrustStoreOnceForAllCopiesOfAnAccess) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  const RestOptions chosen = options(server.url(""));
  use(chosen);
  ASSERT_TRUE(get());
  std::filesystem::remove(ca_file);
  use(chosen);
  EXPECT_TRUE(get());
  use(options(server.url("")));
  EXPECT_THAT(get().error().detail, HasSubstr("can't be loaded"));
}

TEST_F(RestClientTest, ConnectsNowhereWithoutAUsableToken) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  const std::vector<Result<std::string>> tokens{make_error(Errc::io, "no token file"), "",
                                                "a\r\nEvil: 1"};
  for (const auto& bad : tokens) {
    auto access = access_options();
    access.read_token = [&] { return bad; };
    auto chosen = options(server.url(""));
    chosen.access = Access(access);
    use(chosen);
    const auto result = get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::refused);
    EXPECT_THAT(result.error().detail, HasSubstr("token"));
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(RestClientTest, ReadsTheTokenAnewForEachRequest) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(with_length("200 OK\r\nConnection: close", "[]")));
  int reads = 0;
  auto access = access_options();
  access.read_token = [&] { return Result<std::string>("token" + std::to_string(++reads)); };
  auto chosen = options(server.url(""));
  chosen.access = Access(access);
  use(chosen);
  ASSERT_TRUE(get());
  ASSERT_TRUE(get());
  EXPECT_THAT(server.requests(),
              ElementsAre(HasSubstr("X-Token: token1\r\n"), HasSubstr("X-Token: token2\r\n")));
}

TEST_F(RestClientTest, GoesThroughAProxy) {
  TestServer server(io, ca.issue("DNS:api.example"), answering(with_length("200 OK", "[]")));
  TestProxy proxy(io, server.port(), "HTTP/1.1 200 Connection established\r\n\r\n");
  auto access = access_options();
  access.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  auto chosen = options("https://api.example");
  chosen.access = Access(access);
  use(chosen);
  EXPECT_EQ(*get(), "[]");
  EXPECT_THAT(proxy.requests(), ElementsAre(StartsWith("CONNECT api.example:443 HTTP/1.1\r\n")));
}

TEST_F(RestClientTest, AsksNowhereForWhatNoPathCanHold) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  use(server);
  const auto result = told<std::string>([&](RestClient::Done done) {
    client->ask({.path = {"v1", ".."}}, 1_KiB, std::move(done));
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::not_found);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(RestClientTest, IsUnreachableWhereTheUrlIsUnusable) {
  use(options("http://127.0.0.1"));
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::unreachable);
  EXPECT_THAT(result.error().detail, HasSubstr("is no https URL"));
}

TEST_F(RestClientTest, AsksOneAfterAnother) {
  Gate gate(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int n) -> awaitable<void> {
    co_await gate.wait();
    co_await peer.send(with_length("200 OK", std::to_string(n)));
  });
  use(server);
  std::vector<std::string> bodies;
  for (int i = 0; i < 3; ++i) {
    client->ask({.path = {"v1", std::to_string(i)}}, 1_KiB,
                [&](const RestResult<std::string>& body) { bodies.push_back(*body); });
  }
  ASSERT_TRUE(run_until([&] { return server.connections() == 1; }));
  run_on();
  EXPECT_EQ(server.connections(), 1);
  gate.open();
  ASSERT_TRUE(run_until([&] { return bodies.size() == 3; }));
  EXPECT_THAT(bodies, ElementsAre("0", "1", "2"));
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /v1/0 "), StartsWith("GET /v1/1 "),
                                             StartsWith("GET /v1/2 ")));
}

TEST_F(RestClientTest, CanBeAskedAgainWhileItCallsBack) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  use(server);
  int answers = 0;
  const RestClient::Done again = [&](const RestResult<std::string>&) {
    if (++answers < 3) {
      client->ask({.path = {"v1"}}, 1_KiB, again);
    }
  };
  client->ask({.path = {"v1"}}, 1_KiB, again);
  EXPECT_TRUE(run_until([&] { return answers == 3; }));
}

TEST_F(RestClientTest, CanBeDestroyedWhileItCallsBack) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  use(server);
  int answers = 0;
  for (int i = 0; i < 2; ++i) {
    client->ask({.path = {"v1"}}, 1_KiB, [&](const RestResult<std::string>&) {
      ++answers;
      client.reset();
    });
  }
  ASSERT_TRUE(run_until([&] { return client == nullptr; }));
  run_on();
  EXPECT_EQ(answers, 1);
}

// Where a request can stand when its client is destroyed.
enum class Stage { asked, handshake, header, body, redirected };

class RestDestroyed : public RestFixture, public testing::WithParamInterface<Stage> {};

INSTANTIATE_TEST_SUITE_P(Stages, RestDestroyed,
                         testing::Values(Stage::asked, Stage::handshake, Stage::header, Stage::body,
                                         Stage::redirected));

TEST_P(RestDestroyed, CallsNobodyBackOnceDestroyed) {
  SilentServer silent(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    const std::string answer = GetParam() == Stage::body ? chunked_header + chunk("[")
                               : GetParam() == Stage::redirected
                                   ? "HTTP/1.1 307 On\r\nLocation: /on\r\n\r\n"
                                   : "HTTP/1.1 200";
    co_await peer.send(answer);
  });
  use(options(GetParam() == Stage::handshake ? silent.url() : server.url("")));
  bool told = false;
  for (int i = 0; i < 2; ++i) {
    client->ask({.path = {"v1"}}, 1_KiB, [&](const RestResult<std::string>&) { told = true; });
  }
  switch (GetParam()) {
    case Stage::asked:
      break;
    case Stage::handshake:
      ASSERT_TRUE(run_until([turns = 0]() mutable { return ++turns > 5; }));
      break;
    case Stage::header:
    case Stage::body:
      ASSERT_TRUE(run_until([&] { return server.requests().size() == 1; }));
      run_on();
      break;
    case Stage::redirected:
      ASSERT_TRUE(run_until([&] { return server.requests().size() == 2; }));
      break;
  }
  client.reset();
  const int connections = server.connections();
  run_on();
  EXPECT_FALSE(told);
  EXPECT_LE(server.connections(), connections + 1);  // one may have waited to be accepted
}

}  // namespace
}  // namespace penstock::remote
