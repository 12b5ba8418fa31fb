#include "app/reload.hpp"

#include <gmock/gmock.h>

#include "penstock/core/limits.hpp"

namespace penstock::app {
namespace {

using testing::SizeIs;

TEST(Reload, ShowsTheFirstFindingsPrintableAndBounded) {
  EXPECT_EQ(first_of({}), "");
  EXPECT_EQ(first_of(std::vector<std::string>{"one", "two\n"}), "one; two\\x0a");
  EXPECT_EQ(first_of(std::vector<std::string>{"1", "2", "3", "4", "5"}), "1; 2; 3; and 2 more");
  const std::string shown = first_of(std::vector<std::string>{std::string(5'000, 'x')});
  EXPECT_THAT(shown, SizeIs(limits::reload_finding + std::string("…").size()));
}

TEST(Reload, AnswersWithWhatIsAppliedAndWhatIsNot) {
  settings::ReloadPlan plan;
  plan.applied = {{"log.level", "info", "debug"}};
  plan.restart = {{"kafka.properties.sasl.password", "(hidden)", "(hidden)"}};
  const ops::Response answer = accepted_reload(plan);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, R"-({"accepted":true,)-"
                         R"-("applied":[{"key":"log.level","before":"info","after":"debug"}],)-"
                         R"-("needs_restart":[{"key":"kafka.properties.sasl.password",)-"
                         R"-("before":"(hidden)","after":"(hidden)"}]})-");
}

TEST(Reload, AnswersWithAllThatIsWrong) {
  const ops::Response answer = refused_reload(std::vector<std::string>{"a", "b\x1b"});
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, R"({"error":"the old configuration holds: a; b\\x1b"})");
}

}  // namespace
}  // namespace penstock::app
