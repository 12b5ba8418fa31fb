#include "penstock/journal/flusher.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <future>
#include <string>

#include "journal/segment_file.hpp"

namespace penstock::journal {
namespace {

std::shared_ptr<SegmentFile> file_that_flushes() {
  std::string name = testing::TempDir() + "flushed-XXXXXX";
  Descriptor file(mkstemp(name.data()));
  ::unlink(name.c_str());
  return std::make_shared<SegmentFile>(std::move(file), name, nullptr);
}

// A pipe has no disk.
std::shared_ptr<SegmentFile> file_that_does_not() {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  ::close(ends[0]);
  return std::make_shared<SegmentFile>(Descriptor(ends[1]), "/journal/7.segment", nullptr);
}

TEST(FlusherTest, LetsGoOfWhatItFlushedAndFlushesTheRestAtItsEnd) {
  const auto first = file_that_flushes();
  const auto second = file_that_flushes();
  {
    Flusher flusher([](const Error& error) { FAIL() << error.what; });
    flusher.flush({first, second});
    flusher.flush({first});
  }
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 1);
}

TEST(FlusherTest, TellsOnceWhatCannotBeFlushedAndFlushesNothingMore) {
  std::promise<std::string> told;
  const auto later = file_that_flushes();
  {
    Flusher flusher([&](const Error& error) { told.set_value(error.what); });
    flusher.flush({file_that_does_not()});
    const std::string what = told.get_future().get();
    EXPECT_EQ(what.find("can't flush /journal/7.segment: "), 0u) << what;
    flusher.flush({file_that_does_not(), later});  // told again, the promise would throw
  }
  EXPECT_EQ(later.use_count(), 1);
}

}  // namespace
}  // namespace penstock::journal
