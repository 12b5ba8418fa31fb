#include <gmock/gmock.h>

#include <array>

#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Load = SettingsTest;

TEST_F(Load, ResolvesEveryDefaultOfAMinimalFile) {
  const Loaded loaded = must_load(inputs(minimal));
  const Settings& s = loaded.settings;
  EXPECT_EQ(s.api.url, "https://api.test");
  EXPECT_EQ(s.api.stream_url, "https://api.test");
  EXPECT_EQ(s.api.token_file, std::nullopt);
  EXPECT_EQ(s.api.token_header, "X-Token");
  EXPECT_EQ(s.api.backoff.network_max, 16s);
  EXPECT_EQ(s.api.backoff.jitter, 0.2);
  ASSERT_EQ(s.sources.size(), 1u);
  EXPECT_EQ(s.sources[0].path, "/v1/firehose");
  EXPECT_EQ(s.events.max_size, 16_MiB);
  EXPECT_EQ(s.extract.workers, 0u);
  EXPECT_EQ(s.kafka.transactional_id_prefix, "penstock.binaryedge");
  EXPECT_EQ(s.kafka.replication_factor, -1);
  EXPECT_EQ(s.kafka.commit_interval, 250ms);
  EXPECT_THAT(s.kafka.properties, ElementsAre(std::pair("compression.codec", "lz4"),
                                              std::pair("partitioner", "murmur2_random")));
  EXPECT_EQ(s.journal.directory, "/var/lib/penstock/journal");
  EXPECT_EQ(s.journal.max_size, 4_GiB);
  EXPECT_EQ(s.admin.listen.address, "127.0.0.1");
  EXPECT_EQ(s.admin.listen.port, 9469);
  EXPECT_EQ(s.log.level, LogLevel::info);
}

