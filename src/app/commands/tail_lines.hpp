// Which of a stream's lines a command prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/app/commands/tail.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/filter.hpp"
#include "penstock/core/units.hpp"
#include "penstock/extract/pool.hpp"

namespace penstock::app {

class TailLines {
 public:
  // `filter`: of what is wanted. `follows`: a job's end is looked for.
  TailLines(const TailWanted& wanted, Filter filter, Bytes max_line, bool follows);

  struct Chosen {
    std::string_view lines;         // with their line ends; good until the next call
    bool over = false;              // no more is to be printed
    std::optional<JobFlags> job{};  // what its last status said
  };
  // Of whole lines.
  Chosen choose(std::string_view lines);
  void want_job(std::string_view id);

  // Lines that are no events, where only some events are wanted.
  std::uint64_t unjudged() const { return unjudged_; }

 private:
  bool wants(const Event& event) const;

  std::string job_;  // its normal id; empty: every one
  Filter filter_;
  bool chooses_;
  bool follows_;
  std::optional<std::uint64_t> left_;
  std::uint64_t unjudged_ = 0;
  std::optional<extract::Pool> pool_;
  extract::LaneOptions lane_;
  std::string block_, chosen_;
};

}  // namespace penstock::app
