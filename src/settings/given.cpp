#include "settings/given.hpp"

#include "penstock/core/text.hpp"

namespace penstock::settings {

std::string to_string(const Origin& origin) {
  switch (origin.level) {
    case Origin::Level::file:
      return origin.where + ":" + std::to_string(origin.line);
    case Origin::Level::environment:
      return origin.where;
    case Origin::Level::flag:
      return "flag";
    case Origin::Level::fallback:
      break;
  }
  return "default";
}

Finding finding_at(const Origin& origin, std::string message) {
  return {origin.where, origin.line, origin.column, std::move(message)};
}

Finding finding_at(const Origin& origin, const std::string& path, const std::string& what) {
  Finding finding = finding_at(origin, printable(path) + ": " + what);
  finding.path = path;
  return finding;
}

std::string to_string(const Finding& finding) {
  std::string out = finding.where;
  if (finding.line > 0) {
    out += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column);
  }
  return out.empty() ? finding.message : out + ": " + finding.message;
}

}  // namespace penstock::settings
