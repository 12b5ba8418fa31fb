#include "penstock/remote/replay_run.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "remote_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using asio::awaitable;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string body = "{\"a\":1}\n{\"b\":\"\xc3\xa9\"}\r\n\n{\"c\":[]}\n";

// Keeps what is told, one line each, and the bytes.
class Recorder final : public ByteSink, public ReplayListener {
 public:
  std::span<char> writable() override { return std::span(buffer_).first(std::min(room, piece)); }
  void received(std::size_t count) override {
    EXPECT_THAT(told, ElementsAre("opened"));
    bytes.append(buffer_.data(), count);
    room -= count;
  }

  void replay_opened() override { tell("opened"); }
  void replay_closed(DisconnectCause cause, std::string_view detail) override {
    tell("closed " + std::string(to_string(cause)) + ": " + std::string(detail));
  }
  void replay_failed(ReplayEnd end, std::optional<Duration> retry_after,
                     std::string_view detail) override {
    tell("failed " + std::string(to_string(end)) +
         (retry_after ? " " + to_string(*retry_after) : "") + ": " + std::string(detail));
  }

  bool ended() const { return !told.empty() && told.back() != "opened"; }

  std::size_t room = 1u << 30;
  std::size_t piece = 4096;  // what writable() gives at most
  std::string bytes;
  std::vector<std::string> told;
  std::function<void()> on_told;

 private:
  void tell(std::string line) {
    told.push_back(std::move(line));
    if (on_told) {
      on_told();
    }
  }
  std::array<char, 4096> buffer_{};
};

class ReplayFixture : public RemoteFixture {
 protected:
  ReplayOptions options(std::string url) const {
    return {.url = std::move(url),
            .job_id = "client-a/b",
            .access = Access(access_options()),
            .stall_timeout = 20s};
  }
  void make(ReplayOptions chosen) {
    replay = std::make_unique<ReplayRun>(io, std::move(chosen), recorder, recorder, received);
  }
  void start(ReplayOptions chosen) {
    make(std::move(chosen));
    replay->start();
    EXPECT_THAT(recorder.told, IsEmpty());  // never from inside start()
  }
  void start(const TestServer& server) { start(options(server.url(""))); }
  [[nodiscard]] bool run_to_end() {
    return run_until([&] { return recorder.ended(); });
  }

  Recorder recorder;
  Counter received;
  std::unique_ptr<ReplayRun> replay;
};

class ReplayRunTest : public ReplayFixture {};

TEST_F(ReplayRunTest, AsksForTheJobAndDeliversTheBody) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(chunked_header + chunk(body) + "0\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre("opened", "closed ended: the body came to its end"));
  EXPECT_EQ(recorder.bytes, body);
  EXPECT_EQ(received.get(), body.size());
  EXPECT_THAT(server.requests(), ElementsAre("GET /v1/replay/a%2Fb HTTP/1.1\r\nHost: 127.0.0.1:" +
                                             std::to_string(server.port()) +
                                             "\r\nUser-Agent: penstock/test\r\nAccept: */*\r\n"
                                             "X-Token: canary-token\r\n\r\n"));
}

TEST_F(ReplayRunTest, IsOneAttempt) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_to_end());
  run_on();
  EXPECT_EQ(recorder.told.size(), 2u);
  EXPECT_EQ(server.connections(), 1);
}

struct Failing {
  const char* name;
  std::string answer;
  std::string told;  // its beginning
};
void PrintTo(const Failing& failing, std::ostream* out) { *out << failing.name; }

class ReplayFailing : public ReplayFixture, public testing::WithParamInterface<Failing> {};

