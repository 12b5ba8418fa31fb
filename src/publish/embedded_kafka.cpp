#include "penstock/publish/embedded_kafka.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "publish/client.hpp"

namespace penstock::publish {
namespace {

struct ClusterDeleter {
  void operator()(rd_kafka_mock_cluster_t* cluster) const noexcept {
    rd_kafka_mock_cluster_destroy(cluster);
  }
};
using ClusterHandle = std::unique_ptr<rd_kafka_mock_cluster_t, ClusterDeleter>;

class MockKafka final : public EmbeddedKafka {
 public:
  MockKafka(std::unique_ptr<ClientEvents> events, ClientHandle client, ClusterHandle cluster)
      : events_(std::move(events)), client_(std::move(client)), cluster_(std::move(cluster)) {}

  std::string brokers() const override { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }

  Result<void> create_topic(const std::string& name, int partitions) override {
    const auto error = rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), partitions, 1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka,
                        "the embedded Kafka can't make `" + name + "`: " + rd_kafka_err2str(error));
    }
    return {};
  }

 private:
  std::unique_ptr<ClientEvents> events_;
  ClientHandle client_;  // the cluster's threads are its
  ClusterHandle cluster_;
};

}  // namespace

Result<std::unique_ptr<EmbeddedKafka>> EmbeddedKafka::start(Log& log) {
  auto events = std::make_unique<ClientEvents>("embedded", log);
  auto client = make_client(ClientKind::admin, {}, {}, *events);
  if (!client) {
    return client.error();
  }
  ClusterHandle cluster(rd_kafka_mock_cluster_new(client->get(), 1));
  if (!cluster) {
    return make_error(Errc::kafka, "the embedded Kafka doesn't start");
  }
  return std::unique_ptr<EmbeddedKafka>(
      std::make_unique<MockKafka>(std::move(events), std::move(*client), std::move(cluster)));
}

}  // namespace penstock::publish
