#include "penstock/remote/session.hpp"

#include "session_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using asio::awaitable;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string body = "{\"a\":1}\n{\"b\":\"\xc3\xa9\"}\r\n\n{\"c\":[]}\n";

std::string one_byte_chunks() {
  std::string text;
  for (const char c : body) {
    text += chunk(std::string_view(&c, 1));
  }
  return text + "0\r\n\r\n";
}

// The body bytes in the beginning of a chunked body.
std::string chunk_data(std::string_view coded) {
  std::string data;
  for (auto eol = coded.find("\r\n"); eol != std::string_view::npos; eol = coded.find("\r\n")) {
    const auto size = std::stoul(std::string(coded.substr(0, eol)), nullptr, 16);
    if (size == 0) {
      break;
    }
    coded.remove_prefix(eol + 2);
    data += coded.substr(0, size);
    coded.remove_prefix(std::min(size + 2, coded.size()));
  }
  return data;
}

struct Framing {
  const char* name;
  std::string header;
  std::string coded;  // of `body`
};
void PrintTo(const Framing& framing, std::ostream* out) { *out << framing.name; }

const std::vector<Framing> framings{
    {"Chunked", chunked_header, chunk(body.substr(0, 10)) + chunk(body.substr(10)) + "0\r\n\r\n"},
    {"ChunkedWithExtensionsAndTrailers", chunked_header,
     "A;x=1\r\n" + body.substr(0, 10) + "\r\n" + chunk(body.substr(10)) + "0\r\nX-Sum: 1\r\n\r\n"},
    {"OneByteChunks", chunked_header, one_byte_chunks()},
    {"ContentLength",
     "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n", body},
    {"UntilClose", "HTTP/1.1 200 OK\r\n\r\n", body},
    {"UntilCloseOfHttp10", "HTTP/1.0 200 OK\r\n\r\n", body}};

class SessionFraming : public SessionFixture, public testing::WithParamInterface<Framing> {};

INSTANTIATE_TEST_SUITE_P(Bodies, SessionFraming, testing::ValuesIn(framings),
                         [](const auto& row) { return row.param.name; });

// A session for each place at which what the server sends can be cut into two reads.
TEST_P(SessionFraming, DeliversTheBodyWhereverReadsAreCut) {
  const std::string answer = GetParam().header + GetParam().coded;
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    [&](Peer& peer, int connection) -> awaitable<void> {
                      const auto cut = static_cast<std::size_t>(connection) % answer.size();
                      co_await peer.send(answer.substr(0, cut));
                      co_await peer.send(answer.substr(cut));
                      co_await peer.shut_down();
                    });
  start(server);
  ASSERT_TRUE(run_until([&] { return recorder.closed.size() >= answer.size(); }));
  ASSERT_TRUE(stop());
  recorder.closed.resize(answer.size());
  recorder.bodies.resize(answer.size());
  EXPECT_THAT(recorder.bodies, Each(body));
  EXPECT_THAT(recorder.closed, Each(DisconnectCause::ended));
}

// What came before a cut goes to the sink, and the cut is told from an end.
TEST_P(SessionFraming, DeliversWhatCameBeforeACut) {
  const auto& [name, header, coded] = GetParam();
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    [&](Peer& peer, int connection) -> awaitable<void> {
                      const auto cut = static_cast<std::size_t>(connection) % coded.size();
                      co_await peer.send(header);
                      co_await peer.send(coded.substr(0, cut));
                      peer.cut();
                    });
  start(server);
  ASSERT_TRUE(run_until([&] { return recorder.closed.size() >= coded.size(); }));
  ASSERT_TRUE(stop());
  const bool is_chunked = header == chunked_header;
  for (std::size_t cut = 0; cut < coded.size(); ++cut) {
    const std::string sent = coded.substr(0, cut);
    EXPECT_EQ(recorder.bodies[cut], is_chunked ? chunk_data(sent) : sent) << cut;
    EXPECT_EQ(recorder.closed[cut], DisconnectCause::aborted) << cut;
  }
}