INSTANTIATE_TEST_SUITE_P(
    Answers, ReplayFailing,
    testing::Values(Failing{"NotFound", "HTTP/1.1 404 Not \xe9 Found\r\n\r\n",
                            "failed gone: 404 Not \\xe9 F"},
                    Failing{"Unauthorized", "HTTP/1.1 401 No\r\n\r\n", "failed refused: 401 No"},
                    Failing{"Throttled", "HTTP/1.1 429 Slow\r\nRetry-After: 100\r\n\r\n",
                            "failed refused 100s: 429 Slow"},
                    Failing{"ServerError", "HTTP/1.1 503 Busy\r\n\r\n", "failed refused: 503 Busy"},
                    Failing{"Encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
                            "failed refused: the body is encoded (gzip)"},
                    Failing{"RedirectWithoutEnd", "HTTP/1.1 307 On\r\nLocation: /on\r\n\r\n",
                            "failed refused: more than 5 redirects"},
                    Failing{"NoHttp", "SSH-2.0-OpenSSH\r\n\r\n", "failed refused: 127.0.0.1:"},
                    Failing{"NoAnswer", "", "failed refused: the connection to 127.0.0.1:"}),
    [](const auto& row) { return row.param.name; });

TEST_P(ReplayFailing, IsToldAndOpensNothing) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(GetParam().answer));
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told,
              ElementsAre(AllOf(StartsWith(GetParam().told), Not(HasSubstr(token)))));
  EXPECT_EQ(received.get(), 0u);
}

TEST_F(ReplayRunTest, NeverTakesTheTokenToAnotherOrigin) {
  TestServer other(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_to_end());
  run_on();
  EXPECT_THAT(recorder.told, ElementsAre(HasSubstr("another origin, not followed")));
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(ReplayRunTest, FollowsARedirectWithinTheOrigin) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int connection) -> awaitable<void> {
        const std::string answer = connection == 0 ? "HTTP/1.1 302 Found\r\nLocation: /v2/x\r\n\r\n"
                                                   : "HTTP/1.1 200 OK\r\n\r\n" + body;
        co_await peer.send(answer);
        co_await peer.shut_down();
      });
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder.bytes, body);
  EXPECT_THAT(server.requests()[1], StartsWith("GET /v2/x HTTP/1.1\r\n"));
}

TEST_F(ReplayRunTest, IsGoneWithoutAskingWhereTheIdIsNone) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  auto chosen = options(server.url(""));
  chosen.job_id = "client-..";
  start(chosen);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre(StartsWith("failed gone: `..`")));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ReplayRunTest, TrustsNoUnknownCa) {
  const CertificateAuthority stranger("Stranger CA");
  TestServer server(io, stranger.issue("IP:127.0.0.1"), answering(""));
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre(AllOf(StartsWith("failed refused: "),
                                               HasSubstr("unknown CA, CN = Stranger CA"))));
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ReplayRunTest, TellsACutFromAnEnd) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
    peer.cut();
  });
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre("opened", StartsWith("closed aborted: ")));
  EXPECT_EQ(recorder.bytes, body);
}

TEST_F(ReplayRunTest, DeliversWhatCameBeforeABadChunk) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(chunked_header + chunk(body) + "no size\r\n"));
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told,
              ElementsAre("opened", StartsWith("closed aborted: what came is no HTTP body")));
  EXPECT_EQ(recorder.bytes, body);
}

TEST_F(ReplayRunTest, GoesOnWhereItPausedForLackOfRoom) {
  recorder.room = 3;
  recorder.piece = 2;
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(chunked_header + chunk(body) + "0\r\n\r\n"));
  start(server);
  int pauses = 0;
  while (!recorder.ended()) {
    ASSERT_TRUE(run_until([&] { return recorder.room == 0 || recorder.ended(); }));
    pauses += recorder.room == 0 ? 1 : 0;
    recorder.room += 3;
    replay->resume();
  }
  EXPECT_GE(pauses, static_cast<int>(body.size() / 3));
  EXPECT_EQ(recorder.bytes, body);
  EXPECT_THAT(recorder.told, ElementsAre("opened", StartsWith("closed ended")));
}

TEST_F(ReplayRunTest, FindsAStall) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  auto chosen = options(server.url(""));
  chosen.stall_timeout = 50ms;
  start(chosen);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre("opened", "closed stalled: no byte for 50ms"));
  EXPECT_EQ(recorder.bytes, body);
}

TEST_F(ReplayRunTest, IsNotStalledWhilePaused) {
  recorder.room = 0;
  TestServer server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  auto chosen = options(server.url(""));
  chosen.stall_timeout = 30ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.told.empty(); }));
  run_on();  // 100 ms
  EXPECT_THAT(recorder.told, ElementsAre("opened"));
  recorder.room = 1000;
  replay->resume();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder.bytes, body);
  EXPECT_THAT(recorder.told.back(), StartsWith("closed stalled"));
}

