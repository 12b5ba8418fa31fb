// Bytes of a stream as they come, of which whole lines are taken away.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "penstock/core/units.hpp"

namespace penstock::app {

class LineBuffer {
 public:
  explicit LineBuffer(Bytes max_line);

  std::span<char> writable();  // empty where over()
  // The whole lines that are there now. Good until the next call of anything.
  std::string_view received(std::size_t count);
  void drop(std::size_t count);  // of the bytes at the front
  std::size_t discard();         // all; how many they were
  // Behind the last whole line, once that was dropped.
  std::string_view rest() const { return {bytes_.data(), filled_}; }
  bool over() const { return over_; }  // a line is longer than max_line
  Bytes max_line() const { return max_line_; }

 private:
  Bytes max_line_;
  std::vector<char> bytes_;
  std::size_t filled_ = 0;
  bool over_ = false;
};

}  // namespace penstock::app
