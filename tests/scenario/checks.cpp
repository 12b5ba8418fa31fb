#include "checks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "event_text.hpp"
#include "gap_record.hpp"
#include "world.hpp"

namespace penstock::scenario {
namespace {

using Marks = std::map<std::uint64_t, std::size_t>;

// --- the checks of one source

class SourceCheck {
 public:
  SourceCheck(World& world, const ModelSource& source)
      : world_(world), source_(source), gaps_(gaps_of(world, source.name)) {
    for (std::size_t i = 0; i < source.emissions.size(); ++i) {
      by_mark_[source.emissions[i].mark].push_back(i);
    }
    for (const auto& [id, connection] : source.connections) {
      if (source.remembered.contains(connection.instance)) {
        first_session_ = connection.opened_at;
        break;
      }
    }
  }

  std::vector<std::string> violations() {
    read_events();
    read_dead_letters();
    nothing_twice();
    for (const ModelJob& each : source_.jobs) {
      job(each);
    }
    // While one process takes over from another, both have sessions, and neither knows of the
    // other's.
    if (!world_.had_takeover()) {
      losses_are_covered();
    }
    if (!world_.had_takeover() && world_.behind() == Duration{0}) {
      gaps_are_true();
    }
    return std::move(violations_);
  }

 private:
  template <class... Parts>
  void violated(const Parts&... parts) {
    std::string text = source_.name + ": ";
    ((text += parts), ...);
    violations_.push_back(std::move(text));
  }
  static std::string shown(std::uint64_t mark) { return std::to_string(mark); }

  void read_events() {
    for (const auto& partition : world_.kafka().partitions_of("p." + source_.name)) {
      std::optional<std::size_t> last;  // emission
      std::set<std::size_t> live;       // jobs of which something came live
      for (const auto* const record : world_.kafka().visible(partition)) {
        const auto mark = mark_of(*record->value);
        const auto emissions = by_mark_.find(mark.value_or(0));
        if (emissions == by_mark_.end()) {
          violated("published what was never sent: ", *record->value);
          continue;
        }
        ++published_[*mark];
        if (record->header("penstock.replayed")) {
          is_believed(*source_.emissions[emissions->second.front()].job, live);
          looks_replayed(emissions->second.front(), *record->value);
        } else {
          looks_live(emissions->second, *record->value);
          const Emission& emission = source_.emissions[emissions->second.front()];
          if (emission.job && emission.kind != Emission::Kind::status) {
            live.insert(*emission.job);
          }
          if (!world_.had_takeover()) {
            is_in_order(emissions->second, last);
          }
        }
      }
    }
  }

  // Once something of a job came live, nothing is published of a replay that doesn't bring it.
  void is_believed(std::size_t job, const std::set<std::size_t>& live) {
    replayed_.insert(job);
    const ModelJob& replayed = source_.jobs[job];
    if (replayed.replay == ModelJob::Replay::foreign && live.contains(job) &&
        !world_.was_forced(replayed.id)) {
      violated("a replay of ", replayed.id, " is believed that brings other events");
    }
  }

  void looks_live(const std::vector<std::size_t>& emissions, const std::string& value) {
    if (std::none_of(emissions.begin(), emissions.end(),
                     [&](std::size_t i) { return source_.emissions[i].line == value; })) {
      violated("published otherwise than it came: ", value);
    }
  }

  void looks_replayed(std::size_t emission, const std::string& value) {
    const Emission& event = source_.emissions[emission];
    const ModelJob& job = source_.jobs[*event.job];
    const Content content{event.mark, "client-" + job.id, job.requested_at};
    bool same = foreign_line(content) == value;
    for (unsigned style = 0; style < 8; ++style) {
      same = same || replay_line(content, style) == value;
    }
    if (!same) {
      violated("published otherwise than it was replayed: ", value);
    }
  }

  // What came live is in the order in which it came.
  void is_in_order(const std::vector<std::size_t>& emissions, std::optional<std::size_t>& last) {
    for (const std::size_t i : emissions) {
      if (source_.emissions[i].connection != 0 && (!last || *last < i)) {
        last = i;
        return;
      }
    }
    violated("event ", shown(source_.emissions[emissions.front()].mark), " is out of order");
  }

  void read_dead_letters() {
    for (const auto& partition : world_.kafka().partitions_of("p.dead-letters")) {
      for (const auto* const record : world_.kafka().visible(partition)) {
        if (record->header("penstock.source") != source_.name) {
          continue;
        }
        const auto mark = mark_of(*record->value);
        const auto emissions = by_mark_.find(mark.value_or(0));
        if (emissions == by_mark_.end()) {
          violated("a dead letter of what was never sent: ", *record->value);
        } else if (record->header("penstock.reason") == "rejected_by_broker") {
          ++published_[*mark];
          if (is_foreign(*record->value)) {
            replayed_.insert(*source_.emissions[emissions->second.front()].job);
          }
        } else if (++dead_[*mark] > count(*mark, Emission::Kind::garbled)) {
          violated("a dead letter more than there were garbled lines: ", *record->value);
        }
      }
    }
  }

