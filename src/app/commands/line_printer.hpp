// Writes what comes to a file descriptor, whole lines only; to a terminal with control characters
// escaped.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/commands/line_buffer.hpp"
#include "penstock/core/byte_sink.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app {

// Writing blocks, so that a slow reader slows the sender; but not while `interrupt` is readable.
class LinePrinter final : public ByteSink {
 public:
  enum class End : std::uint8_t {
    interrupted,
    reader_gone,  // EPIPE
    failed,       // why() says it: the disk is full, a line is too long
  };

  // Both descriptors stay open and are the caller's; `out` blocks. A negative `interrupt`: none.
  LinePrinter(int out, int interrupt, Bytes max_line);

  std::span<char> writable() override;  // empty after its end
  void received(std::size_t count) override;
  // Whole lines, in place of what comes as bytes. False: it has ended.
  bool print(std::string_view lines) { return write(lines); }

  std::optional<End> end() const { return end_; }  // nothing more is written
  const std::string& why() const { return why_; }
  std::uint64_t bytes() const { return bytes_; }            // written
  std::uint64_t lines() const { return lines_; }            // written, blank ones left out
  std::string_view rest() const { return buffer_.rest(); }  // received of a line that hasn't ended
  void print_rest();                                        // that line, with an end

 private:
  bool write(std::string_view lines);
  bool write_as_they_are(std::string_view lines);
  bool wait(bool within_line);
  void fail(std::string why);

  int out_;
  int interrupt_;
  bool to_terminal_;
  LineBuffer buffer_;
  std::uint64_t bytes_ = 0;
  std::uint64_t lines_ = 0;
  std::optional<End> end_;
  std::string why_;
};

}  // namespace penstock::app
