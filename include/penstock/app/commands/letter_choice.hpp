// Decides which dead letters are shown and retried, and in which transactions. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/dead_letter_index.hpp"

namespace penstock::app {

using publish::LetterPlace;
using publish::StoredLetter;

struct LetterFilter {
  std::optional<std::string> source, reason;  // none: all
};

struct LettersWanted {
  LetterFilter filter;
  bool retried = false;               // those that were retried, too
  std::optional<std::size_t> newest;  // so many at most; none: all
};

struct Letters {
  std::vector<StoredLetter> letters;  // by the time of receipt
  std::uint64_t retried = 0;          // match, and are left out as they were retried
  std::uint64_t foreign = 0;          // records that aren't penstock's
};

// What of `all`, which are by the time of receipt, is wanted.
Letters select_letters(std::vector<StoredLetter> all, const LettersWanted& wanted);

// The letter that has a part there; null where there is none.
const StoredLetter* find_letter(const std::vector<StoredLetter>& letters, LetterPlace where);

struct RetryWanted {
  std::vector<LetterPlace> places;  // of any part; none: all that match and weren't retried
  LetterFilter filter;
  bool force = false;  // also what was retried before
};

// Why its bytes can't be published whatever they are; none: they may be an event.
std::optional<std::string> why_not_retried(const StoredLetter& letter,
                                           const std::set<std::string>& sources, bool force);
// What a batch made of its bytes says against it; none: it is one event.
std::optional<std::string> why_no_event(const Batch& batch);

struct RetryChoice {
  std::vector<StoredLetter> letters;                         // each once
  std::vector<std::pair<LetterPlace, std::string>> refused;  // and why
};
// `sources`: the names of those that are configured.
RetryChoice choose_letters(const std::vector<StoredLetter>& all, const RetryWanted& wanted,
                           const std::set<std::string>& sources);

// By place, in runs of up to `size` bytes and `count` letters; a larger letter is alone.
std::vector<std::vector<StoredLetter>> in_runs(std::vector<StoredLetter> letters, Bytes size,
                                               std::size_t count);

}  // namespace penstock::app
