#include "app/commands/picture_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace penstock::app {
namespace {

using testing::HasSubstr;

TEST(PictureName, IsTheIdWithTheExtensionOfTheUrl) {
  EXPECT_EQ(picture_name("ab12", "https://x.example/a/b.jpg", ""), "ab12.jpg");
  EXPECT_EQ(picture_name("ab12", "https://x.example/b.PNG?size=1.x#y", ".thumb"), "ab12.thumb.PNG");
  EXPECT_EQ(picture_name("ab_1-2", "https://x.example/b", ""), "ab_1-2");
  EXPECT_EQ(picture_name("ab", "https://x.example/b.j/pg", ""), "ab");
  EXPECT_EQ(picture_name("ab", "https://x.example/b.superlong", ""), "ab");
  EXPECT_EQ(picture_name("ab", "https://x.example/b.j%2f", ""), "ab");
}

TEST(PictureName, IsNoneWhereTheIdLeadsElsewhere) {
  for (const char* id : {"", ".", "..", "../x", "a/b", "a.b", "a b", "a\nb", "\x1b[31m"}) {
    EXPECT_FALSE(picture_name(id, "https://x.example/b.jpg", "")) << id;
  }
  EXPECT_FALSE(picture_name(std::string(201, 'a'), "https://x.example/b.jpg", ""));
}

class PictureFileTest : public testing::Test {
 protected:
  PictureFileTest() { std::filesystem::create_directories(folder); }
  ~PictureFileTest() override { std::filesystem::remove_all(folder); }

  static void put(PictureFile& file, std::string_view bytes) {
    const auto room = file.writable();
    file.received(bytes.copy(room.data(), room.size()));
  }
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("penstock-picture-" + std::to_string(getpid()));
  std::filesystem::path path = folder / "a.jpg";
};

TEST_F(PictureFileTest, HasItsNameOnceItIsWhole) {
  PictureFile file(path);
  put(file, "pic");
  put(file, "ture");
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(file.keep());
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "picture");
}

TEST_F(PictureFileTest, LeavesNothingOfWhatIsNotWhole) {
  {
    PictureFile file(path);
    put(file, "pic");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(PictureFileTest, SaysWhyItCannotBeWritten) {
  PictureFile file(folder / "no" / "a.jpg");
  EXPECT_TRUE(file.writable().empty());
  EXPECT_THAT(file.why(), HasSubstr("a.jpg.part can't be made: No such file or directory"));
  EXPECT_FALSE(file.keep());
}

TEST_F(PictureFileTest, FollowsNoLinkThatSomebodyPutThere) {
  std::filesystem::create_symlink(folder / "elsewhere", folder / "a.jpg.part");
  PictureFile file(path);
  EXPECT_TRUE(file.writable().empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

TEST_F(PictureFileTest, TakesNoMoreThanAPictureHas) {
  PictureFile file(path);
  std::uint64_t taken = 0;
  for (auto room = file.writable(); !room.empty(); room = file.writable()) {
    taken += room.size();
    file.received(room.size());
  }
  EXPECT_EQ(taken, limits::picture.count);
  EXPECT_THAT(file.why(), HasSubstr("the picture is larger than 64MiB"));
}

}  // namespace
}  // namespace penstock::app
