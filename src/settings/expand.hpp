// `${NAME}`, `${NAME:-default}` and `${file:/path}` in a value.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::settings {

struct Expanded {
  std::string text;
  bool from_file = false;  // what comes from a file of its own is taken for a secret
};

// What is put in isn't expanded again. One line end at the end of a file is cut off. `secret`: an
// error has nothing of the text but paths of files.
Result<Expanded> expand(std::string_view text, const Environment& environment, bool secret = false);

// The paths of all `${file:…}`, be they there or not.
std::vector<std::filesystem::path> files_named_in(std::string_view text);

}  // namespace penstock::settings
