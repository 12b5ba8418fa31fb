// Bugs to be planted, to see that the scenario finds them. Production code knows nothing of them:
// they sit in wrappers around its parts.
#pragma once

#include <string_view>

#include "penstock/core/decision.hpp"
#include "support/model_kafka.hpp"

namespace penstock::scenario {

enum class Planted : std::uint8_t {
  nothing,
  ledger,      // what a transaction publishes isn't stored, now and then
  guard,       // a lost connection is overlooked
  reorder,     // batches come as the workers are done with them
  candidates,  // of the jobs in the task list, those that have ended are overlooked
  mailbox,     // a replay's batch is taken before live ones
};

class ForgetfulDecider final : public Decider {
 public:
  explicit ForgetfulDecider(Decider& decider) : decider_(decider) {}

  Result<void> restore(std::string_view key, std::optional<std::string_view> value) override {
    return decider_.restore(key, value);
  }
  void restored(WallTime now) override { decider_.restored(now); }
  Changes decide(Batch& batch, WallTime now) override { return decider_.decide(batch, now); }
  std::vector<SideRecord> records(std::span<const Changes* const> changes) override {
    std::vector<SideRecord> records = decider_.records(changes);
    if (++transactions_ % 3 == 0) {
      std::erase_if(records,
                    [](const SideRecord& record) { return record.key.starts_with("ledger/"); });
    }
    return records;
  }
  void committed(std::span<const Changes* const> changes) override { decider_.committed(changes); }

 private:
  Decider& decider_;
  int transactions_ = 0;
};

// Knows of no lost connection.
class UnguardedKafka final : public test::ModelSession {
 public:
  using ModelSession::ModelSession;
  std::uint64_t connections_lost() const override { return 0; }
};

}  // namespace penstock::scenario
