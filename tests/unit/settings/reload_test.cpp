#include "penstock/settings/reload.hpp"

#include <gmock/gmock.h>

#include <tuple>

#include "settings/key_table.hpp"
#include "settings/reload_rules.hpp"
#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

const std::string beginning = "api: {url: https://api.test}\nkafka: {brokers: 'localhost:9092'}\n";

class Reload : public SettingsTest {
 protected:
  Loaded read(const std::string& yaml) { return must_load(inputs(yaml)); }
  ReloadPlan plan(const Loaded& running, const Loaded& now) {
    PlanResult planned = plan_reload(running, now);
    EXPECT_TRUE(planned) << to_string(planned.error().front());
    return std::move(*planned);
  }
  ReloadPlan plan(const std::string& before, const std::string& after) {
    const Loaded running = read(before);
    return plan(running, read(after));
  }
};

std::vector<std::string> names(const std::vector<SourceName>& sources) {
  std::vector<std::string> all;
  for (const SourceName& source : sources) {
    all.push_back(source.str());
  }
  return all;
}

TEST(ReloadRules, StateForEachKeyWhetherItNeedsARestart) {
  std::vector<std::string_view> ruled, keys;
  for (const ReloadRule& rule : reload_rules()) {
    ruled.push_back(rule.path);
  }
  for (const KeySpec& spec : key_table()) {
    keys.push_back(spec.path);
  }
  EXPECT_EQ(ruled, keys) << "each key stands in reload_rules.cpp, in the order of key_table.cpp";
}

// All that a reload can apply, but for the sources.
auto appliable(const Settings& settings) {
  const Backoff& wait = settings.api.backoff;
  return std::make_tuple(settings.api.token_file, settings.api.token_header, settings.api.ca_file,
                         settings.api.connect_timeout, wait.network_step, wait.network_max,
                         wait.http_first, wait.http_max, wait.throttled_first, wait.throttled_max,
                         wait.refused, wait.jitter, wait.healthy_after, settings.replay.concurrency,
                         settings.replay.task_poll_interval, settings.replay.settle_after,
                         settings.kafka.commit_interval, settings.log.level);
}

TEST_F(Reload, LeavesNothingToDoForASecondTime) {
  const std::string all = R"(
api: {url: https://api.test, token_file: /t, token_header: A, ca_file: /c, connect_timeout: 1s,
      backoff: {network_step: 1s, network_max: 2s, http_first: 3s, http_max: 4s,
                throttled_first: 5s, throttled_max: 6s, refused: 7s, jitter: 0, healthy_after: 8s}}
sources: {firehose: {path: /x, jobs: true, stall_timeout: 9s, filter: {types: [a],
          networks: [192.0.2.0/24], networks_file: /n, countries: [pt]}}, torrent: {}}
replay: {concurrency: 3, task_poll_interval: 10s, settle_after: 11s}
kafka: {brokers: 'localhost:9092', commit_interval: 100ms}
log: {level: debug}
)";
  const ReloadPlan first = plan(beginning + "sources: {firehose: {}}\n", all);
  EXPECT_THAT(first.restart, IsEmpty());
  EXPECT_EQ(first.applied.size(), 26u);
  const Settings& now = first.effective.settings;
  EXPECT_TRUE(appliable(now) == appliable(read(all).settings));
  EXPECT_EQ(now.api.token_file, "/t");
  EXPECT_EQ(now.sources.front().filter.networks_file, "/n");

  const ReloadPlan second = plan(first.effective, read(all));
  EXPECT_THAT(second.applied, IsEmpty());
  EXPECT_THAT(second.added, IsEmpty());
  EXPECT_THAT(second.reopened, IsEmpty());
}

TEST_F(Reload, KeepsWhatNeedsARestartAndNamesIt) {
  const std::string before = beginning + "sources: {firehose: {}}\n";
  const std::string after =
      "api: {url: https://api.test}\nkafka: {brokers: 'other:9092'}\n"
      "log: {level: debug, format: json}\nsources: {firehose: {}}\n";
  const ReloadPlan planned = plan(before, after);
  EXPECT_THAT(planned.restart, ElementsAre(Change{"kafka.brokers", "localhost:9092", "other:9092"},
                                           Change{"log.format", "text", "json"}));
  EXPECT_THAT(planned.applied, ElementsAre(Change{"log.level", "info", "debug"}));
  EXPECT_EQ(planned.effective.settings.kafka.brokers, "localhost:9092");
  EXPECT_EQ(to_string(planned.restart.front()),
            R"(kafka.brokers: "localhost:9092", now "other:9092")");

  // It is still said the next time, and no more once it is taken back.
  EXPECT_EQ(plan(planned.effective, read(after)).restart, planned.restart);
  EXPECT_THAT(plan(planned.effective, read(before)).restart, IsEmpty());
}

