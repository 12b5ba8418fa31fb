// Which librdkafka properties are the user's.
// Names: librdkafka, CONFIGURATION.md.
#pragma once

#include <string>
#include <string_view>

namespace penstock::settings {

// One name where librdkafka knows several for one property.
std::string_view canonical_property(std::string_view name);
// Why `name` can't be set, or empty.
std::string_view refused_property(std::string_view name);

}  // namespace penstock::settings
