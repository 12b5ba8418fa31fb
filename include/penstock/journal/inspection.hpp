// What a start would find in a journal, without a change to it and without its lock: a daemon may
// be running on it, and what it receives or releases meanwhile may show or not. Its open block
// doesn't: the line that it ends with isn't whole yet.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/block.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/units.hpp"

namespace penstock::journal {

struct InspectedSegment {
  std::string file;  // its name
  // Of the blocks that Kafka may not have.
  std::uint64_t blocks = 0;
  std::uint64_t lines = 0;
  Bytes data{0};
  std::optional<WallTime> received_from, received_to;  // none: there are no blocks
};

struct Inspection {
  std::string directory;
  std::string source;  // printable
  std::string id;
  bool in_use = false;                     // by a process that holds its lock
  std::vector<InspectedSegment> segments;  // as their blocks follow each other
  std::vector<std::string> damages;        // for people; each names its file

  std::uint64_t blocks() const;
  std::uint64_t lines() const;
  Bytes data() const;
};

// One sentence for people: what waits in it, and who has it.
std::string summary(const Inspection& inspection);

// The journals in a directory: itself, or those of the sources in it. An error: there are none, or
// it can't be read.
Result<std::vector<std::string>> find_journals(const std::string& directory);

// The one journal in a directory. An error names one of several.
Result<std::string> find_journal(const std::string& directory);

// Calls `each`, where given, for each block that can be read and that Kafka may not have, in their
// order; its views are good during the call. An error: it is none, is of a newer version, or can't
// be read.
Result<Inspection> inspect(const std::string& directory,
                           const std::function<void(const Block&)>& each = {});

}  // namespace penstock::journal
