#include "publish/client_statistics.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace penstock::publish {
namespace {

// As librdkafka 2.0.2 wrote it 1 s after its start: a hundred records wait in an open transaction.
// Of two brokers it is connected to one, twice, as that is the coordinator, too.
std::string real_statistics() {
  std::ifstream file(PENSTOCK_SOURCE_DIR "/tests/unit/publish/data/statistics.json");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Statistics, AreReadFromWhatLibrdkafkaWrites) {
  const auto read = read_statistics(real_statistics());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->queue_records, 100u);
  EXPECT_EQ(read->queue_bytes, 700u);
  EXPECT_EQ(read->brokers_up, 1u);
  EXPECT_DOUBLE_EQ(read->round_trip_seconds, 32.3e-6);  // of 10 requests
  EXPECT_DOUBLE_EQ(read->round_trip_p99_seconds, 65e-6);
  EXPECT_EQ(read->transaction, KafkaTransaction::open);
  EXPECT_EQ(read->requests, 10u);
  EXPECT_EQ(read->sent_bytes, 398u);
  EXPECT_EQ(read->retries, 0u);
  EXPECT_EQ(read->timeouts, 0u);
}

TEST(Statistics, AreSumsAndMeansOverAllBrokers) {
  const auto read = read_statistics(R"({"brokers":{
      "a/1":{"nodename":"a","state":"UP","txretries":1,"req_timeouts":2,
             "rtt":{"cnt":1,"sum":1000,"p99":1000}},
      "b/2":{"nodename":"b","state":"UP","txretries":10,"req_timeouts":20,
             "rtt":{"cnt":3,"sum":600,"p99":300}},
      "c/3":{"nodename":"c","state":"CONNECT","rtt":{"cnt":0,"sum":0,"p99":0}}}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->brokers_up, 2u);
  EXPECT_EQ(read->retries, 11u);
  EXPECT_EQ(read->timeouts, 22u);
  EXPECT_DOUBLE_EQ(read->round_trip_seconds, 400e-6) << "a request counts, whoever answers it";
  EXPECT_DOUBLE_EQ(read->round_trip_p99_seconds, 1e-3);
}

TEST(Statistics, KnowEveryStateOfATransaction) {
  using enum KafkaTransaction;
  for (const auto& [name, state] : {std::pair("Init", starting),
                                    {"WaitPID", starting},
                                    {"ReadyNotAcked", idle},
                                    {"Ready", idle},
                                    {"InTransaction", open},
                                    {"BeginCommit", committing},
                                    {"CommittingTransaction", committing},
                                    {"CommitNotAcked", committing},
                                    {"BeginAbort", aborting},
                                    {"AbortingTransaction", aborting},
                                    {"AbortedNotAcked", aborting},
                                    {"AbortableError", failed},
                                    {"FatalError", failed}}) {
    const auto read = read_statistics(R"({"eos":{"txn_state":")" + std::string(name) + "\"}}");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->transaction, state) << name;
  }
}

TEST(Statistics, CountWhatIsMissingOrStrangeAsNothing) {
  for (const char* json :
       {"{}", R"({"msg_cnt":-1,"tx":"many","brokers":[],"eos":{"txn_state":"New"}})",
        R"({"brokers":{"a":1,"b":{"rtt":[]}},"eos":7})"}) {
    EXPECT_EQ(read_statistics(json), ClientStatistics{}) << json;
  }
}

TEST(Statistics, AreNotReadFromWhatIsNoObject) {
  for (const char* text : {"", "[]", "{\"msg_cnt\":1"}) {
    EXPECT_FALSE(read_statistics(text)) << text;
  }
}

}  // namespace
}  // namespace penstock::publish