TEST_F(Load, GivesEachSourceTheStallTimeoutOfItsKind) {
  const Loaded loaded = must_load(inputs(R"(
api: {url: https://api.test}
sources: {firehose: {}, stream: {}, sinkhole: , other: {jobs: true}}
kafka: {brokers: localhost}
)"));
  const std::vector<Source>& sources = loaded.settings.sources;
  ASSERT_EQ(sources.size(), 4u);
  EXPECT_EQ(sources[0].stall_timeout, 60s);
  EXPECT_TRUE(sources[1].jobs);
  EXPECT_EQ(sources[1].stall_timeout, 1h);
  EXPECT_FALSE(sources[2].jobs);
  EXPECT_EQ(sources[2].stall_timeout, 5min);
  EXPECT_EQ(sources[3].stall_timeout, 1h);
}

TEST_F(Load, ReadsEveryGroupOfTheFile) {
  const Loaded loaded = must_load(inputs(R"(
api:
  url: https://api.test:8443/base/
  ca_file: /ca.pem
  backoff: {network_step: 0s, jitter: 1}
sources:
  firehose:
    path: /other
    filter: {types: [ssh, http], networks: [192.0.2.0/24, "2001:db8::/32"], countries: [PT]}
events: {max_size: 1MB}
replay: {on_first_start: unfinished}
extract: {workers: 3}
kafka:
  brokers: a:1, b:2
  topics: {firehose: scans.raw, dead-letters: scans.bad}
  key: job_id
  headers: cloudevents
  create_topics: false
  properties: {partitioner: consistent, client.id: me}
admin: {listen: "[::1]:0"}
log: {level: error, format: json}
)"));
  const Settings& s = loaded.settings;
  EXPECT_EQ(s.api.url, "https://api.test:8443/base");
  EXPECT_EQ(s.api.ca_file, "/ca.pem");
  EXPECT_EQ(s.api.backoff.network_step, 0s);
  EXPECT_EQ(s.sources[0].path, "/other");
  EXPECT_THAT(s.sources[0].filter.types, ElementsAre("ssh", "http"));
  EXPECT_THAT(s.sources[0].filter.networks, ElementsAre("192.0.2.0/24", "2001:db8::/32"));
  EXPECT_EQ(s.events.max_size, Bytes{1'000'000});
  EXPECT_EQ(s.replay.on_first_start, FirstStart::unfinished);
  EXPECT_EQ(s.extract.workers, 3u);
  EXPECT_EQ(s.kafka.key, Key::job_id);
  EXPECT_EQ(s.kafka.headers, Headers::cloudevents);
  EXPECT_FALSE(s.kafka.create_topics);
  EXPECT_EQ(s.kafka.properties.at("compression.codec"), "lz4");
  EXPECT_EQ(s.kafka.properties.at("partitioner"), "consistent");
  EXPECT_EQ(s.admin.listen.address, "::1");
  EXPECT_EQ(s.log.level, LogLevel::error);
  EXPECT_EQ(topic_name(s.kafka, "firehose"), "scans.raw");
  EXPECT_EQ(topic_name(s.kafka, "gaps"), "binaryedge.gaps");
  EXPECT_EQ(state_topic_name(s.kafka), "penstock.binaryedge.state");
}

TEST_F(Load, PutsFlagOverEnvironmentOverFileOverDefault) {
  Inputs given = inputs(R"(
api: {url: https://api.test}
sources: {firehose: {}}
kafka: {brokers: file, partitions: 5, key: type, topic_prefix: p}
)");
  given.environment = {{"PENSTOCK_KAFKA_PARTITIONS", "6"}, {"PENSTOCK_KAFKA_KEY", "none"}};
  given.overrides = {{"kafka.key", "job_id"}};
  const Loaded loaded = must_load(given);
  EXPECT_EQ(value_of(loaded, "kafka.commit_interval").origin, "default");
  EXPECT_EQ(value_of(loaded, "kafka.brokers").origin, given.config_file->string() + ":4");
  EXPECT_EQ(value_of(loaded, "kafka.partitions").origin, "PENSTOCK_KAFKA_PARTITIONS");
  EXPECT_EQ(loaded.settings.kafka.partitions, 6);
  EXPECT_EQ(value_of(loaded, "kafka.key").origin, "flag");
  EXPECT_EQ(loaded.settings.kafka.key, Key::job_id);
  EXPECT_EQ(loaded.settings.kafka.transactional_id_prefix, "penstock.p");
}

TEST_F(Load, DoesNotLookAtAValueThatIsOverridden) {
  Inputs given = inputs(R"(
api: {url: "${UNSET_HERE}"}
sources: {firehose: {}}
kafka: {brokers: localhost, partitions: many}
)");
  given.environment = {{"PENSTOCK_API_URL", "https://api.test"}};
  given.overrides = {{"kafka.partitions", "2"}};
  EXPECT_THAT(findings(given), IsEmpty());
}

// The values that are right one by one, each; of a value that is wrong nothing follows.
TEST_F(Load, ShowsWhatIsWrongTogetherBesideWhatIsWrongAlone) {
  EXPECT_THAT(findings(R"(api: {url: https://api.test, backoff: {http_first: 10m, network_step: x}}
sources: {firehose: {}}
kafka: {brokers: localhost, partitions: 0, topics: {firehos: x}}
events: {max_size: [1]}
journal: {max_size: 1XB}
admin: {key_file: /key}
)"),
              ElementsAre(HasSubstr("F:1:52: api.backoff.http_first is 10m, which is above"),
                          HasSubstr("F:1:71: api.backoff.network_step: `x` is not"),
                          HasSubstr("F:3:41: kafka.partitions: must be"),
                          HasSubstr("F:3:62: kafka.topics.firehos: is neither a source"),
                          HasSubstr("F:4:20: events.max_size: must be a single value"),
                          HasSubstr("F:5:21: journal.max_size: "),
                          HasSubstr("F:6:19: admin.key_file is set without")));
}

TEST_F(Load, ComparesNothingWithWhatIsMissingOrWrong) {
  EXPECT_THAT(findings(R"(kafka: {brokers: localhost, topics: {firehose: x}}
api: {url: https://api.test}
)"),
              ElementsAre(HasSubstr("sources: is required")));
  EXPECT_THAT(findings(R"(sources: {firehose: {}, "No good": {}}
kafka: {brokers: localhost, topics: {"No good": x}}
api: {url: https://api.test}
events: 5
journal: {max_size: 64MiB}
)"),
              ElementsAre(HasSubstr("F:1:25: sources.No good: must be made of"),
                          HasSubstr("F:4:9: events: must be a mapping")));
}

TEST_F(Load, ShowsAllErrorsAtOnceWithTheirPlaces) {
  EXPECT_THAT(
      findings(R"(api: {url: http://api.test}
sources:
  firehose: {stall_timout: 1s}
  "No good": {}
kafka:
  partitions: 0
  partitions: 1
  headers: some
events: {max_size: 1XB}
colour: 1
)"),
      ElementsAre("F:1:12: api.url: must be a URL that starts with https://",
                  "F:3:14: sources.firehose.stall_timout: unknown key; did you mean "
                  "`sources.firehose.stall_timeout`?",
                  HasSubstr("F:4:3: sources.No good: must be made of a-z"),
                  "F:6:15: kafka.partitions: must be 1 to 10000, not `0`",
                  "F:7:3: kafka.partitions: is there twice",
                  "F:8:12: kafka.headers: must be none, basic or cloudevents, not `some`",
                  HasSubstr("F:9:20: events.max_size: `1XB` has an unknown unit"),
                  "F:10:1: colour: unknown key",
                  "kafka.brokers: is required; set it in the file or as PENSTOCK_KAFKA_BROKERS"));
}

// Such a key would name another place of the file, and go over what stands there.
TEST_F(Load, RefusesAPathAsAKey) {
  const auto problem = [](const std::string& path) {
    return "F:5:1: " + path + ": is a path; in the file it is written as `api: {url: …}`";
  };
  for (const std::string path :
       {"api.url", "sources.torrent", "sources.torrent.filter", "sources.firehos.path",
        "sources.*.path", "kafka.properties", "kafka.properties.client.id"}) {
    EXPECT_THAT(findings(minimal + path + ": x\n"), ElementsAre(problem(path)));
  }
  EXPECT_THAT(findings(minimal + "journal: {max.size: 1GB}\n"),
              ElementsAre("F:5:11: journal.max.size: unknown key"));
}

TEST_F(Load, FindsTheNearestKeyAtItsRightPlaceToo) {
  EXPECT_THAT(findings(minimal + "topic_prefix: x\n"),
              ElementsAre("F:5:1: topic_prefix: unknown key; did you mean `kafka.topic_prefix`?"));
  EXPECT_THAT(findings(minimal + "jurnal: {}\n"),
              ElementsAre("F:5:1: jurnal: unknown key; did you mean `journal`?"));
}

TEST_F(Load, NamesWhatIsRequiredAndMissing) {
  EXPECT_THAT(findings(""),
              ElementsAre(HasSubstr("api.url: is required"), HasSubstr("sources: is required"),
                          HasSubstr("kafka.brokers: is required")));
  EXPECT_THAT(findings("api: {url: https://a}\nsources: {}\nkafka: {brokers: b}\n"),
              ElementsAre("F:2:10: sources: at least one is required"));
}

TEST_F(Load, RefusesWhatHasTheWrongForm) {
  EXPECT_THAT(findings("- a\n"),
              testing::Contains("F:1:1: the file: must be a mapping of keys to values"));
  EXPECT_THAT(findings("api: [\n"), testing::Contains(HasSubstr("F:")));
  for (const char* text : {"{}\n---\n{}\n", "{a: b},\n c", "\"a\"\n,", ","}) {
    EXPECT_THAT(findings(text), testing::Contains(HasSubstr(": a second YAML document begins")))
        << text;
  }
  EXPECT_THAT(findings("{}\n--- {}\n"), testing::Contains(HasSubstr("F:2:1: a second")));
  const std::string rest = "api: {url: https://a}\nkafka: {brokers: b}\n";
  EXPECT_THAT(findings(rest + "sources: [firehose]\n"),
              testing::Contains("F:3:10: sources: must be a mapping of keys to values"));
  EXPECT_THAT(findings(rest + "sources: {a: {filter: {types: ssh}}}\n"),
              ElementsAre("F:3:31: sources.a.filter.types: must be a list: [a, b]"));
  EXPECT_THAT(findings(rest + "sources: {a: {path: [x]}}\n"),
              ElementsAre("F:3:21: sources.a.path: must be a single value"));
  EXPECT_THAT(findings(rest + "sources: {a: {}}\njournal: {[x]: 1}\nlog: {\"\": 1}\n"),
              ElementsAre("F:4:11: journal: has a key that is not a word",
                          "F:5:7: log: has a key that is not a word"));
  EXPECT_THAT(findings("kafka: {brokers: b, properties: {\"\": 1}}\n"),
              testing::Contains("F:1:34: kafka.properties: has a key that is not a word"));
  EXPECT_THAT(findings(rest + "sources: {a: {path: }}\n"),
              ElementsAre(HasSubstr("sources.a.path: has no value")));
}

TEST_F(Load, PutsValuesOfVariablesAndFilesIn) {
  const std::string password = file("password", "s3cret\n");
  Inputs given = inputs(R"(
api: {url: "https://${HOST}"}
sources: {firehose: {}}
kafka: {brokers: "${BROKERS:-localhost:9092}", properties: {sasl.password: "${file:)" +
                        password + R"(}"}, topic_prefix: "${PREFIX}"})");
  given.environment = {{"HOST", "api.test"}};
  EXPECT_THAT(findings(given),
              ElementsAre(HasSubstr("kafka.topic_prefix: the variable `PREFIX` is not set")));
  given.environment["PREFIX"] = "p";
  const Loaded loaded = must_load(given);
  EXPECT_EQ(loaded.settings.api.url, "https://api.test");
  EXPECT_EQ(loaded.settings.kafka.brokers, "localhost:9092");
  EXPECT_EQ(loaded.settings.kafka.properties.at("sasl.password"), "s3cret");
}

TEST_F(Load, RefusesValuesThatAreWrongTogether) {
  EXPECT_THAT(
      findings(R"(
api: {url: https://api.test, backoff: {http_first: 10m}}
sources: {jobs: {}}
kafka:
  brokers: localhost
  topics: {dead-leters: bad, status: penstock.binaryedge.state}
events: {max_size: 64MiB}
journal: {max_size: 64MiB}
)"),
      testing::UnorderedElementsAre(
          "F:2:52: api.backoff.http_first is 10m, which is above api.backoff.http_max, 320s",
          "F:6:25: kafka.topics.dead-leters: is neither a source nor a shared topic; did "
          "you mean `dead-letters`?",
          "F:6:38: the topic penstock.binaryedge.state of status is another's too",
          "the topic binaryedge.jobs of jobs is another's too",
          "F:8:21: journal.max_size is below 130MiB, the least for events.max_size 64MiB"));
}

TEST_F(Load, RefusesEventsThatNoBrokerTakesInOneRequest) {
  EXPECT_EQ(must_load(inputs(minimal + "events: {max_size: 90MiB}\n")).settings.events.max_size,
            90_MiB);
  EXPECT_THAT(findings(minimal + "events: {max_size: 91MiB}\n"),
              ElementsAre("F:5:20: events.max_size: must be 64KiB to 90MiB, not `91MiB`"));
}

TEST_F(Load, TakesTheJournalsPlaceFromSystemd) {
  Inputs given = inputs(minimal);
  given.environment = {{"STATE_DIRECTORY", "/srv/state:/srv/other"}};
  EXPECT_EQ(must_load(given).settings.journal.directory, "/srv/state/journal");
}

TEST_F(Load, KeepsOneOfTwoNamesOfAProperty) {
  const auto in_file = [](const std::string& property) {
    return "api: {url: https://api.test}\nsources: {firehose: {}}\nkafka: {brokers: localhost, "
           "properties: {" +
           property + "}}\n";
  };
  for (const auto& [kept, other, low, high] :
       {std::array{"compression.codec", "compression.type", "zstd", "lz4"},
        std::array{"sasl.mechanism", "sasl.mechanisms", "PLAIN", "SCRAM-SHA-512"}}) {
    for (const auto& [of_file, of_environment] : {std::pair(kept, other), std::pair(other, kept)}) {
      Inputs given = inputs(in_file(std::string(of_file) + ": " + low));
      given.environment = {{"PENSTOCK_KAFKA_PROPERTIES", std::string(of_environment) + "=" + high}};
      const auto properties = must_load(given).settings.kafka.properties;
      EXPECT_EQ(properties.at(kept), high);
      EXPECT_FALSE(properties.contains(other));
    }
    Inputs given = inputs(minimal);
    given.environment = {{"PENSTOCK_KAFKA_PROPERTIES",
                          std::string(kept) + "=" + low + "," + std::string(other) + "=" + high}};
    EXPECT_THAT(findings(given), ElementsAre(HasSubstr("is there twice")));
  }
}

TEST_F(Load, LeavesAPropertyItsNameWhereNothingStandsBehindTopic) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_KAFKA_PROPERTIES", "topic.=1"}};
  EXPECT_EQ(must_load(given).settings.kafka.properties.at("topic."), "1");
}

TEST_F(Load, RefusesWhatPenstockOwnsByItsNameForTopics) {
  Inputs given = inputs(minimal);
  given.environment = {{"PENSTOCK_KAFKA_PROPERTIES", "topic.acks=1,topic.message.timeout.ms=500"}};
  EXPECT_THAT(findings(given), ElementsAre(HasSubstr("acks: is set by penstock"),
                                           HasSubstr("message.timeout.ms: is set by penstock")));
}

}  // namespace
}  // namespace penstock::settings
