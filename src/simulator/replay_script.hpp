// The lines of one replay: all of a job's by now, told as faults demand. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "penstock/simulator/fault.hpp"
#include "simulator/job_lines.hpp"
#include "simulator/json_rewrite.hpp"
#include "simulator/script.hpp"

namespace penstock::simulator {

struct ReplayForm {
  JsonForm json;  // of every line
  bool status_messages = true;
  // Of the results; for a job always the same ones.
  double missing = 0;
  double changed = 0;  // numbers of another value
};
// Adds what a fault of the group `replay` demands.
void demand(ReplayForm& form, const Fault& fault);

class ReplayScript final : public Script {
 public:
  // `lines` and `job` outlive it. `replay`: a number that differs between replays.
  ReplayScript(const JobLines& lines, const Job& job, const ReplayForm& form, std::uint64_t seed,
               std::uint64_t replay, Bytes max_event);

  std::uint64_t size() const { return moments_.size(); }
  void append(std::string& out, std::uint64_t n, LineKind kind) const override;

 private:
  SplitMix64 of_line(std::uint64_t stream, std::uint64_t n) const;

  const JobLines& lines_;
  const Job& job_;
  ReplayForm form_;
  std::uint64_t seed_;
  std::uint64_t replay_;
  Bytes max_event_;
  std::vector<std::uint32_t> moments_;
};

}  // namespace penstock::simulator
