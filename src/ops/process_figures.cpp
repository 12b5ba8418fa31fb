#include "ops/process_figures.hpp"

#include <malloc.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace penstock::ops {
namespace {

std::string read_file(const char* path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return std::move(out).str();
}

// The next word of `text`, which is cut off its front.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view space = " \t\n";
  const auto begin = text.find_first_not_of(space);
  text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
  const auto word = text.substr(0, text.find_first_of(space));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  const auto word = take_word(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) {
    return std::nullopt;
  }
  return value;
}

// The number behind `label`, where a line begins with it.
std::optional<std::uint64_t> number_of_line(std::string_view text, std::string_view label) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.starts_with(label)) {
      std::string_view rest = line.substr(label.size());
      return take_number(rest);
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

double ticks_per_second() { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

std::optional<std::uint64_t> count_open_fds() {
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  if (error || count == 0) {
    return std::nullopt;
  }
  return count - 1;  // without the one that lists them
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  // The program's name is in parentheses and may hold both spaces and parentheses.
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(name_end + 1);
  constexpr int first_field = 3, utime = 14, stime = 15, threads = 20, start = 22, resident = 24;
  ProcessStat stat;
  for (int field = first_field; field <= resident; ++field) {
    if (field != utime && field != stime && field != threads && field != start &&
        field != resident) {
      take_word(text);
      continue;
    }
    const auto value = take_number(text);
    if (!value) {
      return std::nullopt;
    }
    switch (field) {
      case threads:
        stat.threads = *value;
        break;
      case start:
        stat.start_ticks = *value;
        break;
      case resident:
        stat.resident_pages = *value;
        break;
      default:
        stat.cpu_ticks += *value;
    }
  }
  return stat;
}

std::optional<std::uint64_t> parse_boot_time(std::string_view text) {
  return number_of_line(text, "btime ");
}

std::optional<std::uint64_t> parse_max_fds(std::string_view text) {
  return number_of_line(text, "Max open files ");
}

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  if (const auto stat = parse_process_stat(read_file("/proc/self/stat"))) {
    figures.cpu_seconds = static_cast<double>(stat->cpu_ticks) / ticks_per_second();
    figures.threads = stat->threads;
    figures.resident_bytes =
        stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  const struct mallinfo2 allocated = mallinfo2();
  figures.allocated_bytes = allocated.uordblks + allocated.hblkhd;
  figures.open_fds = count_open_fds();
  figures.max_fds = parse_max_fds(read_file("/proc/self/limits"));
  return figures;
}

std::optional<double> read_process_start() {
  const auto stat = parse_process_stat(read_file("/proc/self/stat"));
  const auto boot = parse_boot_time(read_file("/proc/stat"));
  if (!stat || !boot) {
    return std::nullopt;
  }
  return static_cast<double>(*boot) + static_cast<double>(stat->start_ticks) / ticks_per_second();
}

}  // namespace penstock::ops
