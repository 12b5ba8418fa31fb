#include "settings/variables.hpp"

#include <gmock/gmock.h>

#include "penstock/core/limits.hpp"
#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Variables = SettingsTest;

TEST_F(Variables, AreEnoughWithoutAFile) {
  Inputs given;
  given.environment = minimal_environment();
  given.environment["PENSTOCK_CONFIG"] = "";
  given.environment["PENSTOCK_API_BACKOFF_NETWORK_MAX"] = "8s";
  given.environment["PENSTOCK_SOURCES"] = "firehose, my-own";
  given.environment["PENSTOCK_SOURCES_MY_OWN_STALL_TIMEOUT"] = "7s";
  given.environment["PENSTOCK_SOURCES_FIREHOSE_FILTER_TYPES"] = "ssh,http";
  given.environment["PENSTOCK_KAFKA_PROPERTIES"] = R"(a=1,b=x\,y,c=p=q)";
  const Settings s = must_load(given).settings;
  EXPECT_EQ(s.api.backoff.network_max, std::chrono::seconds(8));
  ASSERT_EQ(s.sources.size(), 2u);
  EXPECT_EQ(s.sources[1].stall_timeout, std::chrono::seconds(7));
  EXPECT_THAT(s.sources[0].filter.types, ElementsAre("ssh", "http"));
  EXPECT_EQ(s.kafka.properties.at("b"), "x,y");
  EXPECT_EQ(s.kafka.properties.at("c"), "p=q");
}

TEST_F(Variables, ListOfSourcesGoesOverTheFilesButKeepsTheirKeys) {
  Inputs given = inputs(R"(
api: {url: https://api.test}
sources: {firehose: {path: /f}, torrent: {path: /t}}
kafka: {brokers: localhost}
)");
  given.environment = {{"PENSTOCK_SOURCES", "torrent,stream"},
                       {"PENSTOCK_SOURCES_FIREHOSE_STALL_TIMEOUT", "5s"}};
  const Loaded loaded = must_load(given);
  ASSERT_EQ(loaded.settings.sources.size(), 2u);
  EXPECT_EQ(loaded.settings.sources[0].path, "/t");
  EXPECT_EQ(loaded.settings.sources[1].path, "/v1/stream");
  EXPECT_EQ(value_of(loaded, "sources").origin, "PENSTOCK_SOURCES");
}

TEST_F(Variables, ThatLookLikeAKnownOneAreErrors) {
  Inputs given = inputs(minimal);
  given.environment = {
      {"PENSTOCK_KAFKA_BROKER", "x"}, {"PENSTOCK_SOURCES_FIREHOS_PATH", "/x"},
      {"PENSTOCK_API_TOKEN", "t"},    {"PENSTOCK_CONFG", "x"},
      {"PENSTOCK_SIM_TOKEN", "x"},    {"PENSTOCK_HOME", "/x"},
  };
  EXPECT_THAT(
      findings(given),
      ElementsAre("PENSTOCK_CONFG: unknown variable; did you mean `PENSTOCK_CONFIG`?",
                  "PENSTOCK_KAFKA_BROKER: unknown variable; did you mean `PENSTOCK_KAFKA_BROKERS`?",
                  "PENSTOCK_SOURCES_FIREHOS_PATH: unknown variable; did you mean "
                  "`PENSTOCK_SOURCES_FIREHOSE_PATH`?"));
}

// The variables of others may begin so, too.
TEST_F(Variables, ThatLookLikeNoneAreNoErrors) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_HOME", "/x"},
                       {"PENSTOCK_IMAGE_DIGEST", "x"},
                       {"PENSTOCK_A\nB", "x"},
                       {"PENSTOCKING", "x"}};
  EXPECT_THAT(must_load(given).unknown_variables,
              ElementsAre(R"(PENSTOCK_A\x0aB)", "PENSTOCK_HOME", "PENSTOCK_IMAGE_DIGEST"));
}

// A name that can be none may still be the nearest.
TEST_F(Variables, HintsCanBeShown) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_SOURCES", "fire\nhose,firehose"},
                       {"PENSTOCK_SOURCES_FIRE\nHOS_PATH", "/x"}};
  given.overrides = {{"sources.fire\nhose.pth", "/x"}};
  EXPECT_THAT(
      findings(given),
      AllOf(testing::Contains(HasSubstr(R"(; did you mean `PENSTOCK_SOURCES_FIRE\x0aHOSE_PATH`?)")),
            testing::Contains(HasSubstr(R"(; did you mean `sources.fire\x0ahose.path`?)")),
            testing::Each(testing::Not(HasSubstr("\n")))));
  given.environment.erase("PENSTOCK_SOURCES_FIRE\nHOS_PATH");
  given.overrides = {{"sources", "firehose"}, {"kafka.topics.fire\nhos", "t"}};
  EXPECT_THAT(findings(given), ElementsAre(HasSubstr(R"(; did you mean `fire\x0ahose`?)")));
}

