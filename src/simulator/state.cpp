#include "simulator/state.hpp"

#include "penstock/core/text.hpp"

namespace penstock::simulator {

using std::chrono::duration_cast;

State::State(Options with)
    : options(std::move(with)),
      generator(options.seed, options.mix),
      book(options.jobs, options.seed),
      job_lines(generator, book, WallTime(Duration(EventGenerator::time_ms(0)))),
      events(generator, job_lines, options.seed),
      images(options.seed) {
  for (const FaultPlace place :
       {FaultPlace::replay, FaultPlace::tasks, FaultPlace::query, FaultPlace::pictures}) {
    places.push_back({FaultPlan(options.faults, place, options.seed), 0, 0, 0, 0, {}});
  }
  for (const Source source : all_sources) {
    sources.emplace_back(
        source, options.faults, options.rate, options.seed,
        SourceScript(generator, source, source == Source::stream ? &job_lines : nullptr,
                     options.seed, options.max_event));
  }
  if (book.scheduled()) {
    start_jobs();
  }
}

Result<void> State::open_archives(Bytes most_unpacked) {
  if (options.archives.empty()) {
    return {};
  }
  bool any = false;
  for (SourceState& source : sources) {
    Result<Archive> archive = Archive::open(options.archives, source.source, most_unpacked);
    if (!archive) {
      return archive.error();
    }
    any |= archive->has_files();
    source.script.serve(std::move(*archive));
  }
  if (!any) {
    return make_error(Errc::not_found,
                      printable(options.archives.string()) +
                          " has no archive: files named <source>*.ndjson, .ndjson.gz or "
                          ".ndjson.zst, with a source such as firehose");
  }
  return {};
}

void State::begin(MonotonicTime now, WallTime wall) {
  now_ = begin_ = now;
  begin_wall_ = wall;
  for (SourceState& source : sources) {
    source.script.times = options.start_time ? EventTimes::fixed(*options.start_time)
                                             : EventTimes::by_clock(options.rate);
  }
  job_lines.set_start(options.start_time.value_or(wall));
}

void State::advance(MonotonicTime now) {
  if (!of(Source::stream).quiet) {
    job_time_ += now - now_;
  }
  now_ = now;
  book.advance(duration_cast<JobTime>(job_time_));
  for (Endpoint& place : places) {
    place.faults.advance(now);
  }
}

std::uint64_t State::allowance(SourceState& source, std::uint64_t cursor) {
  return source.allowance(cursor, now_, begin_wall_ + duration_cast<Duration>(now_ - begin_));
}

void State::inject(const Fault& fault, std::optional<Source> source) {
  for (SourceState& each : sources) {
    if (source && *source != each.source) {
      continue;
    }
    if (word(fault.kind).group != FaultGroup::control) {
      each.faults.inject(fault);
      continue;
    }
    if (fault.kind != FaultKind::no_new_jobs) {
      each.quiet = fault.kind == FaultKind::quiet;
    }
    if (fault.kind != FaultKind::quiet && each.source == Source::stream) {
      book.schedule(fault.kind == FaultKind::resume);
    }
  }
}

void State::inject(const Fault& fault, FaultPlace place) {
  if (place == FaultPlace::streams) {
    inject(fault, std::nullopt);
  } else {
    of(place).faults.inject(fault);
  }
}

SourceStats State::stats(const Endpoint& from) const {
  SourceStats figures{from.connected, from.sessions, from.lines, from.bytes, {}, from.responses};
  for (const FaultWord& known : fault_words()) {
    if (const std::uint64_t count = from.faults.taken(known.kind); count > 0) {
      figures.faults.emplace(known.name, count);
    }
  }
  return figures;
}

void State::start_jobs() {
  SourceState& stream = of(Source::stream);
  if (!has_jobs()) {
    stream.script.jobs_from(stream.next);
  }
}

const Job& State::create_job(const std::optional<JobPlan>& plan, JobTask task) {
  start_jobs();
  return plan ? book.create(*plan, std::move(task)) : book.create_unplanned(std::move(task));
}

const Job* State::replayable(std::string_view id) const {
  const Job* job = book.find(id);
  if (job != nullptr && options.replay_kept && job->life.ended() &&
      book.now() - *job->life.ended() > *options.replay_kept) {
    return nullptr;
  }
  return job;
}

}  // namespace penstock::simulator
