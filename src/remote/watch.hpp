// Looks after something while it lives: a deadline, or a stall that each byte puts off.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "penstock/core/time.hpp"

namespace penstock::remote {

// Calls `look` now and then again at the time it returned last, until it returns none. One timer
// however often the time is put off. On the executor's thread; never after the destructor.
class Watch {
 public:
  using Look = std::function<std::optional<MonotonicTime>()>;

  Watch(const boost::asio::any_io_executor& executor, Look look);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct State {
    boost::asio::steady_timer timer;
    Look look;
  };
  static void step(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  // shared: with the timer's handler, which may run after this
};

}  // namespace penstock::remote
