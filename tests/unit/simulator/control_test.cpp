#include "simulator/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

using testing::HasSubstr;

struct ControlTest : testing::Test {
  State state{Options{}};
  Answer ask(std::string_view method, std::string_view path, std::string_view body = "",
             bool authorised = true) {
    return answer(state, {method, path, body, "localhost:1", authorised});
  }
  Answer post_fault(std::string_view body) { return ask("POST", "/_sim/fault", body, false); }
};

TEST_F(ControlTest, RefusesTheApiWithoutATokenAndServesItselfWithout) {
  EXPECT_EQ(ask("GET", "/v1/tasks", "", false).status, 401u);
  EXPECT_EQ(ask("GET", "/v1/nothing", "", false).status, 401u);
  EXPECT_EQ(ask("GET", "/_sim/stats", "", false).status, 200u);
}

TEST_F(ControlTest, WritesErrorsAsTheApiDocumentsThem) {
  const Answer missing = ask("GET", "/v2/else");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.body,
            R"({"status":404,"title":"Not Found","message":"There is nothing here."})");
}

TEST_F(ControlTest, ArmsAFaultAtOneSource) {
  EXPECT_EQ(post_fault(R"({"kind":"http_429","source":"torrent","retry_after":5})").status, 200u);
  EXPECT_FALSE(state.of(Source::firehose).faults.take(FaultGroup::connection));
  const auto fault = state.of(Source::torrent).faults.take(FaultGroup::connection);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::http_429);
  EXPECT_EQ(fault->retry_after, 5u);
}

TEST_F(ControlTest, ArmsAFaultEverywhereWhereNoSourceIsNamed) {
  EXPECT_EQ(post_fault(R"({"source":null,"kind":"stall","for":"3s"})").status, 200u);
  for (const Source source : all_sources) {
    const auto fault = state.of(source).faults.take(FaultGroup::ending);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->lasts, Duration(3000));
  }
}

TEST_F(ControlTest, ArmsAFaultAtAnotherPlaceThanStreams) {
  EXPECT_EQ(post_fault(R"({"kind":"replay_missing","fraction":0.25})").status, 200u);
  EXPECT_EQ(state.of(FaultPlace::replay).faults.take(FaultGroup::replay)->fraction, 0.25);
  EXPECT_EQ(post_fault(R"({"kind":"reset","source":"replay"})").status, 200u);
  EXPECT_TRUE(state.of(FaultPlace::replay).faults.take(FaultGroup::ending));
  EXPECT_EQ(post_fault(R"({"kind":"fin","source":"query"})").status, 200u);
  EXPECT_TRUE(state.of(FaultPlace::query).faults.take(FaultGroup::ending));
  EXPECT_EQ(post_fault(R"({"kind":"http_404","source":"pictures"})").status, 200u);
  EXPECT_TRUE(state.of(FaultPlace::pictures).faults.take(FaultGroup::connection));
  EXPECT_EQ(post_fault(R"({"kind":"http_503","source":"tasks"})").status, 200u);
  EXPECT_TRUE(state.of(FaultPlace::tasks).faults.take(FaultGroup::connection));
  EXPECT_FALSE(state.of(Source::stream).faults.take(FaultGroup::ending));
}

TEST_F(ControlTest, SwitchesQuietOnAndOff) {
  post_fault(R"({"kind":"quiet","source":"stream"})");
  EXPECT_TRUE(state.of(Source::stream).quiet);
  EXPECT_FALSE(state.of(Source::firehose).quiet);
  post_fault(R"({"kind":"resume"})");
  EXPECT_FALSE(state.of(Source::stream).quiet);
}

TEST_F(ControlTest, RefusesABadFaultAndSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {"{}", "kind must name one fault"},
      {R"({"kind":"rset"})", "did you mean `reset`"},
      {R"({"kind":"reset","source":"fire"})", "source=fire"},
      {R"({"kind":"reset","when":"now"})", "The members are"},
      {R"({"kind":"stall","for":"long"})", "for=long"},
  };
  for (const auto& [body, why] : cases) {
    const Answer refused = post_fault(body);
    EXPECT_EQ(refused.status, 400u) << body;
    EXPECT_THAT(refused.body, HasSubstr(why)) << body;
  }
}

TEST_F(ControlTest, AnswersStatusFaults) {
  const auto made = [](FaultKind kind, std::optional<std::uint32_t> retry_after = std::nullopt) {
    return fault_answer({kind, std::nullopt, retry_after}, "localhost:1", "/v1/stream").value();
  };
  EXPECT_EQ(made(FaultKind::http_403).status, 403u);
  EXPECT_EQ(made(FaultKind::http_420).status, 420u);
  EXPECT_EQ(made(FaultKind::http_420).headers, "");
  EXPECT_EQ(made(FaultKind::http_429).headers, "Retry-After: 1\r\n");
  EXPECT_EQ(made(FaultKind::http_503, 9).headers, "Retry-After: 9\r\n");
  EXPECT_EQ(made(FaultKind::redirect).headers, "Location: https://localhost:1/v1/stream\r\n");
  EXPECT_THAT(made(FaultKind::redirect_elsewhere).headers, HasSubstr("elsewhere.invalid"));
  EXPECT_FALSE(fault_answer({FaultKind::slow_headers, {}, {}}, "h", "/v1/stream"));
}

TEST_F(ControlTest, CountsFaultsThatStruck) {
  post_fault(R"({"kind":"reset","source":"firehose"})");
  EXPECT_THAT(ask("GET", "/_sim/stats", "", false).body, HasSubstr("\"faults\":{}"));
  state.of(Source::firehose).faults.take(FaultGroup::ending);
  EXPECT_THAT(ask("GET", "/_sim/stats", "", false).body, HasSubstr("\"faults\":{\"reset\":1}"));
  state.of(FaultPlace::replay).faults.inject({FaultKind::replay_space, {}, {}});
  state.of(FaultPlace::replay).faults.take(FaultGroup::replay);
  EXPECT_THAT(ask("GET", "/_sim/stats", "", false).body,
              HasSubstr(R"("replay":{"connected":0,"sessions":0,"lines":0,"bytes":0,)"
                        R"("faults":{"replay_space":1},"responses":{}})"));
}

}  // namespace
}  // namespace penstock::simulator
