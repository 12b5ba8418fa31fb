#include "penstock/simulator/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <rapidjson/document.h>

#include <thread>

#include "unit/simulator/lines.hpp"
#include "unit/simulator/simulator_fixture.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using test::Call;
using test::lines_of;
using test::Reply;
using testing::HasSubstr;

struct Line {
  std::uint64_t session;
  bool whole;
  std::string bad;
  std::string bytes;
};
struct Session {
  std::vector<Line> lines;
  std::string ended;
};

std::vector<Session> parse_truth(const std::string& records) {
  std::vector<Session> sessions;
  std::istringstream in(records);
  for (std::string record; std::getline(in, record);) {
    rapidjson::Document json;
    json.Parse(record.data(), record.size());
    EXPECT_FALSE(json.HasParseError()) << record;
    sessions.resize(std::max<std::size_t>(sessions.size(), json["session"].GetUint64()));
    Session& session = sessions[json["session"].GetUint64() - 1];
    if (json.HasMember("ended")) {
      session.ended = json["ended"].GetString();
      EXPECT_EQ(json["lines"].GetUint64(), session.lines.size());
      continue;
    }
    EXPECT_EQ(json["n"].GetUint64(), session.lines.size());
    session.lines.push_back({json["session"].GetUint64(), json["whole"].GetBool(),
                             json["bad"].IsNull() ? "" : json["bad"].GetString(),
                             test::from_base64(json["line_base64"].GetString())});
  }
  return sessions;
}

class SimulatorTest : public test::SimulatorFixture {
 protected:
  // Waits until the sessions of the firehose have their end in the truth.
  std::vector<Session> truth_when_idle() const {
    wait_until([&] { return simulator->stats(Source::firehose).connected == 0; });
    return parse_truth(get("/_sim/truth/firehose").body);
  }
  template <class Condition>
  static void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(1ms);
    }
  }
};

TEST_F(SimulatorTest, AsksForTheToken) {
  Options options;
  options.token = "secret";
  start(options, "end:probability=0.5");
  const Reply refused = get("/v1/firehose");
  EXPECT_EQ(refused.status, 401u);
  EXPECT_EQ(refused.body,
            R"({"status":401,"title":"Unauthorized","message":"Could not validate token."})");
  Call with_token = request("/v1/firehose");
  with_token.token = "secret";
  EXPECT_EQ(call(with_token).status, 200u);
  EXPECT_EQ(get("/_sim/stats").status, 200u);
}

// A fault and how a client sees the session end.
struct Case {
  const char* name;
  const char* faults;
  Reply::End end;
  const char* ended;
};
class SimulatorSends : public SimulatorTest, public testing::WithParamInterface<Case> {};