  std::size_t count(std::uint64_t mark, Emission::Kind kind) const {
    const auto& emissions = by_mark_.at(mark);
    return static_cast<std::size_t>(
        std::count_if(emissions.begin(), emissions.end(),
                      [&](std::size_t i) { return source_.emissions[i].kind == kind; }));
  }

  void nothing_twice() {
    for (const auto& [mark, times] : published_) {
      const auto& emissions = by_mark_.at(mark);
      const auto job = source_.emissions[emissions.front()].job;
      // A replay that came before anything live had nothing to be compared with.
      const bool unknowable =
          job && source_.jobs[*job].replay == ModelJob::Replay::foreign && replayed_.contains(*job);
      if (times > emissions.size() && !unknowable) {
        violated("event ", shown(mark), " is published ", std::to_string(times), " times, not ",
                 std::to_string(emissions.size()));
      }
    }
  }

  void job(const ModelJob& job) {
    const auto records = world_.kafka().latest("p.jobs");
    const auto record = records.find(job.id);
    if (record == records.end() || field(record->second, "settled") != "true") {
      if (record != records.end() && job.replay == ModelJob::Replay::faithful && !predates(job)) {
        violated(job.id, " is never settled");
      }
      return;
    }
    if (job.replay == ModelJob::Replay::lossy || job.replay == ModelJob::Replay::foreign) {
      return;  // nobody can tell
    }
    std::size_t events = 0;
    for (const std::size_t i : job.events) {
      const std::uint64_t mark = source_.emissions[i].mark;
      events += 1;
      if (published_[mark] < by_mark_.at(mark).size()) {
        violated(job.id, " is settled, and event ", shown(mark), " is missing");
      }
    }
    if (field(record->second, "events") != std::to_string(events)) {
      violated(job.id, " has ", std::to_string(events), " events, and its record says ",
               field(record->second, "events"));
    }
  }

  bool predates(const ModelJob& job) const {
    return !first_session_ || job.requested_at < *first_session_;
  }

  void losses_are_covered() {
    for (const auto& [mark, emissions] : by_mark_) {
      if (source_.emissions[emissions.front()].kind == Emission::Kind::status) {
        continue;
      }
      std::size_t missing =
          emissions.size() - std::min(emissions.size(), published_[mark] + dead_[mark]);
      for (const std::size_t i : emissions) {
        if (missing > 0 && is_covered(source_.emissions[i])) {
          --missing;
        }
      }
      if (missing > 0) {
        violated("event ", shown(mark), " is lost, and no gap record says so");
      }
    }
  }

  bool is_covered(const Emission& emission) const {
    const bool nobody_was_there = !first_session_ || emission.at < *first_session_ ||
                                  (emission.at == *first_session_ && emission.connection == 0);
    if (nobody_was_there) {
      return true;
    }
    if (emission.job && cannot_be_known(source_.jobs[*emission.job], emission.at)) {
      return true;
    }
    const WallTime to = lost_by(emission);
    return is_behind_a_crash(emission) ||
           std::any_of(gaps_.begin(), gaps_.end(), [&](const GapRecord& gap) {
             const bool says_so =
                 gap.state == "unrecoverable" || gap.says("task list begins") || gap.says("held");
             return says_so && gap.meets(at_the_earliest(emission.at), to);
           });
  }

  // What was sent long before the last bytes came, as a connection was held back, and didn't come;
  // and its process crashed before Kafka knew of that (docs/reliability.md).
  bool is_behind_a_crash(const Emission& sent) const {
    return std::ranges::any_of(source_.connections, [&](const auto& entry) {
      const auto& [id, from] = entry;
      constexpr std::uint64_t open_block = 2'048;  // at most; it goes with the machine
      const bool came = sent.connection == id && sent.end + open_block <= from.delivered;
      return !came && from.held_back_from && *from.held_back_from <= sent.at &&
             sent.at + limits::gap_margin < from.received_at && world_.crashed(from.instance) &&
             !source_.has_told(from);
    });
  }

  // What a replay lacks for good; and what the task list doesn't reach back to, and was never heard
  // of: a job that was requested before the gap, or before another one whose record says so.
  bool cannot_be_known(const ModelJob& job, WallTime lost_at) const {
    if (job.replay == ModelJob::Replay::lossy) {
      return true;
    }
    const bool unknown =
        source_.jobs.size() > source_.listed && !world_.kafka().latest("p.jobs").contains(job.id);
    return unknown &&
           (predates(job) || std::any_of(gaps_.begin(), gaps_.end(), [&](const GapRecord& gap) {
              const bool before = gap.meets(at_the_earliest(lost_at), lost_at) &&
                                  at_the_earliest(job.requested_at) < gap.started_at;
              const bool said = gap.says("task list begins") &&
                                gap.meets(at_the_earliest(job.requested_at), job.ends_at);
              return before || said;
            }));
  }

