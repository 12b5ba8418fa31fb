// Records of the state topic with any keys and values: read or refused; what was read is written
// and read as the same. The first byte says what the rest is.
#include "penstock/publish/state_records.hpp"

#include <span>
#include <tuple>
#include <utility>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "jobs/job_records.hpp"
#include "jobs/ledger_records.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/jobs/jobs.hpp"

namespace penstock::fuzz {
namespace {

// In what is stored of them.
bool same(const jobs::Job& a, const jobs::Job& b) {
  const auto stored = [](const jobs::Job& job) {
    return std::tie(job.state, job.flags, job.requested_at, job.finished_at, job.seen_at,
                    job.ended_at, job.events, job.replays, job.created, job.live, job.forced,
                    job.held, job.predates, job.incomplete, job.dropped, job.settled, job.given_up,
                    job.over_at, job.settled_before);
  };
  return stored(a) == stored(b);
}
bool same(const jobs::Gap& a, const jobs::Gap& b) {
  const auto stored = [](const jobs::Gap& gap) {
    return std::tie(gap.id, gap.started_at, gap.ended_at, gap.cause, gap.truncated_bytes, gap.rate,
                    gap.state, gap.jobs, gap.more_jobs, gap.recovered_events, gap.note, gap.lost,
                    gap.behind);
  };
  return stored(a) == stored(b);
}
template <class Record>
bool same(const Record& a, const Record& b) {
  return a == b;
}

template <class Decode>
void round_trip(std::string_view value, Decode decode) {
  const auto read = decode(value);
  if (!read) {
    must(is_printable(read.error().what), "an error is printable", read.error().what);
    return;
  }
  const std::string written = jobs::encode(*read);
  const auto again = decode(written);
  must(static_cast<bool>(again), "what was written is read", std::string(value) + " / " + written);
  must(same(*again, *read), "as the same", std::string(value) + " / " + written);
}

void ledger_key(std::string_view text) {
  const std::string key = std::string(jobs::ledger_part).append(text);
  if (const auto parsed = jobs::parse_ledger_key(key)) {
    const std::string written = jobs::ledger_key(parsed->job, parsed->number);
    const auto again = jobs::parse_ledger_key(written);
    must(again && again->job == parsed->job && again->number == parsed->number,
         "a key is read as it was written", key);
  }
}

// Keys and values in turn; an empty value is a tombstone.
template <class Take>
void each_record(Choices& choices, Take take) {
  while (!choices.at_end()) {
    const std::string key(choices.text());
    const std::string_view value = choices.text();
    const auto taken = take(key, value.empty() ? std::nullopt : std::optional(value));
    must(taken || is_printable(taken.error().what), "an error is printable", key);
  }
}

void source_state(Choices& choices) {
  const SourceName name("s");
  publish::SourceState state(name), again(name);
  each_record(choices,
              [&](const std::string& key, auto value) { return state.apply("s/" + key, value); });
  for (const auto& [journal, position] : state.positions()) {
    const SideRecord record = publish::position_record(name, position);
    must(static_cast<bool>(again.apply(record.key, record.value)), "a position is read");
  }
  must(again.positions() == state.positions(), "as it was written");
  for (const auto& [instance, owner] : state.owners()) {
    const SideRecord record = publish::owner_record(name, owner);
    must(static_cast<bool>(again.apply(record.key, record.value)), "an owner is read",
         record.key + *record.value);
    const auto& read = again.latest_owner();
    must(read->claim == owner.claim && read->since == owner.since && read->host == owner.host,
         "as it was written", *record.value);
  }
}

void all_of_jobs(Choices& choices) {
  const WallTime now{std::chrono::milliseconds(1'790'000'000'000)};
  jobs::Jobs jobs({.source = SourceName("s"),
                   .has_jobs = choices.byte() % 4 != 0,
                   .ledger_memory = limits::smallest_ledger,
                   .id_seed = "seed"});
  each_record(choices,
              [&](const std::string& key, auto value) { return jobs.restore(key, value); });
  jobs.restored(now);
  std::vector<Changes> changes;
  for (int second = 0; second < 3; ++second) {
    changes.push_back(jobs.tick(now + std::chrono::seconds(second)));
    jobs.take_orders();
  }
  std::vector<const Changes*> all;
  for (const Changes& one : changes) {
    all.push_back(&one);
  }
  jobs.records(all);
  jobs.committed(all);
  jobs.figures();
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const std::uint8_t kind = choices.byte();
  const std::string value(choices.rest());
  switch (kind) {
    case 'j':
      fuzz::round_trip(value, jobs::decode_job);
      break;
    case 'g':
      fuzz::round_trip(value, [](std::string_view text) { return jobs::decode_gap("id", text); });
      break;
    case 's':
      fuzz::round_trip(value, jobs::decode_session);
      break;
    case 'l':
      fuzz::round_trip(value, jobs::decode_ledger);
      break;
    case 'k':
      fuzz::ledger_key(value);
      break;
    case 'p':
      fuzz::source_state(choices);
      break;
    case 'a':
      fuzz::all_of_jobs(choices);
      break;
    default:
      return -1;
  }
  return 0;
}
