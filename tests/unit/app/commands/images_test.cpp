#include "penstock/app/commands/images.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

TEST(ImageRow, HasWhatTheRecordSays) {
  const ImageRow row =
      image_row({.links = {.id = "x"},
                 .json = R"({"ip":"192.0.2.7","port":5900,"country":"BE","ts":1536345753000,)"
                         R"("tags":["vnc",7,"has_faces"]})"});
  EXPECT_EQ(row.id, "x");
  EXPECT_EQ(row.ip, "192.0.2.7");
  EXPECT_EQ(row.port, "5900");
  EXPECT_EQ(row.country, "BE");
  EXPECT_EQ(row.taken_at, "2018-09-07T18:42:33.000Z");
  EXPECT_EQ(row.tags, "vnc,has_faces");
}

TEST(ImageRow, LeavesOutWhatIsMissingOrStrange) {
  const ImageRow row = image_row(
      {.links = {.id = "x"}, .json = R"({"ip":7,"port":[],"country":null,"ts":-1,"tags":{}})"});
  EXPECT_EQ(row.ip, "7");
  EXPECT_EQ(row.port + row.country + row.taken_at + row.tags, "");
}

}  // namespace
}  // namespace penstock::app
