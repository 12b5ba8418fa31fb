#include "publish/journal_transactions.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "publish/until_answered.hpp"

namespace penstock::publish {
namespace {

constexpr Duration state_read{30'000};
// Of one transaction, without learning anything more about records that Kafka refuses.
constexpr int attempts = 20;

Error failed(const Call& call) {
  if (call.refused) {
    return make_error(Errc::invalid_configuration, call.why);
  }
  return make_error(Errc::kafka, "Kafka: " + call.why +
                                     "; the same command goes on where this one ended, and "
                                     "publishes nothing twice");
}

}  // namespace

JournalTransactions::JournalTransactions(JournalPublisherOptions options, TransactionalKafka& kafka,
                                         const Clock& clock)
    : options_(std::move(options)),
      kafka_(kafka),
      clock_(clock),
      writer_(options_.source, options_.router, refused_),
      state_(options_.source),
      mark_key_(options_.source.str() + "/publishing/" + options_.journal) {}

// Items are the daemon's, which counts them on from here.
Position JournalTransactions::position() const {
  const auto found = state_.positions().find(options_.journal);
  return found == state_.positions().end()
             ? Position{.journal = options_.journal, .sequence = {}, .offset = 0, .item = {1}}
             : found->second;
}

// So many from the first on are published.
std::size_t JournalTransactions::before_position(std::span<const Batch> batches) const {
  const auto is_before = [position = position().sequence](const Batch& batch) {
    return batch.block.sequence < position;
  };
  return static_cast<std::size_t>(std::ranges::find_if_not(batches, is_before) - batches.begin());
}

// A new producer, which ends what one before it left.
Call JournalTransactions::claim() {
  Call call = until_answered(clock_, [&] { return kafka_.prepare_topics(); });
  if (call.outcome == Outcome::ok) {
    call = until_answered(clock_, [&] { return kafka_.open_producer(); });
  }
  if (call.outcome == Outcome::ok) {
    call = until_answered(clock_, [&] { return kafka_.init_transactions(); });
  }
  return call;
}

// In a transaction of its own.
Call JournalTransactions::write_mark(const std::optional<std::string>& value) {
  const Call begun = kafka_.begin();
  if (begun.outcome != Outcome::ok) {
    return begun;
  }
  if (kafka_.side({RecordTopic::state, mark_key_, value}) != Produced::queued) {
    return kafka_.failure();
  }
  return until_answered(clock_, [&] { return kafka_.commit(); });
}

// What stands before the mark in the state topic is decided. It goes once it is found.
Call JournalTransactions::read_position() {
  const std::string value =
      "v=1\ninstance=" + options_.instance + "\ncount=" + std::to_string(++marks_) + "\n";
  if (Call marked = write_mark(value); marked.outcome != Outcome::ok) {
    return marked;
  }
  bool seen = false;
  const auto take = [&](std::string_view key, std::optional<std::string_view> found) {
    seen = seen || (key == mark_key_ && found == value);
    return state_.apply(key, found);
  };
  const auto read = kafka_.read_state(
      take, [&] { return seen; }, state_read);
  if (!read) {
    return {Outcome::fatal, read.error().what};
  }
  if (!*read) {
    return {Outcome::fatal,
            "the own mark in the state topic isn't visible after " + to_string(state_read)};
  }
  return write_mark(std::nullopt);
}

Result<BlockSequence> JournalTransactions::open() {
  Call call = claim();
  std::uint64_t lost = 0;
  if (call.outcome == Outcome::ok) {
    lost = kafka_.connections_lost();
    call = read_position();
  }
  if (call.outcome == Outcome::ok) {
    call = until_answered(clock_, [&] { return kafka_.fetch_metadata(); });
  }
  if (call.outcome != Outcome::ok) {
    kafka_.close_producer();
    return failed(call);
  }
  safe_ = kafka_.connections_lost() == lost;
  return position().sequence;
}

Call JournalTransactions::produce(std::span<const Batch> batches,
                                  std::span<const SideRecord> beside) {
  Call call = kafka_.begin();
  if (call.outcome != Outcome::ok) {
    return call;
  }
  Position moved = position();
  for (std::size_t i = before_position(batches); i < batches.size(); ++i) {
    if (!writer_.write(batches[i], ItemSequence{i + 1}, kafka_, clock_.monotonic())) {
      return kafka_.failure();
    }
    moved.sequence = batches[i].block.sequence.next();
  }
  const auto side = [&](const SideRecord& record) {
    return kafka_.side(record) == Produced::queued;
  };
  bool queued = side(position_record(options_.source, moved));
  for (const SideRecord& record : beside) {
    queued = queued && side(record);
  }
  return queued ? until_answered(clock_, [&] { return kafka_.commit(); }) : kafka_.failure();
}

// Suspects go one by one, for which a large transaction may have no time: where records are
// refused, it is halved.
Result<void> JournalTransactions::publish(std::span<const Batch> batches, const Beside& beside) {
  assert(!batches.empty());
  std::size_t most = batches.size();
  bool was_fenced = false;
  Call call;
  for (int left = attempts; left > 0; --left) {
    if (!safe_) {
      if (const auto opened = open(); !opened) {
        return opened.error();
      }
    }
    // Where a transaction ended in doubt, the position tells.
    const std::size_t committed = before_position(batches);
    refused_.committed(ItemSequence{committed}, clock_.monotonic());
    if (committed == batches.size()) {
      return {};
    }
    if (!safe_) {
      continue;
    }
    const auto part = batches.first(std::min(committed + most, batches.size()));
    const bool last = part.size() == batches.size();
    const std::uint64_t lost = kafka_.connections_lost();
    const auto records = beside(part.size());
    if (!records) {
      return records.error();
    }
    call = produce(part, *records);
    safe_ = call.outcome == Outcome::ok && kafka_.connections_lost() == lost;
    if (call.outcome == Outcome::ok) {
      Position moved = position();
      moved.sequence = part.back().block.sequence.next();
      const SideRecord record = position_record(options_.source, moved);
      static_cast<void>(state_.apply(record.key, record.value));
      if (last) {
        refused_.committed(ItemSequence{batches.size()}, clock_.monotonic());
        return {};
      }
      left = attempts + 1;
      continue;
    }
    // Another one publishes this journal; or the transaction took too long over suspects.
    if (call.outcome == Outcome::fenced && (!refused_.any() || std::exchange(was_fenced, true))) {
      break;
    }
    if (call.outcome == Outcome::requires_abort) {
      static_cast<void>(kafka_.abort());  // reports what was refused
    }
    if (refused_.failed(kafka_.take_refused(), clock_.monotonic())) {
      left = attempts + 1;
    }
    if (refused_.any()) {
      most = std::max<std::size_t>(most / 2, 1);
    }
  }
  return failed(call);
}

}  // namespace penstock::publish
