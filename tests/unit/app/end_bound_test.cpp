#include "app/end_bound.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <thread>

namespace penstock::app {
namespace {

class ToStandardError final : public Log {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    std::cerr << event << std::flush;
  }
};

// As one whose lines go into a pipe that nobody reads any more.
class Blocked final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {
    read_.get_future().wait();
  }

 private:
  std::promise<void> read_;
};

[[noreturn]] void hang() {
  for (;;) {
    std::this_thread::yield();
  }
}

TEST(EndBoundDeathTest, EndsAProcessThatHasNotDrained) {
  EXPECT_EXIT(
      {
        ToStandardError log;
        EndBound bound(Duration{0}, log);
        bound.start();
        hang();
      },
      testing::ExitedWithCode(1), "not drained in time");
}

TEST(EndBoundDeathTest, KeepsTheStatusOfOneThatHangsWhenAllIsDone) {
  EXPECT_EXIT(
      {
        ToStandardError log;
        EndBound bound(Duration{0}, log);
        bound.done(3);
        bound.start();
        hang();
      },
      testing::ExitedWithCode(3), "isn't waited for");
}

TEST(EndBoundDeathTest, EndsAProcessWhoseLogHangs) {
  EXPECT_EXIT(
      {
        Blocked log;
        EndBound bound(Duration{0}, log);
        bound.start();
        hang();
      },
      testing::ExitedWithCode(1), "^$");
}

TEST(EndBoundDeathTest, IsNotFeltByOneThatEndsInTime) {
  EXPECT_EXIT(
      {
        ToStandardError log;
        EndBound bound(std::chrono::seconds(1), log);
        bound.start();
        bound.start();
        bound.lift();
        std::promise<void> never;
        never.get_future().wait_for(std::chrono::seconds(2));  // it would have ended by then
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace penstock::app
