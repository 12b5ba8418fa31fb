// In place of librdkafka: takes every record, and says yes to everything.
#pragma once

#include <functional>
#include <vector>

#include "publish/batch_writer.hpp"

namespace penstock {

class TakingKafka : public publish::TransactionalKafka {
 public:
  using Call = publish::Call;
  using Produced = publish::Produced;

  Call prepare_topics() final { return {}; }
  Call open_producer() final { return {}; }
  void close_producer() final {}
  Call init_transactions() final { return {}; }
  Call fetch_metadata() final { return {}; }
  const publish::Partitioning& partitioning() const final { return partitioning_; }
  Call begin() final { return {}; }
  Call commit() final { return {}; }
  Call abort() final { return {}; }
  Produced dead_letter(const publish::Record&, publish::RecordId) final { return Produced::queued; }
  Produced side(const SideRecord&) override { return Produced::queued; }
  Call failure() const final { return {}; }
  bool state_is_another() const final { return false; }
  bool flush() final { return true; }
  void send_ahead() final {}
  void poll() final {}
  std::vector<publish::Refusal> take_refused() final { return {}; }
  std::uint64_t connections_lost() const final { return 0; }
  Call look() final { return {}; }
  Result<bool> read_state(const Apply&, const std::function<bool()>&, Duration) override {
    return true;
  }

 private:
  publish::Partitioning partitioning_{"murmur2_random", 4};
};

}  // namespace penstock
