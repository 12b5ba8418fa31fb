#include "penstock/core/secret_name.hpp"

#include <algorithm>
#include <array>

namespace penstock {

bool is_secret_name(std::string_view property) noexcept {
  // `key` alone would be in `keytab`, too.
  constexpr std::array<std::string_view, 6> words{"password", "passphrase", "secret",
                                                  "token",    ".key.",      "oauthbearer.config"};
  constexpr std::array<std::string_view, 3> places{".location", ".url", ".file"};
  const auto ends = [&](std::string_view end) { return property.ends_with(end); };
  const auto holds = [&](std::string_view word) { return property.find(word) != property.npos; };
  return std::ranges::none_of(places, ends) &&
         (std::ranges::any_of(words, holds) || property.ends_with(".key"));
}

}  // namespace penstock
