#include "penstock/simulator/fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulator/lines.hpp"

namespace penstock::simulator {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(FaultWords, StandInTheOrderOfTheirKindsAndInTheHelp) {
  const std::string help = fault_help();
  for (std::size_t i = 0; i < fault_words().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(fault_words()[i].kind), i);
    EXPECT_THAT(help, HasSubstr("  " + std::string(fault_words()[i].name) + " "));
    EXPECT_EQ(fault_named(fault_words()[i].name).value(), fault_words()[i].kind);
  }
}

TEST(FaultWords, HaveAHelpThatFitsATerminal) {
  for (const std::string& line : test::lines_of(fault_help())) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(ParseFaults, ReadsEveryOption) {
  const auto rules = parse_faults(
      "reset:every=5s:source=torrent,malformed:probability=0.25,"
      "stall:for=2m,http_429:retry_after=7");
  ASSERT_TRUE(rules) << rules.error().what;
  ASSERT_EQ(rules->size(), 4u);
  EXPECT_EQ(rules->at(0).fault.kind, FaultKind::reset);
  EXPECT_EQ(rules->at(0).every, Duration(5s));
  EXPECT_EQ(rules->at(0).source, Source::torrent);
  EXPECT_EQ(rules->at(1).probability, 0.25);
  EXPECT_FALSE(rules->at(1).every || rules->at(1).source);
  EXPECT_EQ(rules->at(2).fault.lasts, Duration(2min));
  EXPECT_EQ(rules->at(3).fault.retry_after, 7u);
}

TEST(ParseFaults, KnowsWhereAFaultStrikes) {
  const auto rules = parse_faults(
      "fin:source=replay,http_429:source=tasks,reset,replay_missing:fraction=0.25,"
      "replay_order:source=replay,stall:source=query:for=1s,reset:source=pictures");
  ASSERT_TRUE(rules) << rules.error().what;
  EXPECT_EQ(rules->at(0).place, FaultPlace::replay);
  EXPECT_EQ(rules->at(1).place, FaultPlace::tasks);
  EXPECT_EQ(rules->at(2).place, FaultPlace::streams);
  EXPECT_EQ(rules->at(3).place, FaultPlace::replay);
  EXPECT_EQ(rules->at(3).fault.fraction, 0.25);
  EXPECT_EQ(rules->at(4).place, FaultPlace::replay);
  EXPECT_EQ(rules->at(5).place, FaultPlace::query);
  EXPECT_EQ(rules->at(6).place, FaultPlace::pictures);
}

TEST(ParseFaults, TakesNothingAsNoFault) { EXPECT_TRUE(parse_faults("").value().empty()); }

struct Refused {
  const char* spec;
  const char* named;  // in the error
};
class ParseFaultsRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ParseFaultsRefuses, AndNamesTheBadPart) {
  const auto rules = parse_faults(GetParam().spec);
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().what, HasSubstr(GetParam().named));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseFaultsRefuses,
    testing::Values(Refused{"rset", "did you mean `reset`?"}, Refused{"end,", "comma"},
                    Refused{"end,,fin", "`` is no kind"}, Refused{"end:every=5", "`every=5`"},
                    Refused{"end:every=0s", "more than 0"}, Refused{"end:every", "`every`"},
                    Refused{"fin:probability=0", "`probability=0`"},
                    Refused{"fin:probability=1.5", "`probability=1.5`"},
                    Refused{"fin:probability=x", "`probability=x`"},
                    Refused{"fin:source=fire", "`source=fire`"},
                    Refused{"fin:sometimes=1", "`sometimes=1`"}, Refused{"fin:", "`` is no option"},
                    Refused{"fin:for=5s", "stall and slow_headers only"},
                    Refused{"fin:retry_after=1", "http_"},
                    Refused{"http_429:retry_after=soon", "`retry_after=soon`"},
                    Refused{"quiet:every=5s", "POST /_sim/fault"},
                    Refused{"quiet:source=replay", "streams only"},
                    Refused{"replay_order:source=stream", "replays only"},
                    Refused{"stall:source=tasks", "only http_"},
                    Refused{"end:source=query", "only http_…, fin, reset and stall"},
                    Refused{"slow_headers:source=pictures", "only http_"},
                    Refused{"reset:fraction=0.5", "replay_missing and replay_changed only"},
                    Refused{"replay_missing:fraction=2", "`fraction=2`"}));

}  // namespace
}  // namespace penstock::simulator
