// The records of the state topic: `penstock.<prefix>.state`, compacted, 16 partitions. Pure.
//
// A source's records are all in one partition, murmur2(source name) mod 16, and their keys begin
// with the source's name and a slash. A value is text, one `name=value` a line, `v` first:
//
//   <source>/owner/<instance>      v=1, claim, host, since
//   <source>/position/<journal>    v=1, sequence: the first block not committed; offset: reserved,
//                                  0; item: the first item not committed; counted on from process
//                                  to process
//
// What else there is belongs to jobs (docs/state-topic.md).
//
// An owner record is also the mark up to which a starting producer reads: what stands before its
// own claim is decided.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"

namespace penstock::publish {

inline constexpr int state_record_version = 1;

// Austin Appleby's MurmurHash2, 32 bits, as Kafka's default partitioner uses it.
std::uint32_t murmur2(std::string_view bytes) noexcept;
int state_partition(const SourceName& source) noexcept;

struct Owner {
  std::string instance;     // one run of one process, 16 hex digits
  std::uint64_t claim = 0;  // counts the claims of that instance
  std::string host;
  WallTime since;
};

SideRecord owner_record(const SourceName& source, const Owner& owner);
SideRecord position_record(const SourceName& source, const Position& position);

// What the records of one source say, in the order in which they were committed.
class SourceState {
 public:
  explicit SourceState(SourceName source) : source_(std::move(source)) {}

  // Takes a record of the partition; those of other sources are passed over. An error names a
  // record that this version can't read.
  Result<void> apply(std::string_view key, std::optional<std::string_view> value);

  // The owner whose claim was committed last.
  const std::optional<Owner>& latest_owner() const noexcept { return latest_; }
  // Instances with a record, the latest included.
  const std::map<std::string, Owner>& owners() const noexcept { return owners_; }
  const std::map<std::string, Position>& positions() const noexcept { return positions_; }

 private:
  SourceName source_;
  std::optional<Owner> latest_;
  std::map<std::string, Owner> owners_;
  std::map<std::string, Position> positions_;
};

}  // namespace penstock::publish