  // By the machine's clock, which may have been set back before or afterwards.
  WallTime at_the_earliest(WallTime time) const { return time - world_.behind(); }

  // When it was gone at the latest. What happens between two sessions is gone at once, but the last
  // bytes of the one before may still be on their way then.
  WallTime lost_by(const Emission& emission) const {
    WallTime last = emission.at;
    for (const auto& [id, connection] : source_.connections) {
      if (id > emission.connection && connection.opened_at > emission.at) {
        break;
      }
      last = std::max({last, connection.received_at, connection.ended_at});
      if (id == emission.connection && connection.delivered >= emission.end) {
        return world_.ended_at(connection.instance).value_or(WallTime::max());
      }
    }
    return last;
  }

  void gaps_are_true() {
    std::set<WallTime> openings, ends;
    for (const auto& [id, connection] : source_.connections) {
      openings.insert(connection.opened_at);
    }
    for (const GapRecord& gap : gaps_) {
      if (!gap.ended_at) {
        violated("gap ", gap.id, " never ends");
        continue;
      }
      if (!openings.contains(*gap.ended_at)) {
        violated("gap ", gap.id, " ends when no session opened");
      } else if (!ends.insert(*gap.ended_at).second) {
        violated("two gaps end with the same session");
      } else if (!is_between_sessions(gap)) {
        violated("gap ", gap.id, " isn't between two sessions");
      }
      if (gap.state != "recovered" && gap.state != "unrecoverable" && !gap.says("held")) {
        violated("gap ", gap.id, " stays ", gap.state);
      }
    }
    every_reconnection_has_a_gap(ends);
  }

  // Nothing of the session before it came after its beginning, but what was held back then, or what
  // a crash took away. A session that there was no room for, so that nothing of it was read, is
  // part of the gap.
  bool is_between_sessions(const GapRecord& gap) const {
    bool found = false;
    for (const auto& [id, connection] : source_.connections) {
      if (connection.opened_at == *gap.ended_at) {
        break;
      }
      const auto crash = world_.ended_at(connection.instance);
      const bool begins_it =
          gap.started_at == connection.received_at ||
          (connection.held_back_until && gap.started_at >= connection.opened_at &&
           gap.started_at < connection.received_at) ||
          (crash && gap.started_at <= *crash);
      found = begins_it || (found && connection.delivered == 0);
    }
    return found;
  }

  // All that this process did is committed.
  void every_reconnection_has_a_gap(const std::set<WallTime>& ends) {
    std::uint64_t before = 0;
    for (const auto& [id, connection] : source_.connections) {
      if (world_.ended_at(connection.instance)) {
        continue;
      }
      if (before != 0 && connection.delivered > 0 && !ends.contains(connection.opened_at)) {
        violated("no gap record between the sessions on connections ", std::to_string(before),
                 " and ", std::to_string(id));
      }
      before = id;
    }
  }

  World& world_;
  const ModelSource& source_;
  std::vector<GapRecord> gaps_;
  std::map<std::uint64_t, std::vector<std::size_t>> by_mark_;  // emissions
  std::optional<WallTime> first_session_;                      // of which anything is known
  Marks published_, dead_;
  std::set<std::size_t> replayed_;  // jobs of which a replay published something
  std::vector<std::string> violations_;
};

void balance(World& world, std::vector<std::string>& violations) {
  for (const auto& process : world.processes()) {
    for (const auto& unit : process->units) {
      const EventFigures figures = unit->counters().events();
      if (figures.unaccounted() != 0) {
        violations.push_back(unit->source() + ": " + std::to_string(figures.unaccounted()) +
                             " events are unaccounted for");
      }
      if (unit->at_rest() && !unit->end() && figures.in_journal != 0) {
        violations.push_back(unit->source() + ": " + std::to_string(figures.in_journal) +
                             " events are in the journal, for which nothing is left to do");
      }
    }
  }
}

}  // namespace

std::vector<std::string> check(World& world) {
  std::vector<std::string> violations;
  for (const auto& [name, source] : world.remote().sources()) {
    for (std::string& violation : SourceCheck(world, source).violations()) {
      violations.push_back(std::move(violation));
    }
  }
  balance(world, violations);
  return violations;
}

bool all_settled(World& world) {
  const auto records = world.kafka().latest("p.jobs");
  for (const auto& [name, source] : world.remote().sources()) {
    for (const ModelJob& job : source.jobs) {
      const auto record = records.find(job.id);
      if (record == records.end() || field(record->second, "settled") != "true") {
        return false;
      }
    }
  }
  return true;
}

}  // namespace penstock::scenario