TEST_P(SimulatorSends, WhatTheTruthLists) {
  start(at_full_speed(), GetParam().faults);
  std::vector<Reply> replies;
  for (int i = 0; i < 4; ++i) {
    replies.push_back(get("/v1/firehose"));
  }
  const std::vector<Session> sessions = truth_when_idle();
  ASSERT_EQ(sessions.size(), replies.size());
  std::size_t received = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    EXPECT_EQ(replies[i].status, 200u);
    EXPECT_EQ(replies[i].end, GetParam().end);
    EXPECT_EQ(sessions[i].ended, GetParam().ended);
    const std::vector<std::string> lines = lines_of(replies[i].body);
    received += lines.size();
    // A reset may destroy what was on its way.
    if (GetParam().end == Reply::End::reset) {
      ASSERT_LE(lines.size(), sessions[i].lines.size());
    } else {
      ASSERT_EQ(lines.size(), sessions[i].lines.size());
    }
    for (std::size_t at = 0; at < lines.size(); ++at) {
      const std::string& sent = sessions[i].lines[at].bytes;
      ASSERT_TRUE(sent == lines[at] ||
                  (GetParam().end == Reply::End::reset && sent.starts_with(lines[at])));
      EXPECT_TRUE(sessions[i].lines[at].whole || at + 1 == sessions[i].lines.size());
    }
    if (GetParam().end != Reply::End::reset && !lines.empty()) {
      EXPECT_EQ(sessions[i].lines.back().whole, replies[i].body.ends_with('\n'));
    }
  }
  EXPECT_GT(received, 10u);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, SimulatorSends,
    testing::Values(
        Case{"End", "end:probability=0.01", Reply::End::complete, "orderly"},
        Case{"Fin", "fin:probability=0.01", Reply::End::close_notify, "orderly"},
        Case{"TlsTruncate", "tls_truncate:probability=0.01", Reply::End::eof, "orderly"},
        Case{"Reset", "reset:probability=0.01", Reply::End::reset, "aborted"},
        Case{"ChunkShapes",
             "fin:probability=0.01,tiny_chunks:probability=0.02,split_chunks:probability=0.02",
             Reply::End::close_notify, "orderly"},
        Case{"LineShapes", "fin:probability=0.01,crlf:probability=0.02,blank_lines:probability=0.1",
             Reply::End::close_notify, "orderly"},
        Case{"BadLines",
             "end:probability=0.005,malformed:probability=0.02,truncated_line:probability=0.02,"
             "invalid_utf8:probability=0.02,not_an_object:probability=0.02,"
             "too_deep:probability=0.02,too_large:probability=0.02",
             Reply::End::complete, "orderly"},
        Case{"ContentLength", "content_length:probability=1", Reply::End::complete, "orderly"},
        Case{"UntilClose", "until_close:probability=1", Reply::End::close_notify, "orderly"},
        Case{"SlowHeaders", "slow_headers:probability=1:for=10ms,end:probability=0.01",
             Reply::End::complete, "orderly"}),
    [](const testing::TestParamInfo<Case>& tested) { return tested.param.name; });

TEST_F(SimulatorTest, TellsItsOwnerWhatItTellsOverHttp) {
  start(at_full_speed(), "content_length:probability=1,malformed:probability=0.2");
  get("/v1/firehose");
  const std::vector<Session> sessions = truth_when_idle();
  ASSERT_EQ(sessions.size(), 1u);
  std::size_t at = 0, bad = 0;
  simulator->for_each_sent(Source::firehose, [&](const SentLine& sent) {
    ASSERT_LT(at, sessions[0].lines.size());
    const Line& listed = sessions[0].lines[at++];
    EXPECT_EQ(sent.session, 1u);
    EXPECT_EQ(sent.bytes, listed.bytes);
    EXPECT_EQ(sent.bad ? to_string(*sent.bad) : "", listed.bad);
    bad += sent.bad.has_value();
  });
  EXPECT_EQ(at, sessions[0].lines.size());
  EXPECT_GT(bad, 0u);
  EXPECT_EQ(get("/_sim/truth/nothing").status, 404u);
}

TEST_F(SimulatorTest, RefusesTheNextConnectionAsAskedAndThenStreams) {
  start({}, "end:probability=0.5");
  EXPECT_EQ(
      post("/_sim/fault", R"({"kind":"http_429","source":"firehose","retry_after":3})").status,
      200u);
  const Reply refused = get("/v1/firehose");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.headers.at("retry-after"), "3");
  EXPECT_EQ(get("/v1/firehose").status, 200u);
  const SourceStats stats = simulator->stats(Source::firehose);
  EXPECT_EQ(stats.sessions, 1u);
  EXPECT_EQ(stats.responses, (std::map<unsigned, std::uint64_t>{{200, 1}, {429, 1}}));
  EXPECT_EQ(stats.faults.at("http_429"), 1u);
}

TEST_F(SimulatorTest, RedirectsWithinItsOrigin) {
  start();
  simulator->inject({FaultKind::redirect, {}, {}}, Source::sinkhole);
  const Reply moved = get("/v1/sinkhole");
  EXPECT_EQ(moved.status, 307u);
  EXPECT_EQ(moved.headers.at("location"),
            "https://127.0.0.1:" + std::to_string(simulator->port()) + "/v1/sinkhole");
}

