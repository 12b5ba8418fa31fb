// What goes wrong with Kafka in a run: single calls now and then, and outages of all of it.
#pragma once

#include <array>

#include "remote_model.hpp"
#include "support/model_kafka.hpp"

namespace penstock::scenario {

class KafkaWeather final : public test::KafkaPlan {
 public:
  KafkaWeather(const test::TurnedClock& clock, Dice& dice, Story& story)
      : clock_(clock), dice_(dice), story_(story) {}

  // One call in so many goes wrong; 0: none.
  void set_rate(std::uint64_t one_in) { one_in_ = one_in; }
  void outage(WallTime until) {
    away_until_ = until;
    story_.say("kafka", "away until ", story_.at(until), " s");
  }
  void calm() {
    one_in_ = 0;
    away_until_ = {};
  }

  test::KafkaFault fault(test::KafkaCall call) override {
    const test::KafkaFault fault = choose(call);
    if (fault != test::KafkaFault::none) {
      story_.say("kafka", word(call), ": ", word(fault));
    }
    return fault;
  }
  bool brokers_down() override { return clock_.wall() < away_until_; }
  std::size_t sent_early(std::size_t queued) override {
    return dice_.one_in(3) ? dice_.below(queued + 1) : 0;
  }

 private:
  using Call = test::KafkaCall;
  using Fault = test::KafkaFault;

  Fault choose(Call call) {
    if (clock_.wall() < away_until_) {
      if (call == Call::begin || call == Call::produce) {
        return Fault::none;  // both are local
      }
      // Deliveries fail when they have waited for long.
      return call == Call::commit && dice_.one_in(4) ? Fault::failed : Fault::away;
    }
    // Many records are produced for one call of the others.
    const std::uint64_t rarer = call == Call::produce ? 20 : 1;
    if (one_in_ == 0 || !dice_.one_in(one_in_ * rarer)) {
      return Fault::none;
    }
    switch (call) {
      case Call::commit:
        return one_of(std::array{Fault::away, Fault::unheard, Fault::failed, Fault::fatal,
                                 Fault::fatal_unheard, Fault::fatal_under_way,
                                 Fault::connection_lost, Fault::sent_twice, Fault::sent_twice,
                                 Fault::sent_twice, Fault::failed});
      case Call::abort:
        return one_of(std::array{Fault::away, Fault::unheard, Fault::fatal, Fault::fatal_under_way,
                                 Fault::connection_lost, Fault::sent_twice, Fault::sent_twice});
      case Call::produce:
        return one_of(std::array{Fault::failed, Fault::fatal, Fault::connection_lost});
      case Call::init_transactions:
        return one_of(std::array{Fault::away, Fault::unheard, Fault::fatal});
      case Call::begin:
        return Fault::fatal;
      default:
        return Fault::away;
    }
  }
  template <std::size_t Count>
  Fault one_of(const std::array<Fault, Count>& faults) {
    return faults[dice_.below(Count)];
  }
  static std::string_view word(Call call) {
    constexpr std::array words{"prepare topics", "open producer", "init transactions",
                               "fetch metadata", "begin",         "produce",
                               "commit",         "abort",         "read state"};
    return words[static_cast<std::size_t>(call)];
  }
  static std::string_view word(Fault fault) {
    constexpr std::array words{"",
                               "no answer, not carried out",
                               "no answer, carried out",
                               "failed",
                               "fatal, not carried out",
                               "fatal, carried out",
                               "fatal, still under way",
                               "a connection is lost, done",
                               "a connection is lost, done, and sent a second time"};
    return words[static_cast<std::size_t>(fault)];
  }

  const test::TurnedClock& clock_;
  Dice& dice_;
  Story& story_;
  std::uint64_t one_in_ = 0;
  WallTime away_until_{};
};

}  // namespace penstock::scenario
