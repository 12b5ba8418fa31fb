#include "penstock/remote/session_fsm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::remote {

static void PrintTo(const Notice& notice, std::ostream* out) {
  *out << to_string(notice.event) << ": " << notice.detail;
}

namespace {

using namespace std::chrono_literals;
using namespace outcome;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration stall_timeout = 60s;

BackoffOptions without_jitter() {
  BackoffOptions options;
  options.jitter = 0;
  return options;
}

Answered status(unsigned code, std::optional<Duration> retry_after = std::nullopt) {
  Answered answer;
  answer.status = code;
  answer.retry_after = retry_after;
  answer.address = "192.0.2.1:443";
  return answer;
}

Answered redirect(Redirect kind, std::string location) {
  Answered answer = status(302);
  answer.redirect = kind;
  answer.location = std::move(location);
  return answer;
}

// The machine with a clock of its own: waits pass at once.
class Machine {
 public:
  explicit Machine(const BackoffOptions& options = without_jitter(), std::uint64_t seed = 1)
      : fsm_(options, stall_timeout, seed) {
    last_ = fsm_.resume(Due{}, now_);
  }

  Decision tell(const Outcome& what) {
    last_ = fsm_.resume(what, now_);
    return last_;
  }
  // An attempt that ends with `what`; the next one is then due.
  Decision attempt(const Outcome& what) {
    const Decision decision = tell(what);
    EXPECT_EQ(decision.action, Action::wait);
    now_ += decision.wait;
    EXPECT_EQ(tell(Due{}).action, Action::connect);
    return decision;
  }
  // A session of that length that ends with `what`.
  Decision session(Duration length, const Outcome& what) {
    EXPECT_EQ(tell(status(200)).action, Action::read);
    now_ += length;
    return attempt(what);
  }
  std::vector<Duration> waits(int count, const Outcome& what) {
    std::vector<Duration> result;
    for (int i = 0; i < count; ++i) {
      result.push_back(attempt(what).wait);
    }
    return result;
  }

  void pass(Duration time) { now_ += time; }
  void reconfigure(const BackoffOptions& options, Duration stall) {
    fsm_.reconfigure(options, stall);
  }
  MonotonicTime now() const { return now_; }
  const SessionFsm& fsm() const { return fsm_; }
  Action action() const { return last_.action; }

