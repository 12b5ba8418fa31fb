// What isn't shown of a configuration, in findings and in the effective one.
#include <gmock/gmock.h>

#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Load = SettingsTest;

TEST_F(Load, NeverShowsSecrets) {
  const std::string canary = "canary-7f3a";
  const std::string secret = file("secret", canary);
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_API_TOKEN", canary},
                       {"PENSTOCK_KAFKA_PROPERTIES",
                        "sasl.password=" + canary + ",ssl.key.pem=" + canary +
                            ",sasl.oauthbearer.client.secret=" + canary +
                            ",sasl.oauthbearer.assertion.private.key.passphrase=" + canary +
                            ",some.token=" + canary},
                       {"PENSTOCK_KAFKA_TOPIC_PREFIX", "${file:" + secret + "}"}};
  const Loaded loaded = must_load(given);
  EXPECT_EQ(value_of(loaded, "kafka.properties.sasl.password").text, "(hidden)");
  EXPECT_EQ(value_of(loaded, "kafka.topic_prefix").text, "(hidden)");
  for (const Value& value : loaded.values) {
    EXPECT_THAT(value.text, testing::Not(HasSubstr(canary))) << value.path;
  }
  given.environment["PENSTOCK_API_TOKEN_FILE"] = canary;
  given.environment["PENSTOCK_KAFKA_PARTITIONS"] = "${file:" + secret + "}";
  given.environment["PENSTOCK_API_URL"] = "https://me:" + canary + "@api.test";
  given.environment["PENSTOCK_KAFKA_BROKERS"] = "me:" + canary + "@broker";
  const std::vector<std::string> wrong = findings(given);
  EXPECT_EQ(wrong.size(), 4u);
  for (const std::string& text : wrong) {
    EXPECT_THAT(text, testing::Not(HasSubstr(canary)));
  }
}

TEST_F(Load, QuotesNothingOfASecretThatLooksLikeAVariable) {
  EXPECT_THAT(
      findings(minimal.substr(0, minimal.size() - 2) +
               ", properties: {sasl.password: 'x${abc}y', client.id: '${abc}'}}\n"),
      ElementsAre("F:4:62: kafka.properties.sasl.password: names a variable that is not set; a "
                  "value with `${` in it can stand in a file, as ${file:/path}",
                  "F:4:85: kafka.properties.client.id: the variable `abc` is not set"));
}

// So it can have `${` in it.
TEST_F(Load, TakesASecretOfAFileAsItIs) {
  const std::string yaml =
      minimal.substr(0, minimal.size() - 2) +
      ", properties: {sasl.password: '${file:" + file("password", "x${abc}y\n") + "}'}}\n";
  EXPECT_EQ(must_load(inputs(yaml)).settings.kafka.properties.at("sasl.password"), "x${abc}y");
}

TEST_F(Load, HidesADefaultThatIsMadeOfAHiddenValue) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_API_URL", "${file:" + file("url", "https://canary.test") + "}"},
                       {"PENSTOCK_SOURCES", "firehose,other"},
                       {"PENSTOCK_SOURCES_OTHER_JOBS", "${file:" + file("jobs", "true") + "}"},
                       {"PENSTOCK_KAFKA_TOPIC_PREFIX", "${file:" + file("prefix", "canary") + "}"}};
  const Loaded loaded = must_load(given);
  EXPECT_EQ(loaded.settings.api.stream_url, "https://canary.test");
  for (const char* path :
       {"api.stream_url", "sources.other.stall_timeout", "kafka.transactional_id_prefix"}) {
    EXPECT_EQ(value_of(loaded, path).text, "(hidden)") << path;
    EXPECT_EQ(value_of(loaded, path).origin, "default") << path;
  }
  EXPECT_EQ(value_of(loaded, "sources.firehose.stall_timeout").text, "1m");
  file("prefix", "canary2");
  EXPECT_NE(value_of(must_load(given), "kafka.transactional_id_prefix").hash,
            value_of(loaded, "kafka.transactional_id_prefix").hash);
}

TEST_F(Load, SaysWhatIsWrongTogetherWithoutWhatIsHidden) {
  const auto of_file = [&](const std::string& name, const std::string& text) {
    return "${file:" + file(name, text) + "}";
  };
  Inputs given = inputs(minimal);
  given.environment = {
      {"PENSTOCK_API_BACKOFF_HTTP_FIRST", of_file("first", "611s")},
      {"PENSTOCK_SOURCES", "jobs,other,third"},
      {"PENSTOCK_KAFKA_TOPIC_PREFIX", of_file("prefix", "canary")},
      {"PENSTOCK_KAFKA_TOPICS",
       "other=" + of_file("topic", "penstock.canary.state") + ",third=bare,status=bare"},
      {"PENSTOCK_EVENTS_MAX_SIZE", of_file("size", "61MiB")},
      {"PENSTOCK_JOURNAL_MAX_SIZE", of_file("journal", "33MiB")}};
  const std::vector<std::string> wrong = findings(given);
  EXPECT_EQ(wrong.size(), 5u);
  EXPECT_THAT(wrong, testing::Contains(HasSubstr("the topic bare of status")));
  EXPECT_THAT(wrong, testing::Contains(HasSubstr("the topic (hidden) of jobs")));
  for (const std::string& text : wrong) {
    for (const char* hidden : {"611", "10m", "canary", "61", "124MiB", "33MiB"}) {
      EXPECT_THAT(text, testing::Not(HasSubstr(hidden)));
    }
  }
}

TEST_F(Load, DoesNotQuoteNamesOfSourcesFromAFile) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_SOURCES", "${file:" + file("names", "Canary!") + "}"}};
  EXPECT_THAT(findings(given), ElementsAre(testing::AllOf(HasSubstr("a name from a file must"),
                                                          testing::Not(HasSubstr("Canary")))));
}

}  // namespace
}  // namespace penstock::settings