TEST_P(SessionFraming, GoesOnWhereItPausedForLackOfRoom) {
  recorder.room = 3;
  recorder.piece = 2;
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(GetParam().header + GetParam().coded));
  start(server);
  while (recorder.closed.empty()) {
    ASSERT_TRUE(run_until([&] { return recorder.room == 0 || !recorder.closed.empty(); }));
    recorder.room += 3;
    session->resume();
  }
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_EQ(recorder.closed[0], DisconnectCause::ended);
}

class SessionTest : public SessionFixture {};

TEST_F(SessionTest, AsksWithTokenAndWithoutContentCoding) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_EQ(server.requests()[0],
            "GET /v1/firehose HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nUser-Agent: penstock/test\r\nAccept: */*\r\n"
                "X-Token: canary-token\r\n\r\n");
}

TEST_F(SessionTest, CountsAndTellsEachSession) {
  Gate gate(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
    co_await gate.wait();
    co_await peer.send("0\r\n\r\n");
  });
  start(server);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  EXPECT_TRUE(counters.connected.get());
  EXPECT_EQ(counters.sessions.get(), 1u);
  EXPECT_THAT(recorder.notices, ElementsAre(StartsWith("connected: 127.0.0.1:")));
  recorder.on_closed = [&] { EXPECT_FALSE(counters.connected.get()); };
  gate.open();
  ASSERT_TRUE(run_until([&] { return recorder.notices.size() >= 2; }));
  EXPECT_EQ(disconnects(DisconnectCause::ended), 1u);
  EXPECT_EQ(recorder.notices[1], "disconnected: ended: the body came to its end");
  EXPECT_THAT(recorder.lines,
              ElementsAre(AllOf(StartsWith("session opened source=firehose session=1 address=")),
                          AllOf(StartsWith("session closed source=firehose session=1 cause=ended"),
                                HasSubstr("bytes=" + std::to_string(body.size())))));
}

TEST_F(SessionTest, TakesAResetForAborted) {
  Gate gate(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    [&](Peer& peer, int connection) -> awaitable<void> {
                      co_await peer.send(chunked_header + "100\r\n" + body);
                      if (connection == 0) {
                        co_await gate.wait();
                        peer.reset();
                      }
                    });
  start(server);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  gate.open();
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::aborted));
  EXPECT_EQ(recorder.bodies[0], body);
}

TEST_F(SessionTest, DeliversWhatCameBeforeABadChunk) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int connection) -> awaitable<void> {
        co_await peer.send(chunked_header + chunk(body) + (connection == 0 ? "no size\r\n" : ""));
      });
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::aborted));
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_THAT(recorder.notices[1], HasSubstr("no HTTP body"));
}

TEST_F(SessionTest, EndsAChunkHeaderWithoutEnd) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    [&](Peer& peer, int connection) -> awaitable<void> {
                      co_await peer.send(chunked_header);
                      for (int i = 0; connection == 0 && i < 20; ++i) {
                        co_await peer.send((i == 0 ? "1;" : "") + std::string(8192, 'x'));
                      }
                    });
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_THAT(recorder.notices[1], HasSubstr("a chunk header has no end"));
}

TEST_F(SessionTest, FindsAStall) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  auto chosen = options(server.url());
  chosen.stall_timeout = 50ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::stalled));
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_THAT(recorder.notices, Contains("stalled: stalled: no byte for 50ms"));
}

TEST_F(SessionTest, IsNotStalledWhilePaused) {
  recorder.room = 0;
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  auto chosen = options(server.url());
  chosen.stall_timeout = 30ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return recorder.noticed(SourceEvent::paused); }));
  ASSERT_TRUE(run_until([&] { return counters.paused_ms.get() > 100; }));  // of each second's tick
  EXPECT_THAT(recorder.closed, IsEmpty());
  recorder.room = 1000;
  session->resume();
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::stalled));
}

TEST_F(SessionTest, IsNotStalledWhileItIsHeldBack) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  auto chosen = options(server.url());
  chosen.stall_timeout = 1s;
  std::optional<MonotonicTime> begun;
  recorder.ahead = [&] {
    begun = begun.value_or(monotonic_now());
    return monotonic_now() < *begun + 1500ms;
  };
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::stalled));
  EXPECT_GE(monotonic_now(), begun.value() + 1500ms);
}

