// What the records of the topic `<prefix>.dead-letters` say: which dead letters there are, whether
// all their parts are, and which of them were retried. Pure; holds no bytes of a letter.
//
// A record is a letter, a part of one (Router::route_dead_letter), or a mark that a letter was
// published again: no value, and the headers
//
//   penstock.retried      the letter's place: 0/17
//   penstock.retried_at   when, RFC 3339
//   penstock.source       the letter's
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "penstock/core/time.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

// Where a record stands in the topic; written `partition/offset`: 0/17.
struct LetterPlace {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  auto operator<=>(const LetterPlace&) const = default;
};
std::string to_string(LetterPlace place);
std::optional<LetterPlace> parse_letter_place(std::string_view text);

struct LetterPart {
  std::uint32_t number = 1;  // from 1
  LetterPlace place;
  std::uint64_t size = 0;  // bytes
};

// A dead letter as its topic has it.
struct StoredLetter {
  std::string source;      // a valid name of one
  std::string reason;      // lower-case letters, digits, underscores
  std::uint64_t size = 0;  // bytes of the line
  std::optional<std::uint64_t> session;
  WallTime received_at;
  std::uint32_t part_count = 1;
  std::vector<LetterPart> parts;       // those that are there, by their number; never none
  std::optional<WallTime> retried_at;  // the last time

  // Of its first part: what it is called.
  LetterPlace where() const { return parts.front().place; }
  bool complete() const { return parts.size() == part_count; }
  std::uint64_t kept() const;  // bytes that are there
  // All is there that ever was, and that isn't the whole line.
  bool cut() const { return complete() && kept() < size; }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// The record that says that a letter was published again. It belongs into the letter's partition,
// behind the letter: so it is there for as long as the letter.
void route_retry_mark(const StoredLetter& letter, WallTime now, Record& record);

class DeadLetterIndex {
 public:
  // Takes a record; those of a partition come in their order. False: it isn't penstock's.
  bool add(LetterPlace place, const Headers& headers, std::uint64_t value_size);

  // By the time of receipt, then by place. The index is empty afterwards.
  std::vector<StoredLetter> take();

 private:
  // What all parts of a letter have in common. Letters of one block can have it in common, too.
  struct Key {
    std::string source, reason;
    WallTime received_at;
    std::uint64_t size;
    std::uint32_t part_count;
    std::optional<std::uint64_t> session;
    auto operator<=>(const Key&) const = default;
  };
  bool add_mark(LetterPlace letter, const Headers& headers);
  static StoredLetter letter_of(const Key& key, std::vector<LetterPart> parts);
  static void join(const Key& key, const std::vector<LetterPart>& parts,
                   std::vector<StoredLetter>& letters);

  std::vector<StoredLetter> whole_;               // those in one record
  std::map<Key, std::vector<LetterPart>> parts_;  // of the others, as they came
  std::map<LetterPlace, WallTime> retried_;
};

}  // namespace penstock::publish
