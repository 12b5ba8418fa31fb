// Understands a value: parses it as its key's kind, checks its bounds, puts it into the settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "settings/key_table.hpp"

namespace penstock::settings {

// `items` as the key wants it, set at `target`. What comes back is the effective value as shown.
// Not for maps and the list of sources, whose entries are keys of their own.
Result<std::string> apply(const KeySpec& spec, Target target,
                          const std::vector<std::string>& items);

// `a, b` → a and b. A comma that belongs to a value is written `\,`.
std::vector<std::string> split_list(std::string_view text);
// `a=b, c=d`; nullopt where a part has no `=`.
std::optional<std::vector<std::pair<std::string, std::string>>> split_map(std::string_view text);

// What a value of this kind may be, for the documentation: `1ms to 1h`. Empty: any.
std::string bounds_of(const Kind& kind);

}  // namespace penstock::settings