TEST_F(ReplayRunTest, BlamesThePauseWhereTheRemoteGaveUpDuringIt) {
  recorder.room = 5;
  Gate gate(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
    co_await gate.wait();
    peer.reset();
  });
  start(server);
  ASSERT_TRUE(run_until([&] { return recorder.room == 0; }));
  ASSERT_TRUE(established(server.port()));
  gate.open();
  ASSERT_TRUE(run_until([&] { return !established(server.port()); }));
  recorder.room = 1000;
  replay->resume();
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told.back(), StartsWith("closed paused: "));
  EXPECT_EQ(recorder.bytes, body);
}

// Where a replay can stand when it is stopped, and how to bring it there.
enum class Stage { started, handshake, header, streaming, paused, ended };

class ReplayStop : public ReplayFixture, public testing::WithParamInterface<Stage> {
 protected:
  ReplayStop()
      : silent(io), server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
          const std::string answer =
              GetParam() == Stage::header
                  ? "HTTP/1.1 200"
                  : chunked_header + chunk(body) + (GetParam() == Stage::ended ? "0\r\n\r\n" : "");
          co_await peer.send(answer);
        }) {}

  bool bring() {
    recorder.room = GetParam() == Stage::paused ? 1 : 1000;
    start(options(GetParam() == Stage::handshake ? silent.url() : server.url("")));
    switch (GetParam()) {
      case Stage::started:
        return true;
      case Stage::handshake:
        return run_until([turns = 0]() mutable { return ++turns > 5; });
      case Stage::header:
        return run_until([&] { return !server.requests().empty(); });
      case Stage::streaming:
        return run_until([&] { return received.get() == body.size(); });
      case Stage::paused:
        return run_until([&] { return recorder.room == 0; });
      case Stage::ended:
        return run_to_end();
    }
    return false;
  }

  SilentServer silent;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Stages, ReplayStop,
                         testing::Values(Stage::started, Stage::handshake, Stage::header,
                                         Stage::streaming, Stage::paused, Stage::ended));

TEST_P(ReplayStop, TellsItsEndOnce) {
  ASSERT_TRUE(bring());
  const auto before = recorder.told;
  replay->stop();
  EXPECT_EQ(recorder.told, before);  // never from inside stop()
  ASSERT_TRUE(run_to_end());
  run_on();
  switch (GetParam()) {
    case Stage::started:
    case Stage::handshake:
    case Stage::header:
      EXPECT_THAT(recorder.told, ElementsAre("failed refused: stopped"));
      break;
    case Stage::streaming:
    case Stage::paused:
      EXPECT_THAT(recorder.told, ElementsAre("opened", "closed daemon_down: stopped"));
      break;
    case Stage::ended:
      EXPECT_EQ(recorder.told, before);
      break;
  }
}

TEST_P(ReplayStop, TellsNothingMoreOnceDestroyed) {
  ASSERT_TRUE(bring());
  replay.reset();
  const auto told = recorder.told;
  const std::string bytes = recorder.bytes;
  run_on();
  EXPECT_EQ(recorder.told, told);
  EXPECT_EQ(recorder.bytes, bytes);
}

TEST_F(ReplayRunTest, CanBeStoppedByItsListenerWhenItOpens) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(chunked_header + chunk(body)));
  recorder.on_told = [&] { replay->stop(); };
  start(server);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder.told, ElementsAre("opened", "closed daemon_down: stopped"));
  EXPECT_THAT(recorder.bytes, IsEmpty());
}

TEST_F(ReplayRunTest, CanBeDestroyedByItsListenerWhenItEnds) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 404 No\r\n\r\n"}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), answering(answer));
    recorder.told.clear();
    recorder.on_told = [&] {
      if (recorder.ended()) {
        replay.reset();
      }
    };
    start(server);
    ASSERT_TRUE(run_until([&] { return replay == nullptr; }));
    run_on();
    EXPECT_EQ(recorder.told.size(), std::string(answer).find("200") != std::string::npos ? 2u : 1u);
  }
}

}  // namespace
}  // namespace penstock::remote
