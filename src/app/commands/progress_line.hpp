// One line on the terminal behind standard error, for what takes longer than a second.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

#include "penstock/core/system_clock.hpp"

namespace penstock::app {

// Nothing where there is no terminal. Its end wipes the line.
class ProgressLine {
 public:
  ProgressLine() = default;
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Before a message stands where the line is.
  void wipe() {
    if (shown_) {
      std::fputs("\r\x1b[K", stderr);
      shown_ = false;
    }
  }

  // `text()` is asked for when it is time for it.
  template <class Text>
  void show(MonotonicTime now, Text text) {
    if (!terminal_ || now < next_) {
      return;
    }
    shown_ = true;
    next_ = now + every;
    std::fprintf(stderr, "\r\x1b[K%s", std::string(text()).c_str());
    std::fflush(stderr);
  }

 private:
  static constexpr Duration after{1'000};
  static constexpr Duration every{200};

  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  MonotonicTime next_ = monotonic_now() + after;
  bool shown_ = false;
};

}  // namespace penstock::app