 private:
  SessionFsm fsm_;
  MonotonicTime now_{1000s};
  Decision last_;
};

struct NetworkRow {
  const char* name;
  Outcome end;
  DisconnectCause cause;
  SourceEvent event;
};

class NetworkEnd : public testing::TestWithParam<NetworkRow> {};

TEST_P(NetworkEnd, OfASessionConnectsAtOnceThenLaterEachTime) {
  Machine machine;
  std::vector<Duration> waits;
  for (int i = 0; i < 4; ++i) {
    const Decision decision = machine.session(1s, GetParam().end);
    waits.push_back(decision.wait);
    ASSERT_TRUE(decision.ending);
    EXPECT_EQ(decision.ending->cause, GetParam().cause);
    EXPECT_TRUE(decision.ending->was_open);
    EXPECT_FALSE(decision.ending->alarm);
    ASSERT_EQ(decision.notices.size(), 1u);
    EXPECT_EQ(decision.notices[0].event, GetParam().event);
  }
  EXPECT_THAT(waits, ElementsAre(0ms, 250ms, 500ms, 750ms));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NetworkEnd,
    testing::ValuesIn(std::vector<NetworkRow>{
        {"ended", BodyEnded{}, DisconnectCause::ended, SourceEvent::disconnected},
        {"aborted", Broken{"reset"}, DisconnectCause::aborted, SourceEvent::disconnected},
        {"stalled", Stalled{}, DisconnectCause::stalled, SourceEvent::stalled}}),
    [](const auto& row) { return row.param.name; });

struct AttemptRow {
  const char* name;
  Outcome outcome;
  std::vector<Duration> waits;
  DisconnectCause cause;
  SourceEvent event;
  bool alarm;
};

class Attempt : public testing::TestWithParam<AttemptRow> {};

TEST_P(Attempt, WaitsAsTheTableSays) {
  Machine machine;
  std::vector<Duration> waits;
  for (std::size_t i = 0; i < GetParam().waits.size(); ++i) {
    const Decision decision = machine.attempt(GetParam().outcome);
    waits.push_back(decision.wait);
    ASSERT_TRUE(decision.ending);
    EXPECT_EQ(decision.ending->cause, GetParam().cause);
    EXPECT_EQ(decision.ending->alarm, GetParam().alarm);
    EXPECT_FALSE(decision.ending->was_open);
    if (i == 0) {
      ASSERT_EQ(decision.notices.size(), 1u);
      EXPECT_EQ(decision.notices[0].event, GetParam().event);
    } else {
      EXPECT_THAT(decision.notices, ElementsAre());
    }
  }
  EXPECT_EQ(waits, GetParam().waits);
}

const std::vector<Duration> network{0ms, 250ms, 500ms, 750ms};
const std::vector<Duration> http{5s, 10s, 20s, 40s, 80s, 160s, 320s, 320s};
const std::vector<Duration> throttled{60s, 120s, 240s, 480s, 900s, 900s};
const std::vector<Duration> refused{5min, 5min, 5min};
constexpr auto disconnected = SourceEvent::disconnected;

Answered encoded() {
  Answered answer = status(200);
  answer.content_encoding = "gzip";
  return answer;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Attempt,
    testing::ValuesIn(std::vector<AttemptRow>{
        {"Unreachable", Failed{FailureKind::unreachable, "x"}, network,
         DisconnectCause::unreachable, disconnected, false},
        {"Proxy", Failed{FailureKind::proxy, "x"}, network, DisconnectCause::unreachable,
         disconnected, false},
        {"Tls", Failed{FailureKind::tls, "x"}, network, DisconnectCause::unreachable, disconnected,
         false},
        {"NoAnswer", Failed{FailureKind::no_answer, "x"}, network, DisconnectCause::unreachable,
         disconnected, false},
        {"Untrusted", Failed{FailureKind::untrusted, "x"}, network, DisconnectCause::refused,
         disconnected, true},
        {"Malformed", Failed{FailureKind::malformed, "x"}, http, DisconnectCause::server_error,
         disconnected, false},
        {"Token", Failed{FailureKind::token, "x"}, refused, DisconnectCause::refused,
         SourceEvent::unauthorised, true},
        {"Local", Failed{FailureKind::local, "x"}, refused, DisconnectCause::unreachable,
         disconnected, true},
        {"Status500", status(500), http, DisconnectCause::server_error, disconnected, false},
        {"Status503", status(503), http, DisconnectCause::server_error, disconnected, false},
        {"Status503WithRetryAfter", status(503, 1s), http, DisconnectCause::server_error,
         disconnected, false},
        {"Status101", status(101), http, DisconnectCause::server_error, disconnected, false},
        {"Status204", status(204), http, DisconnectCause::server_error, disconnected, false},
        {"Status304", status(304), http, DisconnectCause::server_error, disconnected, false},
        {"Status400", status(400), http, DisconnectCause::server_error, disconnected, false},
        {"Encoded", encoded(), http, DisconnectCause::server_error, disconnected, false},
        {"UnusableRedirect", redirect(Redirect::unusable, ""), http, DisconnectCause::server_error,
         disconnected, false},
        {"Status420", status(420), throttled, DisconnectCause::throttled, SourceEvent::throttled,
         false},
        {"Status429", status(429), throttled, DisconnectCause::throttled, SourceEvent::throttled,
         false},
        {"Status429WithRetryAfter",
         status(429, 7s),
         {7s, 7s, 7s},
         DisconnectCause::throttled,
         SourceEvent::throttled,
         false},
        {"Status401", status(401), refused, DisconnectCause::refused, SourceEvent::unauthorised,
         true},
        {"Status403", status(403), refused, DisconnectCause::refused, SourceEvent::unauthorised,
         true},
        {"Status404", status(404), refused, DisconnectCause::refused, SourceEvent::not_found, true},
        {"RedirectElsewhere", redirect(Redirect::elsewhere, "https://other/"), refused,
         DisconnectCause::refused, disconnected, true}}),
    [](const auto& row) { return row.param.name; });

TEST(SessionFsm, GrowsNetworkWaitsUpTo16Seconds) {
  Machine machine;
  const auto waits = machine.waits(80, Failed{FailureKind::unreachable, "x"});
  EXPECT_EQ(waits[63], 15750ms);
  EXPECT_EQ(waits[64], 16s);
  EXPECT_EQ(waits.back(), 16s);
}

TEST(SessionFsm, ClassesGrowApart) {
  Machine machine;
  machine.waits(3, status(500));
  EXPECT_EQ(machine.attempt(Failed{FailureKind::tls, "x"}).wait, 0ms);
  EXPECT_EQ(machine.attempt(status(429)).wait, 60s);
  EXPECT_EQ(machine.attempt(status(500)).wait, 40s);
}

TEST(SessionFsm, StartsOverOnlyAfterAHealthySession) {
  Machine machine;
  machine.waits(3, Failed{FailureKind::unreachable, "x"});
  machine.waits(2, status(500));
  machine.waits(2, status(420));
  EXPECT_EQ(machine.session(29999ms, BodyEnded{}).wait, 750ms);
  EXPECT_EQ(machine.session(30s, BodyEnded{}).wait, 0ms);
  EXPECT_EQ(machine.attempt(status(500)).wait, 5s);
  EXPECT_EQ(machine.attempt(status(420)).wait, 60s);
}

TEST(SessionFsm, CountsNoPauseAsHealthy) {
  Machine machine;
  machine.waits(3, Failed{FailureKind::unreachable, "x"});
  machine.tell(status(200));
  machine.pass(15s);
  machine.tell(SinkFull{});
  machine.pass(1h);
  machine.tell(SinkReady{});
  machine.pass(14s);
  EXPECT_EQ(machine.attempt(Broken{"reset"}).wait, 750ms);
  machine.tell(status(200));
  machine.pass(15s);
  machine.tell(SinkFull{});
  machine.tell(SinkReady{});
  machine.pass(15s);
  EXPECT_EQ(machine.attempt(Broken{"reset"}).wait, 0ms);
}

TEST(SessionFsm, JitterStaysWithinItsBoundsAndUsesThem) {
  BackoffOptions options;
  options.jitter = 0.2;
  Machine machine(options, 7);
  Duration least = 1h;
  Duration most = 0ms;
  for (int i = 0; i < 500; ++i) {
    const Duration wait = machine.attempt(status(401)).wait;
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 240s);
  EXPECT_LT(least, 250s);
  EXPECT_LE(most, 360s);
  EXPECT_GT(most, 350s);
}

TEST(SessionFsm, NeverComesBackEarlierThanRetryAfterSays) {
  BackoffOptions options;
  options.jitter = 0.2;
  Machine machine(options, 7);
  Duration most = 0ms;
  for (int i = 0; i < 500; ++i) {
    const Duration wait = machine.attempt(status(429, 100s)).wait;
    EXPECT_GE(wait, 100s);
    EXPECT_LE(wait, 120s);
    most = std::max(most, wait);
  }
  EXPECT_GT(most, 115s);
}

TEST(SessionFsm, TheSameSeedWaitsTheSame) {
  const BackoffOptions options;
  Machine a(options, 3);
  Machine b(options, 3);
  Machine c(options, 4);
  const auto expected = a.waits(5, status(500));
  EXPECT_EQ(b.waits(5, status(500)), expected);
  EXPECT_NE(c.waits(5, status(500)), expected);
}

TEST(SessionFsm, OpensASessionOn200) {
  Machine machine;
  const Decision decision = machine.tell(status(200));
  EXPECT_EQ(decision.action, Action::read);
  EXPECT_TRUE(decision.opened);
  EXPECT_FALSE(decision.ending);
  EXPECT_THAT(decision.notices, ElementsAre(Notice{SourceEvent::connected, "192.0.2.1:443"}));
}

TEST(SessionFsm, TakesTheIdentityEncodingForNone) {
  Machine machine;
  Answered answer = status(200);
  answer.content_encoding = "Identity";
  EXPECT_TRUE(machine.tell(answer).opened);
}

TEST(SessionFsm, FollowsRedirectsWithinTheOriginUpToALimit) {
  Machine machine;
  for (int i = 0; i < limits::redirects; ++i) {
    const Decision decision = machine.tell(redirect(Redirect::same_origin, "/next"));
    EXPECT_EQ(decision.action, Action::follow);
    EXPECT_FALSE(decision.ending);
  }
  const Decision last = machine.attempt(redirect(Redirect::same_origin, "/next"));
  EXPECT_EQ(last.wait, 5min);
  EXPECT_TRUE(last.ending->alarm);
  EXPECT_THAT(last.ending->detail, HasSubstr("more than 5 redirects"));
  // The next attempt may be redirected again.
  EXPECT_EQ(machine.tell(redirect(Redirect::same_origin, "/next")).action, Action::follow);
}

TEST(SessionFsm, SaysWhereARedirectElsewhereLeads) {
  Machine machine;
  const Decision decision = machine.tell(redirect(Redirect::elsewhere, "https://other/x"));
  EXPECT_THAT(decision.ending->detail, HasSubstr("302 to https://other/x: another origin"));
  EXPECT_THAT(decision.notices[0].detail, HasSubstr("next attempt in 5m"));
}

TEST(SessionFsm, PausesAndGoesOn) {
  Machine machine;
  machine.tell(status(200));
  const Decision pause = machine.tell(SinkFull{});
  EXPECT_EQ(pause.action, Action::pause);
  EXPECT_EQ(pause.notices[0].event, SourceEvent::paused);
  const Decision resumed = machine.tell(SinkReady{});
  EXPECT_EQ(resumed.action, Action::read);
  EXPECT_EQ(resumed.notices[0].event, SourceEvent::resumed);
}

TEST(SessionFsm, NamesThePauseAsTheCauseOfAnEndDuringIt) {
  Machine machine;
  machine.tell(status(200));
  machine.tell(SinkFull{});
  machine.tell(SinkReady{.remote_gone = true});
  machine.tell(SinkFull{});
  machine.tell(SinkReady{.remote_gone = true});
  EXPECT_EQ(machine.attempt(Broken{"reset"}).ending->cause, DisconnectCause::paused);
  // A session that survived its pause ends for reasons of its own.
  machine.tell(status(200));
  machine.tell(SinkFull{});
  machine.tell(SinkReady{.remote_gone = false});
  EXPECT_EQ(machine.attempt(Broken{"reset"}).ending->cause, DisconnectCause::aborted);
}

TEST(SessionFsm, TakesABodyThatCameToItsEndForEndedInSpiteOfAPause) {
  Machine machine;
  machine.tell(status(200));
  machine.tell(SinkFull{});
  machine.tell(SinkReady{.remote_gone = true});
  EXPECT_EQ(machine.attempt(BodyEnded{}).ending->cause, DisconnectCause::ended);
}

TEST(SessionFsm, CountsTheStallFromTheLastByteOrTheEndOfAPause) {
  Machine machine;
  machine.tell(status(200));
  const MonotonicTime last_byte = machine.now() + 10s;
  EXPECT_EQ(machine.fsm().stalls_at(last_byte), last_byte + stall_timeout);
  machine.pass(20s);
  machine.tell(SinkFull{});
  machine.pass(10min);
  machine.tell(SinkReady{});
  EXPECT_EQ(machine.fsm().stalls_at(last_byte), machine.now() + stall_timeout);
}

TEST(SessionFsm, TellsAChangeOnceAndLogsGrowingWaits) {
  Machine machine;
  const Outcome down = Failed{FailureKind::unreachable, "connection refused"};
  std::vector<bool> repeated;
  for (int i = 0; i < 10; ++i) {
    const Decision decision = machine.attempt(down);
    repeated.push_back(decision.ending->repeated);
    EXPECT_EQ(decision.notices.size(), i == 0 ? 1u : 0u);
  }
  // Waits of 0, 250, 500, … ms: a line whenever the wait has doubled.
  EXPECT_THAT(repeated,
              ElementsAre(false, false, false, true, false, true, true, true, false, true));
  const Decision other = machine.attempt(status(401));
  EXPECT_FALSE(other.ending->repeated);
  EXPECT_EQ(other.notices.size(), 1u);
  EXPECT_TRUE(machine.attempt(status(401)).ending->repeated);
  EXPECT_EQ(machine.attempt(status(403)).notices.size(), 1u);
}

TEST(SessionFsm, TellsTheSameFailureAgainAfterASession) {
  Machine machine;
  EXPECT_EQ(machine.attempt(status(503)).notices.size(), 1u);
  machine.session(1s, BodyEnded{});
  EXPECT_EQ(machine.attempt(status(503)).notices.size(), 1u);
}

TEST(SessionFsm, TellsWhenAnotherThingIsWrongWithACertificate) {
  Machine machine;
  EXPECT_EQ(machine.attempt(Failed{FailureKind::untrusted, "expired"}).notices.size(), 1u);
  EXPECT_EQ(machine.attempt(Failed{FailureKind::untrusted, "expired"}).notices.size(), 0u);
  EXPECT_THAT(machine.attempt(Failed{FailureKind::untrusted, "for another host"}).notices[0].detail,
              HasSubstr("for another host"));
}

TEST(SessionFsm, NoticesSayTheNextAttempt) {
  Machine machine;
  Answered answer = status(429, 90s);
  answer.reason = "Too Many Requests";
  EXPECT_THAT(
      machine.attempt(answer).notices,
      ElementsAre(Notice{SourceEvent::throttled, "429 Too Many Requests; next attempt in 90s"}));
  EXPECT_THAT(machine.session(1s, Broken{"connection reset"}).notices,
              ElementsAre(Notice{SourceEvent::disconnected, "aborted: connection reset"}));
}

TEST(SessionFsm, StopsAtAnyTime) {
  Machine connecting;
  const Decision early = connecting.tell(StopRequested{});
  EXPECT_EQ(early.action, Action::stop);
  EXPECT_FALSE(early.ending);

  Machine waiting;
  waiting.tell(status(500));
  EXPECT_FALSE(waiting.tell(StopRequested{}).ending);

  Machine streaming;
  streaming.tell(status(200));
  const Decision open = streaming.tell(StopRequested{});
  EXPECT_EQ(open.action, Action::stop);
  EXPECT_EQ(open.ending->cause, DisconnectCause::daemon_down);
  EXPECT_TRUE(open.ending->was_open);

  Machine paused;
  paused.tell(status(200));
  paused.tell(SinkFull{});
  EXPECT_EQ(paused.tell(StopRequested{}).ending->cause, DisconnectCause::daemon_down);
}

TEST(SessionFsm, SaysWhichWaitsAreForSomebodysHelp) {
  Machine machine;
  EXPECT_TRUE(machine.attempt(status(401)).for_help);
  EXPECT_TRUE(machine.attempt(status(404)).for_help);
  EXPECT_TRUE(machine.attempt(Failed{FailureKind::token, "it can't be read"}).for_help);
  EXPECT_TRUE(machine.attempt(Failed{FailureKind::untrusted, "expired"}).for_help);
  EXPECT_FALSE(machine.attempt(status(503)).for_help);
  EXPECT_FALSE(machine.attempt(status(429)).for_help);
  EXPECT_FALSE(machine.session(1s, BodyEnded{}).for_help);
}

TEST(SessionFsm, TakesOtherWaitsAndKeepsItsPlaceAmongTheSame) {
  Machine machine;
  EXPECT_THAT(machine.waits(2, status(503)), ElementsAre(5s, 10s));
  machine.reconfigure(without_jitter(), stall_timeout);
  EXPECT_THAT(machine.waits(1, status(503)), ElementsAre(20s));

  BackoffOptions other = without_jitter();
  other.http_first = 1s;
  other.refused = 7s;
  machine.reconfigure(other, 10s);
  EXPECT_THAT(machine.waits(2, status(503)), ElementsAre(1s, 2s));
  EXPECT_THAT(machine.waits(1, status(401)), ElementsAre(7s));
  machine.tell(status(200));
  EXPECT_EQ(machine.fsm().stalls_at(machine.now()), machine.now() + 10s);
}

}  // namespace
}  // namespace penstock::remote
