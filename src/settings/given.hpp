// Values as somebody wrote them, before they are understood, with where they come from.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/settings/load.hpp"

namespace penstock::settings {

// In place of a value that isn't shown.
inline constexpr std::string_view hidden_text = "(hidden)";

struct Origin {
  enum class Level { fallback, file, environment, flag };
  Level level = Level::fallback;
  std::string where;  // the file, the variable, the flag
  int line = 0;
  int column = 0;
};
// As `penstock config` shows it.
std::string to_string(const Origin& origin);

struct Given {
  std::vector<std::string> items;  // one, or those of a list
  Origin origin;
  bool hidden = false;  // holds what came from a `${file:…}`
};

// By full path; an entry of a map is a path of its own (kafka.properties.compression.codec).
using GivenMap = std::map<std::string, Given>;
using Findings = std::vector<Finding>;

Finding finding_at(const Origin& origin, std::string message);
// About what a key has.
Finding finding_at(const Origin& origin, const std::string& path, const std::string& what);

}  // namespace penstock::settings
