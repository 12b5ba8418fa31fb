#include "penstock/ops/logging.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

// A FILE* that writes to memory.
class MemoryFile {
 public:
  MemoryFile() : file_(::open_memstream(&data_, &size_)) {}
  ~MemoryFile() {
    std::fclose(file_);
    std::free(data_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::FILE* get() { return file_; }
  // What was flushed.
  std::string text() const { return {data_, size_}; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

TEST(Logging, WritesEveryLineAtOnce) {
  MemoryFile file;
  const auto log = make_log(LogLevel::info, LogFormat::text, file.get());
  log->info("session opened", {{"source", "firehose"}});
  EXPECT_TRUE(file.text().ends_with(" info    session opened  source=firehose\n")) << file.text();
}

TEST(Logging, LeavesOutWhatIsBelowTheLevel) {
  MemoryFile file;
  const auto log = make_log(LogLevel::warning, LogFormat::json, file.get());
  log->info("not shown");
  EXPECT_EQ(file.text(), "");
  log->warning("shown");
  EXPECT_NE(file.text().find(R"("level":"warning","event":"shown"})"), std::string::npos);
}

TEST(Logging, TakesAnotherLevelWhileItRuns) {
  MemoryFile file;
  const auto log = make_log(LogLevel::error, LogFormat::text, file.get());
  log->debug("before");
  log->set_level(LogLevel::debug);
  log->debug("after");
  EXPECT_EQ(file.text().find("before"), std::string::npos);
  EXPECT_NE(file.text().find("after"), std::string::npos);
}

TEST(Logging, CountsWhatIsRepeatedAndTellsItAtTheEnd) {
  MemoryFile file;
  auto log = make_log(LogLevel::info, LogFormat::text, file.get());
  for (std::size_t i = 0; i < limits::log_repeats + 41; ++i) {
    log->warning("stalled", {{"source", "firehose"}});
  }
  log->tell_repeats();  // not due yet
  std::string text = file.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), std::ptrdiff_t{limits::log_repeats});
  log.reset();
  text = file.text().substr(text.size());
  EXPECT_NE(text.find(" warning repeated  what=stalled of=firehose times=41 seconds="),
            std::string::npos)
      << text;
}

TEST(Logging, TakesBracesAsTheyAre) {
  MemoryFile file;
  const auto log = make_log(LogLevel::info, LogFormat::text, file.get());
  log->info("odd value", {{"v", "{}%v{0}"}});
  EXPECT_TRUE(file.text().ends_with("v={}%v{0}\n")) << file.text();
}

TEST(Logging, NeverMixesTheLinesOfThreads) {
  constexpr int lines = 200;
  MemoryFile file;
  const auto log = make_log(LogLevel::debug, LogFormat::text, file.get());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < lines; ++i) {
        log->debug("turned", {{"text", "abcdefghij"}});
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::string text = file.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4 * lines);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_TRUE(text.substr(begin, end - begin).ends_with("Z debug   turned  text=abcdefghij"));
    begin = end + 1;
  }
}

}  // namespace
}  // namespace penstock::ops