TEST_F(Reload, SeesThatASecretChangedAndShowsNeither) {
  const auto with = [&](const std::string& secret) {
    return "api: {url: https://api.test}\nsources: {firehose: {}}\n"
           "kafka: {brokers: 'localhost:9092', properties: {sasl.password: " +
           secret + "}}\n";
  };
  EXPECT_THAT(plan(with("one"), with("two")).restart,
              ElementsAre(Change{"kafka.properties.sasl.password", "(hidden)", "(hidden)"}));
  EXPECT_THAT(plan(with("one"), with("one")).restart, IsEmpty());
}

TEST_F(Reload, NamesEntriesOfAMappingThatComeAndGo) {
  const auto with = [&](const std::string& property) {
    return "api: {url: https://api.test}\nsources: {firehose: {}}\n"
           "kafka: {brokers: 'localhost:9092', properties: {" +
           property + "}}\n";
  };
  EXPECT_THAT(plan(with("batch.size: 1000"), with("client.id: a")).restart,
              ElementsAre(Change{"kafka.properties.client.id", "", "a"},
                          Change{"kafka.properties.batch.size", "1000", ""}));
  EXPECT_THAT(plan(with("client.id: a"), with("client.id: a, topic.: b")).restart,
              ElementsAre(Change{"kafka.properties.topic.", "", "b"}));
}

TEST_F(Reload, TellsSourcesThatComeGoAndOpenAnew) {
  const ReloadPlan planned =
      plan(beginning + "sources: {firehose: {}, torrent: {}, sinkhole: {}, stream: {}}\n",
           beginning +
               "sources: {extra: {}, firehose: {path: /v2/firehose}, sinkhole: {stall_timeout: "
               "1m}, stream: {jobs: false, stall_timeout: 1h}}\n");
  EXPECT_THAT(names(planned.added), ElementsAre("extra"));
  EXPECT_THAT(names(planned.removed), ElementsAre("torrent"));
  EXPECT_THAT(names(planned.reopened), ElementsAre("firehose", "stream"));
  EXPECT_EQ(planned.applied.front(), (Change{"sources", "firehose, torrent, sinkhole, stream",
                                             "extra, firehose, sinkhole, stream"}));
  EXPECT_EQ(planned.effective.settings.sources.size(), 4u);
}

TEST_F(Reload, GivesASourceThatComesItsTopic) {
  const auto with = [&](const std::string& sources, const std::string& topics) {
    return "api: {url: https://api.test}\nsources: {" + sources +
           "}\nkafka: {brokers: 'localhost:9092', topics: {" + topics + "}}\n";
  };
  const ReloadPlan planned =
      plan(with("firehose: {}", ""), with("firehose: {}, torrent: {}", "firehose: f, torrent: t"));
  EXPECT_THAT(planned.restart, ElementsAre(Change{"kafka.topics.firehose", "", "f"}));
  const Kafka& kafka = planned.effective.settings.kafka;
  EXPECT_EQ(topic_name(kafka, "torrent"), "t");
  EXPECT_EQ(topic_name(kafka, "firehose"), "binaryedge.firehose");
}

// Else the old address would stay open without what secures it, until the restart.
TEST_F(Reload, LeavesTheAccessOfAnAddressThatIsToChangeAsItIs) {
  const std::string rest = beginning + "sources: {firehose: {}}\nadmin: ";
  const ReloadPlan planned =
      plan(rest + "{listen: '192.0.2.1:1', cert_file: /c, key_file: /k, password_file: /p}\n",
           rest + "{listen: '192.0.2.1:2'}\n");
  EXPECT_THAT(planned.restart,
              ElementsAre(Change{"admin.listen", "192.0.2.1:1", "192.0.2.1:2"},
                          Change{"admin.cert_file", "/c", ""}, Change{"admin.key_file", "/k", ""},
                          Change{"admin.password_file", "/p", ""}));
  EXPECT_THAT(planned.applied, IsEmpty());
  const Admin& admin = planned.effective.settings.admin;
  EXPECT_EQ(admin.cert_file, "/c");
  EXPECT_EQ(admin.key_file, "/k");
  EXPECT_EQ(admin.password_file, "/p");

  const ReloadPlan same_address = plan(rest + "{listen: '192.0.2.1:1', password_file: /p}\n",
                                       rest + "{listen: '192.0.2.1:1', password_file: /q}\n");
  EXPECT_EQ(same_address.effective.settings.admin.password_file, "/q");
}

