// `penstock journal`: journals as they stand, a daemon running on them or not; and their
// publishing.
#pragma once

#include <string>

#include "cli/rows.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::cli {

// Each returns the exit status. `directory`: journal.directory, or that of one source.

// Its segments, and what of them Kafka may not have.
int list_journal(const std::string& directory, Output output);
// A line a journal, and one for all that is damaged; then the exit status is 1.
int verify_journal(const std::string& directory, Output output);
// The lines that a start would publish, of one source. On a terminal as printable text.
int print_journal(const std::string& directory);
// What Kafka doesn't have of one that no daemon runs on.
int publish_journal(const settings::Settings& settings, const std::string& directory);

}  // namespace penstock::cli
