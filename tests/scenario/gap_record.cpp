#include "gap_record.hpp"

#include "world.hpp"

namespace penstock::scenario {

std::string field(const std::string& json, const std::string& name) {
  const std::size_t found = json.find("\"" + name + "\":");
  if (found == std::string::npos) {
    return "";
  }
  const std::size_t begin = found + name.size() + 3;
  if (json[begin] == '"') {
    return json.substr(begin + 1, json.find('"', begin + 1) - begin - 1);
  }
  const char* const ends = json[begin] == '[' ? "]" : ",}";
  return json.substr(begin, json.find_first_of(ends, begin) - begin);
}

std::vector<GapRecord> gaps_of(World& world, const std::string& source) {
  std::vector<GapRecord> gaps;
  for (const auto& [key, json] : world.kafka().latest("p.gaps")) {
    if (field(json, "source") == source) {
      gaps.push_back({field(json, "gap_id"), field(json, "state"), field(json, "note"),
                      field(json, "jobs"), *parse_rfc3339(field(json, "started_at")),
                      parse_rfc3339(field(json, "ended_at"))});
    }
  }
  return gaps;
}

}  // namespace penstock::scenario