TEST_F(SessionTest, GoesOnWhereRoomComesBeforeItWaitsForIt) {
  recorder.room = 5;
  recorder.on_notice = [&](SourceEvent event) {
    if (event == SourceEvent::paused) {
      recorder.room = 1000;
      session->resume();
    }
  };
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(chunked_header + chunk(body) + "0\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_EQ(recorder.bodies[0], body);
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::ended));
}

TEST_F(SessionTest, BlamesThePauseWhereTheRemoteGaveUpDuringIt) {
  recorder.room = 5;
  Gate gate(io);
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    [&](Peer& peer, int connection) -> awaitable<void> {
                      co_await peer.send(chunked_header + chunk(body));
                      if (connection == 0) {
                        co_await gate.wait();
                        peer.reset();
                      }
                    });
  start(server);
  ASSERT_TRUE(run_until([&] { return recorder.noticed(SourceEvent::paused); }));
  ASSERT_TRUE(established(server.port()));
  gate.open();
  ASSERT_TRUE(run_until([&] { return !established(server.port()); }));
  recorder.room = 1000;
  session->resume();
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_THAT(recorder.closed, ElementsAre(DisconnectCause::paused));
  EXPECT_EQ(recorder.bodies[0], body);
}

TEST_F(SessionTest, SkipsInterimAnswers) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                              "Link: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" +
                              body));
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.closed.empty(); }));
  EXPECT_EQ(recorder.bodies[0], body);
}

struct Refusal {
  const char* name;
  std::string answer;
  DisconnectCause cause;
  const char* notice;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class SessionRefusal : public SessionFixture, public testing::WithParamInterface<Refusal> {};

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

INSTANTIATE_TEST_SUITE_P(
    Answers, SessionRefusal,
    testing::Values(
        Refusal{"Unauthorized", "HTTP/1.1 401 Unauthorized\r\n\r\n", DisconnectCause::refused,
                "unauthorised: 401 Unauthorized; next attempt in "},
        Refusal{"NotFound", "HTTP/1.1 404 Not \xe9 Found\r\n\r\n", DisconnectCause::refused,
                "not_found: 404 Not \\xe9 Found; next attempt in "},
        Refusal{"Throttled", "HTTP/1.1 429 Slow\r\nRetry-After: 100\r\n\r\n",
                DisconnectCause::throttled, "throttled: 429 Slow; next attempt in 1"},
        Refusal{"ServerError", "HTTP/1.1 503 Busy\r\n\r\n", DisconnectCause::server_error,
                "disconnected: 503 Busy; next attempt in "},
        Refusal{"Encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
                DisconnectCause::server_error, "disconnected: the body is encoded (gzip)"},
        Refusal{"EncodedBySecondHeader",
                "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\n\r\n",
                DisconnectCause::server_error, "disconnected: the body is encoded (br)"},
        Refusal{"TransferEncoded",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                DisconnectCause::server_error, "disconnected: the body is encoded (gzip, chunked)"},
        Refusal{"NoHttp", "SSH-2.0-OpenSSH\r\n\r\n", DisconnectCause::server_error,
                "disconnected: 127.0.0.1:"},
        Refusal{"LongHeader", "HTTP/1.1 200 OK\r\n" + repeated("X-Y: z\r\n", 2000),
                DisconnectCause::unreachable, "disconnected: the connection to 127.0.0.1:"},
        Refusal{"InterimWithoutEnd", repeated("HTTP/1.1 100 Continue\r\n\r\n", 100),
                DisconnectCause::server_error, "disconnected: 127.0.0.1:"},
        Refusal{"NoAnswer", "", DisconnectCause::unreachable,
                "disconnected: the connection to 127.0.0.1:"}),
    [](const auto& row) { return row.param.name; });

TEST_P(SessionRefusal, IsToldAndWaitsAndOpensNoSession) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(GetParam().answer));
  auto chosen = options(server.url());
  chosen.backoff.network_step = 1h;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  ASSERT_TRUE(stop());
  EXPECT_THAT(recorder.notices[0], StartsWith(GetParam().notice));
  EXPECT_GE(disconnects(GetParam().cause), 1u);
  EXPECT_THAT(recorder.failed, AllOf(Not(IsEmpty()), Each(GetParam().cause)));
  EXPECT_EQ(counters.sessions.get(), 0u);
  EXPECT_THAT(recorder.bodies, IsEmpty());
  EXPECT_THAT(recorder.lines, Contains(StartsWith("no session source=firehose cause=")));
}

