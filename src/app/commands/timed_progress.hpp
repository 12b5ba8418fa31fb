// A progress line that goes on while nothing happens.
#pragma once

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <utility>

#include "app/commands/progress_line.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {

// Nothing where standard output is a terminal: on one with the lines it would only be in their way.
class TimedProgress {
 public:
  // `text` may be empty: there is nothing to show yet.
  TimedProgress(boost::asio::io_context& io, std::function<std::string()> text)
      : timer_(io), text_(std::move(text)) {
    if (isatty(STDOUT_FILENO) == 0) {
      wait();
    }
  }
  void wipe() { line_.wipe(); }
  void stop() {
    timer_.cancel();
    wipe();
  }

 private:
  static constexpr Duration every{500};

  void wait() {
    timer_.expires_after(every);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) {
        return;
      }
      if (std::string text = text_(); !text.empty()) {
        line_.show(monotonic_now(), [&] { return std::move(text); });
      }
      wait();
    });
  }

  boost::asio::steady_timer timer_;
  std::function<std::string()> text_;
  ProgressLine line_;
};

}  // namespace penstock::app
