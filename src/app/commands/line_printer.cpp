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
    : out_(out),
      interrupt_(interrupt),
      max_size_(static_cast<std::size_t>(max_line.count + limits::receive_buffer.count)),
      buffer_(2 * limits::receive_buffer.count) {}

std::span<char> LinePrinter::writable() {
  if (end_) {
    return {};
  }
  if (buffer_.size() - filled_ < limits::receive_buffer.count) {
    if (buffer_.size() >= max_size_) {
      fail("a line is longer than events.max_size");
      return {};
    }
    buffer_.resize(std::min(2 * buffer_.size(), std::max(max_size_, buffer_.size())));
  }
  return std::span(buffer_).subspan(filled_);
}

void LinePrinter::received(std::size_t count) {
  const std::string_view added(buffer_.data() + filled_, count);
  const std::size_t last = added.rfind('\n');
  filled_ += count;
  if (last == std::string_view::npos) {
    return;
  }
  const std::size_t whole = filled_ - count + last + 1;
  if (write({buffer_.data(), whole})) {
    filled_ -= whole;
    std::memmove(buffer_.data(), buffer_.data() + whole, filled_);
  }
}

bool LinePrinter::write(std::string_view lines) {
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
