// All that the simulator's connections share. Used from its I/O thread only.
#pragma once

#include <deque>
#include <map>

#include "penstock/simulator/simulator.hpp"
#include "simulator/source_state.hpp"

namespace penstock::simulator {

struct State {
  explicit State(Options with);

  SourceState& of(Source source) { return sources[static_cast<std::size_t>(source)]; }
  const SourceState& of(Source source) const { return sources[static_cast<std::size_t>(source)]; }
  // Carries out a fault that was asked for.
  void inject(const Fault& fault, std::optional<Source> source);
  SourceStats stats(Source source) const;

  Options options;
  EventGenerator generator;
  std::deque<SourceState> sources;                    // in the order of all_sources
  std::map<unsigned, std::uint64_t> other_responses;  // of what is no stream, by status
  std::uint64_t streaming = 0;                        // sessions open
  bool stopping = false;
};

}  // namespace penstock::simulator
