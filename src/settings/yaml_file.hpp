// The configuration file: YAML into values by path.
#pragma once

#include <filesystem>

#include "settings/given.hpp"

namespace penstock::settings {

// Appends to `findings` what can't be read, what is unknown, doubled or of the wrong form.
GivenMap read_yaml_file(const std::filesystem::path& file, Findings& findings);

// The same for a text; `name` is what findings call it.
GivenMap read_yaml(const std::string& text, const std::string& name, Findings& findings);

}  // namespace penstock::settings