// The old host must not get the new one's token, nor be asked for the new one's paths.
TEST_F(Reload, LeavesWhatBelongsToAHostThatIsToChangeAsItIs) {
  const std::string rest = "kafka: {brokers: 'localhost:9092'}\napi: {url: https://";
  const std::string before = rest + "a.test, token_file: /a}\nsources: {firehose: {}}\n";
  const std::string more =
      ", token_file: /b, token_header: B, ca_file: /b, connect_timeout: 1s}\n"
      "sources: {firehose: {path: /b, jobs: true, stall_timeout: 9s}}\n";
  for (const std::string host : {"b.test", "a.test, stream_url: https://b.test"}) {
    const Loaded read_again = read(rest + host + more);
    const ReloadPlan planned = plan(read(before), read_again);
    EXPECT_THAT(
        planned.restart,
        IsSupersetOf({Change{"api.token_file", "/a", "/b"},
                      Change{"api.token_header", "X-Token", "B"}, Change{"api.ca_file", "", "/b"},
                      Change{"sources.firehose.path", "/v1/firehose", "/b"},
                      Change{"sources.firehose.jobs", "false", "true"},
                      Change{"sources.firehose.stall_timeout", "1m", "9s"}}));
    EXPECT_THAT(planned.applied, ElementsAre(Change{"api.connect_timeout", "10s", "1s"}));
    EXPECT_THAT(planned.reopened, IsEmpty());
    const Settings& now = planned.effective.settings;
    EXPECT_EQ(now.api.token_file, "/a");
    EXPECT_EQ(now.api.token_header, "X-Token");
    EXPECT_EQ(now.api.ca_file, std::nullopt);
    EXPECT_EQ(now.sources.front().path, "/v1/firehose");
    EXPECT_FALSE(now.sources.front().jobs);
    EXPECT_EQ(plan(planned.effective, read_again).restart, planned.restart);
    EXPECT_THAT(plan(planned.effective, read(before)).restart, IsEmpty());
  }
}

TEST_F(Reload, LeavesTheSourcesOfAHostThatIsToChangeAsTheyAre) {
  const auto with = [&](const std::string& url, const std::string& sources,
                        const std::string& topics) {
    return "api: {url: " + url + "}\nsources: {" + sources +
           "}\nkafka: {brokers: 'localhost:9092', topics: {" + topics + "}}\n";
  };
  const std::string before = with("https://a.test", "firehose: {}, torrent: {}", "torrent: t");
  const std::string after = with("https://b.test", "firehose: {}, extra: {}", "extra: e");
  const ReloadPlan planned = plan(before, after);
  EXPECT_THAT(planned.added, IsEmpty());
  EXPECT_THAT(planned.removed, IsEmpty());
  EXPECT_THAT(planned.applied, IsEmpty());
  EXPECT_THAT(planned.restart,
              IsSupersetOf({Change{"sources", "firehose, torrent", "firehose, extra"},
                            Change{"kafka.topics.extra", "", "e"},
                            Change{"kafka.topics.torrent", "t", ""}}));
  const Settings& now = planned.effective.settings;
  EXPECT_EQ(now.sources.back().name.str(), "torrent");
  EXPECT_EQ(topic_name(now.kafka, "torrent"), "t");
  EXPECT_EQ(plan(planned.effective, read(after)).restart, planned.restart);
  EXPECT_THAT(plan(planned.effective, read(before)).restart, IsEmpty());
}

TEST_F(Reload, IsRefusedWhereTheMixtureIsWrong) {
  const std::string rest = "api: {url: https://api.test}\nkafka: {brokers: 'localhost:9092', ";
  const Loaded running = read(rest + "topics: {jobs: j}}\nsources: {firehose: {}}\n");
  const Loaded now = read(rest + "topics: {torrent: j}}\nsources: {firehose: {}, torrent: {}}\n");
  const PlanResult planned = plan_reload(running, now);
  ASSERT_FALSE(planned);
  EXPECT_THAT(to_string(planned.error().front()), HasSubstr("the topic j of jobs is another's"));
  EXPECT_THAT(to_string(planned.error().front()), HasSubstr("restart penstock"));
}

TEST_F(Reload, SaysWhatIsWrongInTheMixtureWithoutWhatIsHidden) {
  const std::string rest = "api: {url: https://api.test}\nkafka: {brokers: 'localhost:9092', ";
  const std::string topic = "'${file:" + file("topic", "canary") + "}'";
  const Loaded running = read(rest + "topics: {jobs: " + topic + "}}\nsources: {firehose: {}}\n");
  const Loaded now =
      read(rest + "topics: {torrent: " + topic + "}}\nsources: {firehose: {}, torrent: {}}\n");
  const PlanResult planned = plan_reload(running, now);
  ASSERT_FALSE(planned);
  const std::string said = to_string(planned.error().front());
  EXPECT_THAT(said, HasSubstr("the topic (hidden) of jobs is another's"));
  EXPECT_THAT(said, testing::Not(HasSubstr("canary")));
}

TEST_F(Reload, KnowsAllFilesThatALoadReadOrLookedFor) {
  const std::string value = file("value", "debug\n");
  std::set<std::filesystem::path> files;
  const Inputs given = inputs(minimal + "log: {level: '${file:" + value +
                              "}', format: '${file:" + value + ".missing}'}\n");
  EXPECT_FALSE(load(given, files));
  EXPECT_THAT(files, ElementsAre(*given.config_file, value, value + ".missing"));
}

}  // namespace
}  // namespace penstock::settings