TEST_F(SessionTest, BoundsAHeader) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 20; ++i) {
      co_await peer.send("X-Y: " + std::string(4000, 'z') + "\r\n");
    }
  });
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("header limit exceeded"));
}

TEST_F(SessionTest, WaitsForAHeaderNoLongerThanConnectTimeout) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send("HTTP/1.1 200 OK\r\nX-Slow: ");
  });
  auto chosen = options(server.url());
  chosen.connect_timeout = 200ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("no response header from 127.0.0.1:"));
  EXPECT_GE(disconnects(DisconnectCause::unreachable), 1u);
}

TEST_F(SessionTest, WaitsForAHandshakeNoLongerThanConnectTimeout) {
  SilentServer server(io);
  auto chosen = options(server.url());
  chosen.connect_timeout = 50ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0],
              AllOf(HasSubstr("no connection to 127.0.0.1:"), HasSubstr("within 50ms")));
}

TEST_F(SessionTest, ReadsTheTokenAnewForEachAttempt) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int connection) -> awaitable<void> {
        const std::string answer =
            connection == 0 ? "HTTP/1.1 403 Forbidden\r\n\r\n" : chunked_header + chunk(body);
        co_await peer.send(answer);
      });
  int reads = 0;
  auto chosen = options(server.url());
  chosen.backoff.refused = 1ms;
  chosen.read_token = [&] { return Result<std::string>("token" + std::to_string(++reads)); };
  start(chosen);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  EXPECT_THAT(server.requests(),
              ElementsAre(HasSubstr("X-Token: token1\r\n"), HasSubstr("X-Token: token2\r\n")));
}

TEST_F(SessionTest, TriesAgainAtOnceWithATokenThatWasPutRight) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int connection) -> awaitable<void> {
        const std::string answer =
            connection == 0 ? "HTTP/1.1 401 Unauthorized\r\n\r\n" : chunked_header + chunk(body);
        co_await peer.send(answer);
      });
  start(server);  // it would wait for an hour
  ASSERT_TRUE(run_until([&] { return recorder.noticed(SourceEvent::unauthorised); }));
  auto changed = options(server.url());
  changed.read_token = [] { return Result<std::string>("new"); };
  session->reconfigure(changed);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  EXPECT_THAT(server.requests().back(), HasSubstr("X-Token: new\r\n"));
}

TEST_F(SessionTest, GoesOnWithAnOpenSessionWhateverItsTokenIsNow) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  start(server);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  auto changed = options(server.url());
  changed.read_token = [] { return Result<std::string>("new"); };
  session->reconfigure(changed);
  run_on();
  EXPECT_TRUE(counters.connected.get());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(SessionTest, ConnectsNowhereWithoutAToken) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  auto chosen = options(server.url());
  chosen.read_token = []() -> Result<std::string> {
    return make_error(Errc::io, "/etc/penstock/token can't be read");
  };
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], StartsWith("unauthorised: /etc/penstock/token can't be read"));
  EXPECT_EQ(disconnects(DisconnectCause::refused), 1u);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SessionTest, NeverSendsATokenThatWouldBreakTheHeader) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  for (const auto* bad : {"", "a\r\nEvil: 1", "a b", "caf\xc3\xa9"}) {
    recorder.notices.clear();
    auto chosen = options(server.url());
    chosen.read_token = [bad] { return Result<std::string>(bad); };
    start(chosen);
    ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
    EXPECT_THAT(recorder.notices[0], StartsWith("unauthorised: the token "));
    ASSERT_TRUE(stop());
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SessionTest, FollowsARedirectWithinTheOrigin) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int connection) -> awaitable<void> {
        const std::string answer = connection == 0
                                       ? "HTTP/1.1 307 Moved\r\nLocation: /v2/x?y\r\n\r\n"
                                       : chunked_header + chunk(body);
        co_await peer.send(answer);
      });
  start(server);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  EXPECT_THAT(server.requests()[1], StartsWith("GET /v2/x?y HTTP/1.1\r\n"));
  EXPECT_EQ(disconnects(DisconnectCause::refused), 0u);
}

