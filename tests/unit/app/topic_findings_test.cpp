#include "app/topic_findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::app {
namespace {

using Level = Finding::Level;
using testing::HasSubstr;

class TopicFindings : public testing::Test {
 protected:
  TopicFindings() {
    settings.sources.push_back({.name = SourceName("firehose")});
    settings.kafka.topic_prefix = "p";
    facts.brokers = 1;
    for (const std::string& name : topics_to_look_at(settings)) {
      facts.topics[name] = {
          .partitions = 4, .replicas = 1, .max_message = 64_MiB, .compacted = false};
    }
    facts.topics[state].partitions = 16;
    for (const std::string& name : {state, jobs, gaps}) {
      facts.topics[name].compacted = true;
    }
  }
  Finding of(const std::string& name) const {
    for (const Finding& finding : topic_findings(facts, settings)) {
      if (finding.subject == "topic " + name) {
        return finding;
      }
    }
    return {Level::failed, "", "none"};
  }

  const std::string events = "p.firehose", state = "penstock.p.state", jobs = "p.jobs",
                    gaps = "p.gaps";
  settings::Settings settings;
  publish::KafkaFacts facts;
};

TEST_F(TopicFindings, AreGoodWhereAllIsAsItShouldBe) {
  EXPECT_EQ(topic_findings(facts, settings).size(), 6u);
  for (const Finding& finding : topic_findings(facts, settings)) {
    EXPECT_EQ(finding.level, Level::ok) << finding.subject << ": " << finding.text;
  }
  EXPECT_EQ(of(events).text, "4 partition(s), 1 replica(s)");
}

TEST_F(TopicFindings, SayWhatIsWrongWithTheStateTopic) {
  facts.topics[state].compacted = false;
  EXPECT_EQ(of(state).level, Level::failed);
  EXPECT_THAT(of(state).text, HasSubstr("isn't compacted"));
  facts.topics[state].partitions = 4;
  EXPECT_EQ(of(state).level, Level::failed);
  EXPECT_THAT(of(state).text, HasSubstr("4 partition(s)"));
}

// The daemon needs them, whatever the sources are.
TEST_F(TopicFindings, SayWhatIsWrongWithTheTopicsOfJobsAndGaps) {
  for (const std::string& name : {jobs, gaps}) {
    facts.topics[name].compacted = false;
    EXPECT_EQ(of(name).level, Level::warning);
    EXPECT_THAT(of(name).text, HasSubstr("isn't compacted"));
    facts.topics.erase(name);
    settings.kafka.create_topics = false;
    EXPECT_EQ(of(name).level, Level::failed);
    EXPECT_THAT(of(name).text, HasSubstr("is missing"));
  }
}

// A broker refuses to make it; what is there has the replicas that it has.
TEST_F(TopicFindings, SayThatThereAreTooFewBrokersForATopicThatIsMissing) {
  settings.kafka.replication_factor = 2;
  EXPECT_EQ(of(events).level, Level::ok);
  facts.topics.erase(events);
  EXPECT_EQ(of(events).level, Level::failed);
  EXPECT_THAT(of(events).text,
              HasSubstr("can't be created: kafka.replication_factor is 2, and 1 broker(s) answer"));
  facts.brokers = 2;
  EXPECT_EQ(of(events).level, Level::ok);
}

TEST_F(TopicFindings, DoNotJudgeWhatIsNotVisible) {
  facts.topics[state].compacted.reset();
  facts.topics[events].max_message.reset();
  for (const std::string& name : {state, events}) {
    EXPECT_EQ(of(name).level, Level::warning);
    EXPECT_THAT(of(name).text, HasSubstr("isn't visible: allow DescribeConfigs on it"));
  }
}

TEST_F(TopicFindings, WarnOfEventsThatWouldBeTooLarge) {
  facts.topics[events].max_message = 1_MiB;
  settings.events.max_size = 2_MiB;
  EXPECT_EQ(of(events).level, Level::warning);
  EXPECT_THAT(of(events).text, HasSubstr("max.message.bytes"));
}

TEST_F(TopicFindings, KnowThatDeadLettersComeInParts) {
  facts.topics["p.dead-letters"].max_message = 1_MiB;
  settings.events.max_size = 2_MiB;
  EXPECT_EQ(of("p.dead-letters").level, Level::ok);
}

TEST_F(TopicFindings, WarnOfASingleReplicaWhereThereCouldBeMore) {
  facts.brokers = 3;
  EXPECT_EQ(of(events).level, Level::warning);
  facts.topics[events].replicas = 2;
  EXPECT_EQ(of(events).level, Level::ok);
}

TEST_F(TopicFindings, SayWhetherAMissingTopicWillBeCreated) {
  facts.topics.erase(events);
  EXPECT_EQ(of(events).level, Level::ok);
  settings.kafka.create_topics = false;
  EXPECT_EQ(of(events).level, Level::failed);
}

}  // namespace
}  // namespace penstock::app
