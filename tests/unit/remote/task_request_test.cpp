#include "penstock/remote/task_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::remote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TaskRequest, IsMadeAsTheDocumentationShowsIt) {
  const auto made = make_task({.type = "scan",
                               .description = "two \"networks\"",
                               .targets = {"192.0.2.0/24", "2001:db8::/64"},
                               .ports = {"80/tcp", "8000-8100,443"},
                               .modules = {"http", "ssl"},
                               .config = {"user_agent=a b", "https=true", "probe_rarity=7"},
                               .sample = 5});
  ASSERT_TRUE(made);
  EXPECT_EQ(*made,
            R"({"type":"scan","description":"two \"networks\"","options":[{)"
            R"("targets":["192.0.2.0/24","2001:db8::/64"],"ports":[)"
            R"({"port":80,"protocol":"tcp","modules":["http","ssl"],)"
            R"("config":{"user_agent":"a b","https":true,"probe_rarity":7},"sample":5},)"
            R"({"port":"8000-8100,443","modules":["http","ssl"],)"
            R"("config":{"user_agent":"a b","https":true,"probe_rarity":7},"sample":5}]}]})");
  EXPECT_THAT(check_task(*made).errors, IsEmpty());
  EXPECT_THAT(check_task(*made).warnings, IsEmpty());
}

TEST(TaskRequest, HasNoConfigurationWithoutAName) {
  for (const char* bad : {"user_agent", "=x"}) {
    const auto made = make_task({.type = "grab", .config = {bad}});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("it must be NAME=VALUE"));
  }
}

// A task that is right but for one part.
std::string task(std::string_view type, std::string_view target, std::string_view ports) {
  return R"({"type":)" + std::string(type) + R"(,"options":[{"targets":[)" + std::string(target) +
         R"(],"ports":[)" + std::string(ports) + "]}]}";
}

constexpr const char* good_ports = R"({"port":80,"modules":["http"]})";

TEST(TaskRequest, TellsEachErrorWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "no JSON: The document is empty. (byte 0)"},
      {"[]", "it must be a JSON object with type and options"},
      {R"({"type":"scan"})", "options: is missing; it must be an array"},
      {R"({"type":"scan","options":[]})", "options: is empty"},
      {R"({"type":"scan","options":{}})", "options: an object is none"},
      {R"({"type":"scan","options":[7]})", "options[0]: `7` is none"},
      {task("\"sweep\"", "\"192.0.2.1\"", good_ports), "type: `sweep` is none; it must be scan or"},
      {task("null", "\"192.0.2.1\"", good_ports), "type: that is none"},
      {task("\"scan\"", "\"host.example\"", good_ports),
       "options[0].targets[0]: `host.example` is a name, and a scan takes addresses only"},
      {task("\"grab\"", "\"192.0.2.1\",\"192.0.2.300\"", good_ports),
       "options[0].targets[1]: `192.0.2.300` is none"},
      {task("\"grab\"", "\"x\\u001b[31m\"", good_ports), "`x\\x1b[31m` is none"},
      {task("\"grab\"", "\"host.example\"", "7"), "options[0].ports[0]: `7` is none"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"modules":["http"]})"),
       "options[0].ports[0].port: is missing; it must be 1 to 65535"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":0,"modules":["http"]})"),
       "options[0].ports[0].port: `0` is none"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":"80;81","modules":["http"]})"),
       "options[0].ports[0].port: `80;81` is none"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":80,"protocol":"sctp","modules":["http"]})"),
       "options[0].ports[0].protocol: `sctp` is none; it must be tcp or udp"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":80,"modules":[]})"),
       "options[0].ports[0].modules: is empty"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":80,"modules":[""]})"),
       "options[0].ports[0].modules[0]: `` is none"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":80,"modules":["http"],"sample":-1})"),
       "options[0].ports[0].sample: `-1` is none"},
      {task("\"scan\"", "\"192.0.2.1\"", R"({"port":80,"modules":["http"],"config":[]})"),
       "options[0].ports[0].config: an array is none"},
      {R"({"type":"scan","description":7,"options":[{"targets":["192.0.2.1"],"ports":[)" +
           std::string(good_ports) + "]}]}",
       "description: `7` is none; it must be a string"}};
  for (const auto& [json, error] : cases) {
    EXPECT_THAT(check_task(json).errors, ElementsAre(HasSubstr(error))) << json;
  }
}

TEST(TaskRequest, LetsUnknownModulesAndConfigurationsPassWithAWarning) {
  const TaskFindings findings = check_task(
      task("\"scan\"", "\"192.0.2.1\"",
           R"({"port":80,"modules":["htpp","our-own"],"config":{"user-agent":"x","sni":"y"}})"));
  EXPECT_THAT(findings.errors, IsEmpty());
  EXPECT_THAT(
      findings.warnings,
      ElementsAre(
          "options[0].ports[0].modules[0]: the module `htpp` isn't documented, unlike `http`; sent "
          "as it is",
          HasSubstr("the module `our-own` isn't documented"),
          "options[0].ports[0].config: the configuration `user-agent` isn't documented, unlike "
          "`user_agent`; sent as it is"));
}

TEST(TaskRequest, TellsAllErrorsAtOnce) {
  EXPECT_EQ(check_task(R"({"options":[{"targets":["x y"],"ports":[{"port":0}]}]})").errors.size(),
            4U);
}

}  // namespace
}  // namespace penstock::remote
