#include "penstock/journal/bus_error.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>

namespace penstock::journal {
namespace {

constexpr int exit_failed = 1;
constexpr std::size_t longest_line = 4'096 + 128;  // PATH_MAX, and what stands before it

// What follows is called in a signal handler: system calls and the stack, nothing else.

void say(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Calls `found` with the mapped file's path.
template <class Found>
void find_file(std::uintptr_t address, Found found) noexcept {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::array<char, longest_line> line;
  std::size_t length = 0;
  std::array<char, 1'024> chunk;
  for (ssize_t count; (count = ::read(maps, chunk.data(), chunk.size())) > 0;) {
    for (const char byte : std::string_view(chunk.data(), static_cast<std::size_t>(count))) {
      if (byte != '\n') {
        if (length < line.size()) {
          line[length++] = byte;
        }
        continue;
      }
      const auto path = file_of_mapping({line.data(), length}, address);
      length = 0;
      if (!path.empty()) {
        return found(path);
      }
    }
  }
}

void on_bus_error(int, siginfo_t* info, void*) {
  find_file(reinterpret_cast<std::uintptr_t>(info->si_addr), [](std::string_view path) {
    if (path.ends_with(".segment") || path.ends_with("/released")) {
      say("penstock: I/O error in the journal's file ");
      say(path);
      say(": the disk failed or is full, or the file was cut. Look at the disk, then start again: "
          "what can be read is recovered.\n");
      _exit(exit_failed);
    }
  });
  // A fault of the program: back there it comes again, and ends it.
  ::signal(SIGBUS, SIG_DFL);
}

}  // namespace

void end_at_bus_errors() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

std::string_view file_of_mapping(std::string_view line, std::uintptr_t address) noexcept {
  std::uintptr_t from = 0;
  std::uintptr_t to = 0;
  const char* const end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, from, 16);
  if (first.ptr == end || *first.ptr != '-') {
    return {};
  }
  std::from_chars(first.ptr + 1, end, to, 16);
  const auto path = line.find('/');
  return from <= address && address < to && path != std::string_view::npos ? line.substr(path)
                                                                           : std::string_view();
}

}  // namespace penstock::journal
