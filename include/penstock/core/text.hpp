// Text from outside, made fit to be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock {

// `bytes` as one line of printable ASCII: everything else as \xNN, at most `limit` characters (then
// `…` in its ASCII form `...`). What comes from a remote goes through here before it reaches a log,
// a terminal or an error.
std::string printable(std::string_view bytes, std::size_t limit = 200);

// `lines` as a terminal may get them: all but line ends, tabs and printable UTF-8 escaped. Control
// characters, those that turn the direction of text among them, become \uNNNN, which in a JSON
// string is what they are; bytes that are no UTF-8 become \xNN.
std::string terminal_safe(std::string_view lines);

// The member of `known` that is nearest to `word` (Damerau-Levenshtein), or empty where none is
// within a third of its length, and one more.
template <class Range>
std::string_view nearest(std::string_view word, const Range& known);
// `; did you mean `meant`?`, made fit to be shown, or nothing where nothing is meant.
std::string did_you_mean(std::string_view meant);
// Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; of more than `most`,
// at once, `most` + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);

bool iequals_ascii(std::string_view a, std::string_view b) noexcept;

template <class Range>
std::string_view nearest(std::string_view word, const Range& known) {
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 1;
  for (std::string_view candidate : known) {
    const std::size_t distance = edit_distance(word, candidate, best_distance);
    if (distance < best_distance || (distance == best_distance && best.empty())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace penstock
