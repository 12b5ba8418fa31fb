// All that the simulator's connections share. Used from its I/O thread only.
#pragma once

#include <deque>
#include <map>
#include <string_view>

#include "penstock/simulator/simulator.hpp"
#include "simulator/event_store.hpp"
#include "simulator/image_catalogue.hpp"
#include "simulator/job_lines.hpp"
#include "simulator/source_state.hpp"

namespace penstock::simulator {

struct State {
  explicit State(Options with);
  State(const State&) = delete;  // its parts refer to each other
  State& operator=(const State&) = delete;

  SourceState& of(Source source) { return sources[static_cast<std::size_t>(source)]; }
  const SourceState& of(Source source) const { return sources[static_cast<std::size_t>(source)]; }
  // Not streams.
  Endpoint& of(FaultPlace place) { return places[static_cast<std::size_t>(place) - 1]; }
  const Endpoint& of(FaultPlace place) const { return places[static_cast<std::size_t>(place) - 1]; }

  // Takes the archives of options.archives, if it names a folder.
  Result<void> open_archives(Bytes most_unpacked);
  // Time runs from here on.
  void begin(MonotonicTime now, WallTime wall);
  // It is `now`: what is due happens. Comes before anything else is done with the state.
  void advance(MonotonicTime now);
  // How many lines a source may send now, from `cursor` on.
  std::uint64_t allowance(SourceState& source, std::uint64_t cursor);

  // Carries out a fault that was asked for.
  void inject(const Fault& fault, std::optional<Source> source);
  void inject(const Fault& fault, FaultPlace place);
  SourceStats stats(const Endpoint& from) const;

  // A job from now on; without a plan, one like those of the schedule.
  const Job& create_job(const std::optional<JobPlan>& plan, JobTask task);
  // The job that GET /v1/replay/<id> has to tell; null: none, or not kept so long.
  const Job* replayable(std::string_view id) const;
  // No job was ever asked for, and /stream has made-up ones.
  bool makes_up_jobs() const { return !has_jobs() && !sources[stream_index].script.is_archive(); }
  bool has_jobs() const { return sources[stream_index].script.jobs_from().has_value(); }

  Options options;
  EventGenerator generator;
  JobBook book;
  JobLines job_lines;
  EventStore events;
  ImageCatalogue images;
  std::deque<SourceState> sources;                    // in the order of all_sources
  std::vector<Endpoint> places;                       // in the order of FaultPlace, without streams
  std::map<unsigned, std::uint64_t> other_responses;  // of what is none of these, by status
  std::uint64_t streaming = 0;                        // sessions and replays under way
  bool stopping = false;

 private:
  static constexpr std::size_t stream_index = static_cast<std::size_t>(Source::stream);
  void start_jobs();

  MonotonicTime now_{};
  MonotonicTime begin_{};
  WallTime begin_wall_{};
  MonotonicTime::duration job_time_{};
};

}  // namespace penstock::simulator