TEST_F(SessionTest, NeverTakesTheTokenToAnotherOrigin) {
  TestServer other(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\n\r\n"));
  start(server);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  ASSERT_TRUE(stop());
  io.poll();
  EXPECT_THAT(recorder.notices[0], HasSubstr("another origin, not followed"));
  EXPECT_EQ(disconnects(DisconnectCause::refused), 1u);
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(SessionTest, NeverShowsTheToken) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"), [&](Peer& peer, int connection) -> awaitable<void> {
        static constexpr std::array answers{"HTTP/1.1 200 OK\r\n\r\nx",
                                            "",
                                            "HTTP/1.1 302 F\r\nLocation: /b\r\n\r\n",
                                            "no http\r\n\r\n",
                                            "HTTP/1.1 500 canary-token\r\n\r\n",
                                            "HTTP/1.1 302 F\r\nLocation: "
                                            "https://a.test/?t=canary%2Dtoken\r\n\r\n"};
        co_await peer.send(answers[static_cast<std::size_t>(connection) % answers.size()]);
        co_await peer.shut_down();
      });
  auto chosen = options(server.url());
  chosen.backoff.http_first = 1ms;
  chosen.backoff.http_max = 1ms;
  chosen.backoff.refused = 1ms;
  start(chosen);
  ASSERT_TRUE(run_until([&] { return server.connections() > 12; }));
  ASSERT_TRUE(stop());
  EXPECT_THAT(recorder.lines, Each(Not(HasSubstr(token))));
  EXPECT_THAT(recorder.notices, Each(Not(HasSubstr(token))));
}

TEST_F(SessionTest, GoesThroughAProxy) {
  TestServer server(io, ca.issue("DNS:stream.example"), [&](Peer& peer, int) -> awaitable<void> {
    co_await peer.send(chunked_header + chunk(body));
  });
  TestProxy proxy(io, server.port(), "HTTP/1.1 200 Connection established\r\n\r\n");
  auto chosen = options("https://stream.example/v1/firehose");
  chosen.proxy.https_proxy = "http://me:secret@127.0.0.1:" + std::to_string(proxy.port());
  start(chosen);
  ASSERT_TRUE(run_until([&] { return counters.received_bytes.get() == body.size(); }));
  EXPECT_THAT(proxy.requests(),
              ElementsAre("CONNECT stream.example:443 HTTP/1.1\r\nHost: stream.example:443\r\n"
                          "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"));
  EXPECT_THAT(server.server_names(), ElementsAre("stream.example"));
}

TEST_F(SessionTest, SkipsInterimAnswersOfAProxy) {
  TestServer server(io, ca.issue("DNS:stream.example"), answering(chunked_header));
  TestProxy proxy(io, server.port(),
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
                  "HTTP/1.1 200 Connection established\r\n\r\n");
  auto chosen = options("https://stream.example/v1/firehose");
  chosen.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], StartsWith("connected"));
}

TEST_F(SessionTest, GivesUpOnAFloodOfInterimAnswersOfAProxy) {
  TestProxy proxy(io, 0, repeated("HTTP/1.1 102 Processing\r\n\r\n", 100));
  auto chosen = options("https://stream.example/v1/firehose");
  chosen.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("sent more than 16 interim answers (1xx)"));
}

TEST_F(SessionTest, SaysWhenAProxyRefuses) {
  TestProxy proxy(io, 0, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\n");
  auto chosen = options("https://stream.example/v1/firehose");
  chosen.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], AllOf(HasSubstr("refused: 407 Proxy Authentication Required"),
                                         HasSubstr("HTTPS_PROXY needs a user name")));
}

