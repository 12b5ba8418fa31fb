// Dead letters as a table of 80 columns, and as JSON.
#pragma once

#include <span>
#include <string>

#include "penstock/publish/dead_letter_index.hpp"

namespace penstock::cli {

// A line for each letter, and a note below it where there is something to say: parts are missing,
// the line was longer, it was retried. A long name of a source is cut.
std::string letter_table(std::span<const publish::StoredLetter> letters);

// One object, without a line end.
std::string letter_json(const publish::StoredLetter& letter);

// What isn't as a letter usually is; empty: nothing.
std::string letter_note(const publish::StoredLetter& letter);

}  // namespace penstock::cli