TEST_F(Variables, OfAKubernetesServiceOfThatNameAreNotOurs) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_SERVICE_HOST", "192.0.2.1"},
                       {"PENSTOCK_PORT", "tcp://192.0.2.1:9469"},
                       {"PENSTOCK_PORT_9469_TCP_ADDR", "192.0.2.1"},
                       {"PENSTOCK_ADMIN_SERVICE_HOST", "192.0.2.1"},
                       {"PENSTOCK_ADMIN_SERVICE_PORT_HTTP", "9469"},
                       {"PENSTOCK_ADMIN_PORT", "tcp://192.0.2.1:9469"},
                       {"PENSTOCK_ADMIN_PORT_9469_TCP", "tcp://192.0.2.1:9469"},
                       {"PENSTOCK_KAFKA_BROKERS_PORT", "tcp://192.0.2.1:9092"}};
  EXPECT_THAT(must_load(given).unknown_variables, testing::IsEmpty());
  given.environment = {{"PENSTOCK_SOURCES", "own-port-9"},
                       {"PENSTOCK_SOURCES_OWN_PORT_9_PATH", "/ours"}};
  EXPECT_EQ(must_load(given).settings.sources.front().path, "/ours");
}

TEST_F(Variables, BadOnesAreNamed) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_KAFKA_TOPICS", "firehose"},
                       {"PENSTOCK_KAFKA_CREATE_TOPICS", "yes"},
                       {"PENSTOCK_SOURCES", "firehose,FIRE,firehose"}};
  EXPECT_THAT(
      findings(given),
      testing::UnorderedElementsAre(
          "PENSTOCK_KAFKA_TOPICS: kafka.topics: must look like name=value,name=value",
          "PENSTOCK_KAFKA_CREATE_TOPICS: kafka.create_topics: must be true or false, not `yes`",
          HasSubstr("PENSTOCK_SOURCES: sources: `FIRE` must be made of"),
          "PENSTOCK_SOURCES: sources: `firehose` is there twice"));
}

TEST_F(Variables, NoMoreSourcesAreTakenThanAProcessCanHave) {
  Inputs given = inputs(minimal);
  std::string names = "s1";
  for (std::size_t i = 2; i <= limits::max_sources; ++i) {
    names += ",s" + std::to_string(i);
  }
  given.environment = {{"PENSTOCK_SOURCES", names}};
  EXPECT_EQ(must_load(given).settings.sources.size(), limits::max_sources);
  given.environment = {{"PENSTOCK_SOURCES", names + ",more"}};
  EXPECT_THAT(findings(given), testing::ElementsAre(HasSubstr("are more than 100; run another")));
}

TEST_F(Variables, FlagsReachSourcesAndEntriesOfMappings) {
  Inputs given = inputs(minimal);
  given.overrides = {{"sources", "firehose,torrent"},
                     {"sources.torrent.path", "/t"},
                     {"kafka.properties.client.id", "me"}};
  given.environment = {{"PENSTOCK_SOURCES_TORRENT_STALL_TIMEOUT", "9s"}};
  const Settings s = must_load(given).settings;
  EXPECT_EQ(s.sources.at(1).path, "/t");
  EXPECT_EQ(s.sources.at(1).stall_timeout, std::chrono::seconds(9));
  EXPECT_EQ(s.kafka.properties.at("client.id"), "me");
}

TEST_F(Variables, FlagsRefuseSecretsAndWhatIsUnknown) {
  Inputs given = inputs(minimal);
  given.overrides = {{"kafka.properties.sasl.password", "canary"},
                     {"kafka.properties", "ssl.key.password=canary,some.token=canary"},
                     {"kafka.brokr", "x"},
                     {"sources.torrent.path", "/t"},
                     {"sources.*.path", "/t"}};
  const std::vector<std::string> wrong = findings(given);
  EXPECT_THAT(wrong, testing::UnorderedElementsAre(
                         HasSubstr("kafka.properties.sasl.password: is a secret"),
                         HasSubstr("kafka.properties.ssl.key.password: is a secret"),
                         HasSubstr("kafka.properties.some.token: is a secret"),
                         "--set: kafka.brokr: unknown key; did you mean `kafka.brokers`?",
                         "--set: sources.torrent.path: no such source is listed",
                         HasSubstr("--set: sources.*.path: unknown key")));
  EXPECT_THAT(wrong, testing::Each(testing::Not(HasSubstr("canary"))));
}

}  // namespace
}  // namespace penstock::settings
