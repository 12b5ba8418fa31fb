// The file `journal` of a journal's directory (docs/journal-format.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"

namespace penstock::journal {

struct Description {
  JournalId id;
  std::string source;           // as it stands there: may be no name
  std::uint64_t processes = 0;  // have written to the journal
};

std::string to_string(JournalId id);  // 16 hex digits

// None: it isn't there, and neither are segments. An error says what to do.
Result<std::optional<Description>> read_description(const std::string& directory);
// Flushed, its name not yet.
Result<void> write_description(const std::string& directory, const Description& description);

}  // namespace penstock::journal
