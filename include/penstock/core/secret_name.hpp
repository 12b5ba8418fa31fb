// Which properties hold secrets: by their names, so that those of later versions are covered.
#pragma once

#include <string_view>

namespace penstock {

// `property`: a name of librdkafka's (its CONFIGURATION.md). What names a place is none.
bool is_secret_name(std::string_view property) noexcept;

}  // namespace penstock
