#include "simulator/state.hpp"

namespace penstock::simulator {

State::State(Options with) : options(std::move(with)), generator(options.seed, options.mix) {
  for (const Source source : all_sources) {
    sources.emplace_back(source, options.faults, options.rate, options.seed);
  }
}

void State::inject(const Fault& fault, std::optional<Source> source) {
  for (SourceState& each : sources) {
    if (source && *source != each.source) {
      continue;
    }
    if (word(fault.kind).group == FaultGroup::control) {
      each.quiet = fault.kind == FaultKind::quiet;
    } else {
      each.faults.inject(fault);
    }
  }
}

SourceStats State::stats(Source source) const {
  const SourceState& from = of(source);
  SourceStats figures{from.connected, from.sessions, from.lines, from.bytes, {}, from.responses};
  for (const FaultWord& known : fault_words()) {
    if (const std::uint64_t count = from.faults.taken(known.kind); count > 0) {
      figures.faults.emplace(known.name, count);
    }
  }
  return figures;
}

}  // namespace penstock::simulator
