#include "app/commands/line_printer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

constexpr int no_limit = -1;
constexpr int line_end_ms = 1'000;  // that an interrupted line may take to its end

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t count = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    count += end != 0 && text.substr(0, end) != "\r" ? 1U : 0U;
    text.remove_prefix(end + 1);
  }
  return count;
}

}  // namespace

LinePrinter::LinePrinter(int out, int interrupt, Bytes max_line)
    : out_(out), interrupt_(interrupt), to_terminal_(isatty(out) == 1), buffer_(max_line) {}

std::span<char> LinePrinter::writable() {
  if (!end_ && buffer_.over()) {
    fail("a line is longer than events.max_size");
  }
  return end_ ? std::span<char>() : buffer_.writable();
}

void LinePrinter::received(std::size_t count) {
  const std::string_view whole = buffer_.received(count);
  if (!whole.empty() && write(whole)) {
    buffer_.drop(whole.size());
  }
}

void LinePrinter::print_rest() {
  const std::string line = std::string(rest()) + '\n';
  buffer_.discard();
  write(line);
}

bool LinePrinter::write(std::string_view lines) {
  return to_terminal_ ? write_as_they_are(terminal_safe(lines)) : write_as_they_are(lines);
}

bool LinePrinter::write_as_they_are(std::string_view lines) {
  std::size_t done = 0;
  while (done < lines.size() && !end_) {
    const bool within_line = done > 0 && lines[done - 1] != '\n';
    const bool stopping = wait(within_line);
    if (end_) {
      break;
    }
    // A pipe that has room has it for so many bytes: this doesn't block.
    std::size_t size = std::min<std::size_t>(lines.size() - done, PIPE_BUF);
    if (stopping) {
      size = std::min(size, lines.find('\n', done) + 1 - done);
    }
    const ssize_t written = ::write(out_, lines.data() + done, size);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EPIPE) {
      end_ = End::reader_gone;
    } else if (errno != EINTR && errno != EAGAIN) {
      fail("standard output: " + std::system_category().message(errno));
    }
  }
  bytes_ += done;
  lines_ += count_lines(lines.substr(0, lines.substr(0, done).rfind('\n') + 1));
  return done == lines.size();
}

// Waits for room. True once interrupted: then only a line that has begun goes on, and not for long.
bool LinePrinter::wait(bool within_line) {
  std::array<pollfd, 2> waiting{{{out_, POLLOUT, 0}, {interrupt_, POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), no_limit) < 0 && errno == EINTR) {
  }
  const bool interrupted = (waiting[1].revents & POLLIN) != 0;
  if (interrupted && !(within_line && ::poll(waiting.data(), 1, line_end_ms) > 0)) {
    end_ = End::interrupted;
  }
  return interrupted;
}

void LinePrinter::fail(std::string why) {
  end_ = End::failed;
  why_ = std::move(why);
}

}  // namespace penstock::app
