// A time-out as librdkafka's calls take it.
#pragma once

#include "penstock/core/time.hpp"

namespace penstock::publish {

inline int milliseconds(Duration duration) { return static_cast<int>(duration.count()); }

}  // namespace penstock::publish
