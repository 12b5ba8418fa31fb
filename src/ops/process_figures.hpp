// What Linux and the allocator say of this process. Source of the formats: proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace penstock::ops {

struct ProcessStat {
  std::uint64_t cpu_ticks = 0;  // utime + stime
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  // since the machine's boot
  std::uint64_t resident_pages = 0;
};

// The content of /proc/<pid>/stat.
std::optional<ProcessStat> parse_process_stat(std::string_view text);
// The line `btime` of /proc/stat: the machine's boot in seconds since 1970.
std::optional<std::uint64_t> parse_boot_time(std::string_view text);
// The soft limit of `Max open files` in /proc/<pid>/limits; none where it is unlimited.
std::optional<std::uint64_t> parse_max_fds(std::string_view text);

// A figure that can't be read is left out.
struct ProcessFigures {
  std::optional<double> cpu_seconds;
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> allocated_bytes;
  std::optional<std::uint64_t> threads;
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;
};

ProcessFigures read_process_figures();
// When this process started, in seconds since 1970, by the wall clock of now: the kernel counts
// back from it. Read once, so that no later step of that clock looks like a restart.
std::optional<double> read_process_start();

}  // namespace penstock::ops
