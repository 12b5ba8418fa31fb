// librdkafka's mock cluster with its handles for faults: one broker, on loopback.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <initializer_list>
#include <string>

#include "penstock/publish/kafka.hpp"
#include "publish/handles.hpp"

namespace penstock::publish {

class MockCluster {
 public:
  MockCluster() : client_(new_client()), cluster_(rd_kafka_mock_cluster_new(client_.get(), 1)) {}

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
  void create_topic(const std::string& name, int partitions) {
    rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), partitions, 1);
  }
  void set_topic_error(const std::string& name, rd_kafka_resp_err_t error) {
    rd_kafka_mock_topic_set_error(cluster_.get(), name.c_str(), error);
  }
  // The next ProduceRequest is answered with it.
  void fail_next_produce(rd_kafka_resp_err_t error) {
    constexpr std::int16_t produce = 0;
    rd_kafka_mock_push_request_errors_array(cluster_.get(), produce, 1, &error);
  }
  // The next request that adds partitions to a transaction is.
  void fail_next_partitions(rd_kafka_resp_err_t error) {
    constexpr std::int16_t add_partitions_to_txn = 24;
    rd_kafka_mock_push_request_errors_array(cluster_.get(), add_partitions_to_txn, 1, &error);
  }
  // The next request that ends a transaction closes its connection, unanswered.
  void lose_next_end() {
    constexpr std::int16_t end_txn = 26;
    const rd_kafka_resp_err_t closed = RD_KAFKA_RESP_ERR__TRANSPORT;
    rd_kafka_mock_push_request_errors_array(cluster_.get(), end_txn, 1, &closed);
  }
  // The next requests for a producer id are.
  void fail_next_ids(std::initializer_list<rd_kafka_resp_err_t> errors) {
    constexpr std::int16_t init_producer_id = 22;
    rd_kafka_mock_push_request_errors_array(cluster_.get(), init_producer_id, errors.size(),
                                            errors.begin());
  }
  void stop_broker() { rd_kafka_mock_broker_set_down(cluster_.get(), broker); }
  void start_broker() { rd_kafka_mock_broker_set_up(cluster_.get(), broker); }

 private:
  static constexpr std::int32_t broker = 1;
  using ClusterHandle =
      std::unique_ptr<rd_kafka_mock_cluster_t, Deleter<rd_kafka_mock_cluster_destroy>>;

  static rd_kafka_t* new_client() {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    return rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  }

  ClientHandle client_;  // the cluster's threads are its
  ClusterHandle cluster_;
};

// The topics of a source in tests with it, which make them.
inline TopicNames mock_topics() {
  return {.events = "events",
          .dead_letters = "dead",
          .status = "status",
          .state = "state",
          .jobs = "jobs",
          .gaps = "gaps"};
}

}  // namespace penstock::publish
