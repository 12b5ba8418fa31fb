#include "penstock/journal/bus_error.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace penstock::journal {
namespace {

constexpr std::string_view line =
    "7f10000000-7f12000000 rw-s 00000000 fe:00 1234     /var/lib/pen stock/3.segment";

TEST(BusErrorTest, FindsTheFileWhoseMappingHoldsTheAddress) {
  EXPECT_EQ(file_of_mapping(line, 0x7f10000000), "/var/lib/pen stock/3.segment");
  EXPECT_EQ(file_of_mapping(line, 0x7f11ffffff), "/var/lib/pen stock/3.segment");
  EXPECT_EQ(file_of_mapping(line, 0x7f12000000), "");
  EXPECT_EQ(file_of_mapping(line, 0x7f0fffffff), "");
  EXPECT_EQ(file_of_mapping("7f10000000-7f12000000 rw-p 00000000 00:00 0", 0x7f10000001), "");
  EXPECT_EQ(file_of_mapping("", 1), "");
  EXPECT_EQ(file_of_mapping("what?", 1), "");
}

// Touches the page behind the end of a file of this name.
void touch_behind_the_end(const std::string& name) {
  end_at_bus_errors();
  const std::string path = testing::TempDir() + name;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  auto* const mapped =
      static_cast<volatile char*>(mmap(nullptr, 4'096, PROT_READ, MAP_SHARED, file, 0));
  static_cast<void>(mapped[0]);
}

TEST(BusErrorDeathTest, EndsTheProcessWithAMessageThatNamesTheFile) {
  EXPECT_EXIT(touch_behind_the_end("9.segment"), testing::ExitedWithCode(1),
              "I/O error in the journal's file .*/9.segment: the disk failed or is full");
}

TEST(BusErrorDeathTest, LeavesFaultsElsewhereWhatTheyAre) {
  EXPECT_EXIT(touch_behind_the_end("other"), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace penstock::journal
