// What the process ends with (sysexits.h for 78).
#pragma once

namespace penstock::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_configuration = 78;

}  // namespace penstock::cli
