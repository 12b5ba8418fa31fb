// Finds where whole lines end in the bytes of an open block. Pure; looks at each byte once.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock::journal {

class LineFramer {
 public:
  // The bytes that follow what the block has so far.
  void append(std::string_view added) noexcept;

  // The block begins anew, with `tail` bytes that hold no line end.
  void restart(std::size_t tail) noexcept {
    filled_ = tail;
    whole_ = 0;
  }

  std::size_t filled() const noexcept { return filled_; }  // all bytes of the open block
  std::size_t whole() const noexcept { return whole_; }    // those up to its last line end
  std::size_t tail() const noexcept { return filled_ - whole_; }

 private:
  std::size_t filled_ = 0;
  std::size_t whole_ = 0;
};

// Measures a line that is too large to keep, while its bytes are dropped. Pure.
class OversizedLine {
 public:
  // `begun`: the bytes of the line so far.
  explicit OversizedLine(std::string_view begun) noexcept;

  // Returns how many of the bytes belong to the line, its line end included; all where it goes on.
  std::size_t append(std::string_view added) noexcept;
  bool ended() const noexcept { return ended_; }
  std::size_t size() const noexcept;  // without the line end

 private:
  std::size_t size_;
  bool carriage_return_;  // the last byte was one, which may be half of a line end
  bool ended_ = false;
};

}  // namespace penstock::journal
