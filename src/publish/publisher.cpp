#include "penstock/publish/publisher.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/thread_name.hpp"
#include "penstock/publish/latest.hpp"
#include "publish/kafka_session.hpp"
#include "publish/mailbox.hpp"
#include "publish/transactor.hpp"

namespace penstock::publish {
class Publisher::Impl {
 public:
  Impl(PublisherOptions options, Decider& decider, PublisherListener& listener,
       SourceCounters& counters, Log& log)
      : thread_name_("pub " + options.source.str()),
        kafka_({.source = options.source,
                .connection = options.connection,
                .topics = options.topics,
                .plan = options.plan,
                .transactional_id = options.transactional_id,
                .counters = &counters.kafka,
                .stopped = [this] { return mailbox_.over() && !transactor_.pending(); }},
               log),
        counters_(counters),
        transactor_(std::move(options), kafka_, decider, listener, counters, clock_, log) {}

  void start() {
    thread_ = std::jthread([this] {
      name_this_thread(thread_name_);
      run();
      counters_.publisher.rest();
    });
  }
  void set_beat(const CommitBeat& beat) {
    if (beat_.put(beat)) {
      put(Note([this] {
        transactor_.set_beat(beat_.take());
        return Changes{};
      }));
    }
  }
  void put(Transactor::Item&& item) { mailbox_.put(std::move(item)); }
  void put_in_turn(Note&& note) { mailbox_.put_in_turn(std::move(note)); }
  void drain() { mailbox_.close(); }

 private:
  void run();
  void await_item();

  std::string thread_name_;
  SystemClock clock_;
  KafkaSession kafka_;
  SourceCounters& counters_;
  Mailbox mailbox_;
  Latest<CommitBeat> beat_;
  Transactor transactor_;
  std::jthread thread_;  // last: it uses all of the above
};

void Publisher::Impl::run() {
  using Need = Transactor::Need;
  for (Need need = transactor_.need(); need != Need::nothing; need = transactor_.need()) {
    // A flush, or a hold, may take as long as a transaction.
    counters_.publisher.beat(clock_.monotonic() + limits::transaction_timeout);
    switch (need) {
      case Need::step:
        transactor_.step();
        break;
      case Need::item:
        await_item();
        break;
      case Need::wait:
        kafka_.poll();
        if (mailbox_.rest(*transactor_.until(), !transactor_.pending())) {
          transactor_.drained();
        } else {
          transactor_.waited();
        }
        break;
      case Need::nothing:
        break;
    }
  }
}

void Publisher::Impl::await_item() {
  const auto until = transactor_.until();
  const MonotonicTime idle = transactor_.idle_at();
  Mailbox::Taken taken = mailbox_.take(until ? std::min(*until, idle) : idle);
  if (taken.item) {
    transactor_.take(std::move(*taken.item));
  } else if (taken.closed) {
    transactor_.drained();
  } else if (until && clock_.monotonic() >= *until) {
    transactor_.tick();
  }
  if (transactor_.need() == Transactor::Need::item && clock_.monotonic() >= transactor_.idle_at()) {
    transactor_.idle();
  }
}

Publisher::Publisher(PublisherOptions options, Decider& decider, PublisherListener& listener,
                     SourceCounters& counters, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), decider, listener, counters, log)) {}

Publisher::~Publisher() = default;

void Publisher::start() { impl_->start(); }

void Publisher::push(Batch&& batch) { impl_->put(std::move(batch)); }

void Publisher::post(Note note) { impl_->put(std::move(note)); }

void Publisher::post_in_turn(Note note) { impl_->put_in_turn(std::move(note)); }

void Publisher::set_beat(const CommitBeat& beat) { impl_->set_beat(beat); }

void Publisher::drain() { impl_->drain(); }

}  // namespace penstock::publish
