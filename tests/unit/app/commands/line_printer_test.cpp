#include "app/commands/line_printer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>
#include <string>

namespace penstock::app {
namespace {

using End = LinePrinter::End;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_out();
    close_in();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int out() const { return ends_[0]; }
  int in() const { return ends_[1]; }
  void close_out() { close(0); }
  void close_in() { close(1); }
  std::string read_all() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = ::read(out(), part.data(), part.size())) > 0;) {
      all.append(part.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  void close(std::size_t which) {
    if (ends_[which] >= 0) {
      ::close(ends_[which]);
      ends_[which] = -1;
    }
  }
  std::array<int, 2> ends_{-1, -1};
};

void put(LinePrinter& printer, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = printer.writable();
    if (room.empty()) {
      return;
    }
    const std::size_t count = bytes.copy(room.data(), room.size());
    bytes.remove_prefix(count);
    printer.received(count);
  }
}

TEST(LinePrinter, WritesWholeLinesAndKeepsTheRest) {
  Pipe pipe;
  LinePrinter printer(pipe.in(), -1, 1_MiB);
  put(printer, "one\ntw");
  put(printer, "o\n\n\r\nthr");
  pipe.close_in();
  EXPECT_EQ(pipe.read_all(), "one\ntwo\n\n\r\n");
  EXPECT_EQ(printer.lines(), 2);
  EXPECT_EQ(printer.bytes(), 11);
  EXPECT_EQ(printer.rest().size(), 3u);
  EXPECT_FALSE(printer.end());
}

TEST(LinePrinter, WritesLinesThatAreLongerThanItsFirstBuffer) {
  Pipe pipe;
  const std::string line = std::string(900'000, 'x') + "\n";
  std::future<std::string> read = std::async(std::launch::async, [&] { return pipe.read_all(); });
  LinePrinter printer(pipe.in(), -1, 1_MiB);
  put(printer, line + "y\n");
  pipe.close_in();
  EXPECT_EQ(read.get(), line + "y\n");
  EXPECT_EQ(printer.lines(), 2);
}

TEST(LinePrinter, EndsAtALineThatIsTooLong) {
  Pipe pipe;
  LinePrinter printer(pipe.in(), -1, 1_MiB);
  put(printer, "a\n" + std::string(3'000'000, 'x'));
  EXPECT_EQ(printer.end(), End::failed);
  EXPECT_NE(printer.why().find("events.max_size"), std::string::npos);
  pipe.close_in();
  EXPECT_EQ(pipe.read_all(), "a\n");
}

TEST(LinePrinter, EndsWhenNobodyReadsAnyMore) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_out();
  LinePrinter printer(pipe.in(), -1, 1_MiB);
  put(printer, "one\n");
  EXPECT_EQ(printer.end(), End::reader_gone);
  EXPECT_TRUE(printer.writable().empty());
  EXPECT_EQ(printer.lines(), 0);
}

TEST(LinePrinter, SaysWhatFailed) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  LinePrinter printer(full, -1, 1_MiB);
  put(printer, "one\n");
  EXPECT_EQ(printer.end(), End::failed);
  EXPECT_EQ(printer.why(), "standard output: No space left on device");
  ::close(full);
}

TEST(LinePrinter, DoesNotWaitForAReaderOnceInterrupted) {
  Pipe pipe, interrupt;
  ASSERT_EQ(::write(interrupt.in(), "x", 1), 1);
  LinePrinter printer(pipe.in(), interrupt.out(), 1_MiB);
  put(printer, "one\ntwo\n");
  EXPECT_EQ(printer.end(), End::interrupted);
  pipe.close_in();
  EXPECT_EQ(pipe.read_all(), "");
}

TEST(LinePrinter, EndsAfterAWholeLineWhenInterruptedWithinOne) {
  Pipe pipe, interrupt;
  const std::string line = std::string(99'999, 'x') + "\n";  // more than a pipe holds
  LinePrinter printer(pipe.in(), interrupt.out(), 1_MiB);
  std::future<void> written = std::async(std::launch::async, [&] {
    const auto room = printer.writable();
    const std::string both = line + "y\n";
    printer.received(both.copy(room.data(), room.size()));
  });
  std::string read(1, ' ');
  ASSERT_EQ(::read(pipe.out(), read.data(), 1), 1);  // it is within the line
  ASSERT_EQ(::write(interrupt.in(), "x", 1), 1);
  std::future<std::string> rest = std::async(std::launch::async, [&] { return pipe.read_all(); });
  written.get();
  pipe.close_in();
  EXPECT_EQ(read + rest.get(), line);
  EXPECT_EQ(printer.end(), End::interrupted);
  EXPECT_EQ(printer.lines(), 1);
}

}  // namespace
}  // namespace penstock::app
