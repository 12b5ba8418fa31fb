#include "ops/exposition.hpp"

#include <prometheus/text_serializer.h>

namespace penstock::ops {
namespace {

std::string serialize(const prometheus::MetricFamily& family) {
  return prometheus::TextSerializer().Serialize({family});
}

std::string_view metadata_name(const prometheus::MetricFamily& family) {
  constexpr std::string_view suffix = "_total";
  std::string_view name = family.name;
  if (family.type == prometheus::MetricType::Counter && name.ends_with(suffix)) {
    name.remove_suffix(suffix.size());
  }
  return name;
}

}  // namespace

std::string prometheus_text(const std::vector<Family>& families) {
  std::string out;
  for (const Family& family : families) {
    out += serialize(family.family);
  }
  return out;
}

// Sample lines are the same in both formats. OpenMetrics names a counter without `_total` in its
// metadata, knows units, and ends with a mark.
std::string open_metrics_text(const std::vector<Family>& families) {
  std::string out;
  for (const auto& [family, unit] : families) {
    const std::string name(metadata_name(family));
    const std::string serialized = serialize(family);
    std::string_view text = serialized;
    for (const std::string_view keyword : {"# HELP ", "# TYPE "}) {
      const auto line = text.substr(0, text.find('\n') + 1);
      out.append(keyword).append(name).append(line.substr(keyword.size() + family.name.size()));
      text.remove_prefix(line.size());
    }
    if (!unit.empty()) {
      out.append("# UNIT ").append(name).append(1, ' ').append(unit).append(1, '\n');
    }
    out += text;
  }
  return out + "# EOF\n";
}

}  // namespace penstock::ops