TEST_F(SessionTest, ShowsNothingOfAProxyThatQuotesItsCredentials) {
  TestProxy proxy(io, 0, "HTTP/1.1 407 bad credentials Basic bWU6c2VjcmV0\r\n\r\n");
  auto chosen = options("https://stream.example/v1/firehose");
  chosen.proxy.https_proxy = "http://me:secret@127.0.0.1:" + std::to_string(proxy.port());
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices, Each(HasSubstr("refused: 407; HTTPS_PROXY needs")));
  EXPECT_THAT(recorder.lines, Each(Not(HasSubstr("bWU6"))));
}

TEST_F(SessionTest, NeedsAUsableProxyAndUrl) {
  auto chosen = options("https://stream.example/");
  chosen.proxy.https_proxy = "socks5://localhost";
  start(chosen);
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("HTTPS_PROXY has a scheme other than http"));
  ASSERT_TRUE(stop());
  recorder.notices.clear();
  start(options("http://stream.example/"));
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("is no https URL"));
}

// Where a session can stand when it is stopped, and how to bring it there.
enum class Stage { unstarted, started, handshake, header, streaming, paused, waiting };

class SessionStop : public SessionFixture, public testing::WithParamInterface<Stage> {
 protected:
  SessionStop()
      : silent(io), server(io, ca.issue("IP:127.0.0.1"), [](Peer& peer, int) -> awaitable<void> {
          const std::string answer = GetParam() == Stage::header    ? "HTTP/1.1 200"
                                     : GetParam() == Stage::waiting ? "HTTP/1.1 401 No\r\n\r\n"
                                                                    : chunked_header + chunk(body);
          co_await peer.send(answer);
        }) {}

  bool bring() {
    recorder.room = GetParam() == Stage::paused ? 1 : 1000;
    const auto chosen = options(GetParam() == Stage::handshake ? silent.url() : server.url());
    if (GetParam() == Stage::unstarted) {
      session = std::make_unique<Session>(io, chosen, recorder, recorder, counters, recorder);
      return true;
    }
    start(chosen);
    switch (GetParam()) {
      case Stage::unstarted:
      case Stage::started:
        return true;
      case Stage::handshake:
        return run_until([turns = 0]() mutable { return ++turns > 3; });
      case Stage::header:
        return run_until([&] { return !server.requests().empty(); });
      case Stage::streaming:
        return run_until([&] { return counters.received_bytes.get() == body.size(); });
      case Stage::paused:
        return run_until([&] { return recorder.noticed(SourceEvent::paused); });
      case Stage::waiting:
        return run_until([&] { return recorder.noticed(SourceEvent::unauthorised); });
    }
    return false;
  }

  SilentServer silent;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Stages, SessionStop,
                         testing::Values(Stage::unstarted, Stage::started, Stage::handshake,
                                         Stage::header, Stage::streaming, Stage::paused,
                                         Stage::waiting));

TEST_P(SessionStop, ClosesWhatIsOpenAndSaysWhenItIsDone) {
  ASSERT_TRUE(bring());
  ASSERT_TRUE(stop());
  const bool open = GetParam() == Stage::streaming || GetParam() == Stage::paused;
  EXPECT_EQ(recorder.closed.size(), open ? 1u : 0u);
  EXPECT_THAT(recorder.closed, Each(DisconnectCause::daemon_down));
  EXPECT_FALSE(counters.connected.get());
  session.reset();
  io.poll();
}

TEST_P(SessionStop, TellsNothingMoreOnceDestroyed) {
  ASSERT_TRUE(bring());
  session.reset();
  const auto told = recorder.notices.size();
  const auto received = recorder.bodies;
  run_on();
  EXPECT_EQ(recorder.notices.size(), told);
  EXPECT_EQ(recorder.bodies, received);
  EXPECT_THAT(recorder.closed, IsEmpty());
}

TEST_F(SessionTest, CanBeStoppedByItsListenerAndDestroyedWhenStopped) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 401 No\r\n\r\n"));
  bool stopped = false;
  recorder.on_notice = [&](SourceEvent) {
    session->stop([&] {
      session.reset();
      stopped = true;
    });
  };
  start(server);
  EXPECT_TRUE(run_until([&] { return stopped; }));
}

}  // namespace
}  // namespace penstock::remote
