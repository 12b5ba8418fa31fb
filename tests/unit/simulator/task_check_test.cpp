#include "simulator/task_check.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

std::string wrong(const std::string& text) {
  rapidjson::Document task;
  task.Parse(text.data(), text.size());
  EXPECT_FALSE(task.HasParseError()) << text;
  return wrong_with(task);
}

// With one option of one target and one entry of ports.
std::string wrong_port(const std::string& port) {
  return wrong(R"({"type":"scan","options":[{"targets":["192.0.2.1"],"ports":[)" + port + "]}]}");
}
std::string wrong_target(const std::string& type, const std::string& target) {
  return wrong(R"({"type":")" + type + R"(","options":[{"targets":[)" + target +
               R"(],"ports":[{"port":80,"modules":["http"]}]}]})");
}

TEST(TaskCheck, TakesTheDocumentsExamples) {
  EXPECT_EQ(
      wrong(R"({"type":"scan","description":"test a bunch of networks","options":[)"
            R"({"targets":["192.0.2.0/24","198.51.100.0/24"],"ports":[)"
            R"({"port":995,"modules":["service"]},{"port":22,"modules":["ssh"],"sample":5}]},)"
            R"({"targets":["203.0.113.0/24"],"ports":[{"port":5900,"modules":["vnc"]}]}]})"),
      "");
  EXPECT_EQ(wrong_port(R"({"port":80,"modules":["http"],"config":)"
                       R"({"user_agent":"Test user Agent","host_header":"google.com"}})"),
            "");
  EXPECT_EQ(wrong_port(R"({"modules":["service","service-simple","ssh"],"port":"80,8080"})"), "");
}

TEST(TaskCheck, TakesHostNamesForGrabsOnly) {
  EXPECT_EQ(wrong_target("grab", R"("www.example","192.0.2.1","münchen.example")"), "");
  EXPECT_EQ(wrong_target("scan", R"("192.0.2.1-192.0.2.9","2001:db8::/64")"), "");
  EXPECT_EQ(
      wrong_target("scan", R"("www.example")"),
      "options[0].targets must hold addresses, networks or ranges of addresses: host names are "
      "for the type grab.");
  for (const char* target : {R"("")", "1", R"("a b")", R"("192.0.2.1/33")", R"("a..b")"}) {
    EXPECT_EQ(
        wrong_target("grab", target),
        "options[0].targets must hold addresses, networks, ranges of addresses or host names.")
        << target;
  }
}

TEST(TaskCheck, TakesPortsAsNumbersListsAndRanges) {
  for (const char* port :
       {"1", "65535", R"("80")", R"("80,8080")", R"("1-1024")", R"("22,80-90")"}) {
    EXPECT_EQ(wrong_port(R"({"port":)" + std::string(port) + R"(,"modules":["x"]})"), "") << port;
  }
  for (const char* port : {"0", "65536", "-1", "80.5", "true", R"("")", R"("80,")", R"("90-80")",
                           R"("0-9")", R"("http")", R"("80 ")"}) {
    EXPECT_EQ(wrong_port(R"({"port":)" + std::string(port) + R"(,"modules":["x"]})"),
              "options[0].ports[0].port must be a number from 1 to 65535, or a string such as "
              "80,8080 or 1-1024.")
        << port;
  }
}

TEST(TaskCheck, NamesThePlaceOfWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"port":1,"modules":["x"],"protocol":"sctp"})", ".protocol must be tcp or udp."},
      {R"({"port":1,"modules":[]})", ".modules must be an array of module names."},
      {R"({"port":1,"modules":[""]})", ".modules must be an array of module names."},
      {R"({"port":1})", ".modules must be an array of module names."},
      {R"({"port":1,"modules":["x"],"sample":0})", ".sample must be a whole number above 0."},
      {R"({"port":1,"modules":["x"],"config":[]})", ".config must be an object."},
  };
  for (const auto& [port, why] : cases) {
    EXPECT_EQ(wrong_port(port), "options[0].ports[0]" + std::string(why)) << port;
  }
  EXPECT_EQ(wrong(R"({"type":"scan","options":[1]})"),
            "options[0] must be an object with arrays targets and ports.");
  EXPECT_EQ(wrong(R"({"type":"grab","options":[{"targets":["a"]}]})"),
            "options[0].ports must be an array of objects.");
}

TEST(TaskCheck, KnowsTheDocumentedConfigurations) {
  const std::tuple<const char*, const char*, const char*> wrong_ones[] = {
      {"http", R"({"http_path":1})", "http_path must be a string."},
      {"https", R"({"sni":null})", "sni must be a string."},
      {"ssl", R"({"ssl_mode":"slow"})", "ssl_mode must be fast or full."},
      {"web", R"({"https":"yes"})", "https must be true or false."},
      {"service", R"({"user_agent":{}})", "user_agent must be a string."},
      {"x-own", R"({"sample":"5"})", "sample must be a whole number above 0."},
  };
  for (const auto& [module, config, why] : wrong_ones) {
    EXPECT_EQ(wrong_port(R"({"port":1,"modules":["ssh",")" + std::string(module) +
                         R"("],"config":)" + config + "}"),
              "options[0].ports[0].config." + std::string(why));
  }
}

TEST(TaskCheck, LetsUnknownModulesAndConfigurationsThrough) {
  EXPECT_EQ(wrong_port(R"({"port":1,"modules":["x-own"],"config":{"https":"any","depth":3}})"), "");
  EXPECT_EQ(wrong_port(R"({"port":1,"modules":["ssl"],"config":{"cipher":[1]},"note":""})"), "");
  EXPECT_EQ(wrong_port(R"({"port":1,"modules":["service-simple"],"config":{"probe_rarity":7}})"),
            "");
}

}  // namespace
}  // namespace penstock::simulator
