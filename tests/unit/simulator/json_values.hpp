// Whether two texts are the same JSON value, as RapidJSON sees it.
#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>

namespace penstock::test {

inline rapidjson::Document json_value(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  return document;
}

// None: it can't tell, as it knows no 1e400 and compares no equal names.
inline std::optional<bool> same_value(const std::string& a, const std::string& b) {
  const rapidjson::Document left = json_value(a);
  if (left.HasParseError() || !(left == json_value(a))) {
    return std::nullopt;
  }
  return left == json_value(b);
}

}  // namespace penstock::test
