#include "app/file_watch.hpp"

#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "penstock/core/log.hpp"

namespace penstock::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class Warnings final : public Log {
 public:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField>) override {
    if (level == LogLevel::warning) {
      warnings.emplace_back(event);
    }
  }
  std::vector<std::string> warnings;
};

// While it lasts, the modes of files hold for this thread, if root's, too.
class HeldToModes {
 public:
  HeldToModes() {
    EXPECT_EQ(::syscall(SYS_capget, &header_, before_.data()), 0);
    auto held = before_;
    held[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
    EXPECT_EQ(::syscall(SYS_capset, &header_, held.data()), 0);
  }
  ~HeldToModes() { ::syscall(SYS_capset, &header_, before_.data()); }
  HeldToModes(const HeldToModes&) = delete;
  HeldToModes& operator=(const HeldToModes&) = delete;

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
};

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() { fs::create_directories(folder_); }
  ~FileWatchTest() override { fs::remove_all(folder_); }

  void write(const fs::path& path, const std::string& text) const { std::ofstream(path) << text; }

  // Until `changed` was called so many times; false if that takes absurdly long.
  [[nodiscard]] bool run_until_changed(int times) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (changed_ < times && std::chrono::steady_clock::now() < end) {
      io_.run_one_for(std::chrono::milliseconds(50));
    }
    return changed_ == times;
  }

  // Without links on the way to it.
  const fs::path folder_ = fs::canonical(fs::temp_directory_path()) /
                           ("penstock_watch_" + std::to_string(::getpid()) + "_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name());
  boost::asio::io_context io_;
  Warnings log_;
  int changed_ = 0;
  FileWatch watch_{io_, [this] { ++changed_; }, log_};
};

TEST_F(FileWatchTest, LooksAtTheFoldersOfAllLinksOnTheWay) {
  fs::create_directories(folder_ / "mount/..1");
  write(folder_ / "mount/..1/token", "a");
  fs::create_symlink("..1", folder_ / "mount/..data");
  fs::create_symlink("..data/token", folder_ / "mount/token");
  fs::create_symlink(folder_ / "mount/token", folder_ / "token");
  EXPECT_THAT(directories_of(folder_ / "token"),
              UnorderedElementsAre(folder_, folder_ / "mount", folder_ / "mount/..1"));
}

TEST_F(FileWatchTest, LooksAtTheLastFolderThatIsThere) {
  EXPECT_THAT(directories_of(folder_ / "missing/token"), UnorderedElementsAre(folder_));
  EXPECT_THAT(directories_of(folder_ / "token"), UnorderedElementsAre(folder_));
}

TEST_F(FileWatchTest, EndsInACircleOfLinks) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  EXPECT_THAT(directories_of(folder_ / "a"), UnorderedElementsAre(folder_));
}

TEST_F(FileWatchTest, TellsOfAFileThatComesIsReplacedAndGoes) {
  const fs::path file = folder_ / "below/token";
  ASSERT_TRUE(watch_.start({file}));
  ASSERT_TRUE(run_until_changed(1));  // what happened before the watch began

  fs::create_directory(file.parent_path());
  write(file, "a");
  ASSERT_TRUE(run_until_changed(2));

  write(folder_ / "below/other", "nobody's");
  write(folder_ / "below/new", "b");
  fs::rename(folder_ / "below/new", file);
  ASSERT_TRUE(run_until_changed(3));

  fs::remove_all(file.parent_path());
  ASSERT_TRUE(run_until_changed(4));
}

// As /etc/ssl/private may be for the group that reads the keys in it.
TEST_F(FileWatchTest, GoesOnWhereADirectoryMayBeEnteredButNotListed) {
  const fs::path closed = folder_ / "closed";
  fs::create_directory(closed);
  write(closed / "key", "a");
  write(folder_ / "token", "a");
  fs::permissions(closed, fs::perms(0311));
  const HeldToModes held;
  ASSERT_TRUE(watch_.start({closed / "key", folder_ / "token"}));
  ASSERT_TRUE(run_until_changed(1));
  write(folder_ / "token", "b");
  EXPECT_TRUE(run_until_changed(2));
  EXPECT_THAT(log_.warnings, ElementsAre(HasSubstr("may not be watched")));  // once
  fs::permissions(closed, fs::perms::owner_all);
}

TEST_F(FileWatchTest, TakesOtherFiles) {
  write(folder_ / "a", "");
  ASSERT_TRUE(watch_.start({folder_ / "a"}));
  ASSERT_TRUE(run_until_changed(1));
  watch_.watch({folder_ / "b"});
  ASSERT_TRUE(run_until_changed(2));  // what happened between its reading and this
  write(folder_ / "b", "");
  EXPECT_TRUE(run_until_changed(3));
  watch_.stop();
}

}  // namespace
}  // namespace penstock::app