TEST_F(SimulatorTest, ListsAStalledSessionThatTheClientLeftAsAborted) {
  start(at_full_speed());
  simulator->inject({FaultKind::stall, {}, {}}, Source::firehose);
  Call leaving = request("/v1/firehose");
  // The stall ends when the client goes, and nothing comes before: so leave at the first bytes.
  leaving.leave = [&](std::string_view) {
    return simulator->stats(Source::firehose).faults.contains("stall");
  };
  call(leaving);
  const std::vector<Session> sessions = truth_when_idle();
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].ended, "aborted");
}

TEST_F(SimulatorTest, SendsNothingNewWhileItIsQuietAndCanStillEndInOrder) {
  start();
  simulator->inject({FaultKind::quiet, {}, {}});
  simulator->inject({FaultKind::end, {}, {}}, Source::firehose);
  const Reply reply = get("/v1/firehose");
  EXPECT_EQ(reply.end, Reply::End::complete);
  EXPECT_EQ(reply.body, "");
  simulator->inject({FaultKind::resume, {}, {}});
  Call leaving = request("/v1/firehose");
  leaving.leave = [](std::string_view body) { return !body.empty(); };
  EXPECT_NE(call(leaving).body, "");
}

TEST_F(SimulatorTest, SendsNothingInABodyOfKnownLengthWhileItIsQuiet) {
  start();
  simulator->inject({FaultKind::quiet, {}, {}});
  simulator->inject({FaultKind::content_length, {}, {}}, Source::firehose);
  EXPECT_EQ(get("/v1/firehose").headers.at("content-length"), "0");
}

TEST_F(SimulatorTest, EndsItsSessionsInOrderWhenItStops) {
  start();
  std::thread stopper;
  Call streaming = request("/v1/torrent");
  streaming.leave = [&](std::string_view body) {
    if (!body.empty() && !stopper.joinable()) {
      stopper = std::thread([&] { simulator->stop(); });
    }
    return false;
  };
  EXPECT_EQ(call(streaming).end, Reply::End::complete);
  stopper.join();
  EXPECT_GT(simulator->stats(Source::torrent).lines, 0u);
}

TEST_F(SimulatorTest, IsVerifiedThroughItsAuthority) {
  start();
  EXPECT_EQ(get("/_sim/stats").verify_error, 0);
}

TEST_F(SimulatorTest, HasBadCertificatesForTests) {
  const std::pair<ServerCertificate, long> cases[] = {
      {ServerCertificate::expired, X509_V_ERR_CERT_HAS_EXPIRED},
      {ServerCertificate::self_signed, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
      {ServerCertificate::other_host, X509_V_ERR_IP_ADDRESS_MISMATCH},
  };
  for (const auto& [kind, error] : cases) {
    Options options;
    options.certificate = kind;
    start(options);
    EXPECT_EQ(get("/_sim/stats").verify_error, error);
  }
}

TEST_F(SimulatorTest, HasACertificateForTheHostsThatItIsGiven) {
  Options options;
  options.hosts = {"remote.test", "fd77:1::2"};
  start(options);
  for (const char* host : {"remote.test", "fd77:1::2", "127.0.0.1"}) {
    Call stats = request("/_sim/stats");
    stats.host = host;
    EXPECT_EQ(call(stats).verify_error, 0) << host;
  }
  Call other = request("/_sim/stats");
  other.host = "other.test";
  EXPECT_EQ(call(other).verify_error, X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(SimulatorTest, SaysWhyItCannotListen) {
  start();
  Options taken;
  taken.cert_dir = simulator->ca_file().parent_path();
  taken.port = simulator->port();
  Simulator second(taken);
  const Result<void> started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().what, HasSubstr(std::to_string(taken.port)));
}

}  // namespace
}  // namespace penstock::simulator
