#include "cli/images_command.hpp"

#include <gtest/gtest.h>

namespace penstock::cli {
namespace {

TEST(ImageLines, ShowTheIdAndWhatElseIsKnown) {
  EXPECT_EQ(image_lines({.id = "f1b0"}), "f1b0\n");
  EXPECT_EQ(image_lines({.id = "f1b0",
                         .ip = "192.0.2.7",
                         .port = "5900",
                         .country = "BE",
                         .taken_at = "2018-09-07T18:42:33.000Z",
                         .tags = "vnc"}),
            "f1b0\n  192.0.2.7:5900, BE, 2018-09-07T18:42:33.000Z, vnc\n");
  EXPECT_EQ(image_lines({.id = "f1b0", .ip = "2001:db8::7", .port = "5900"}),
            "f1b0\n  [2001:db8::7]:5900\n");
}

TEST(ImageLines, ShowNothingThatMovesATerminal) {
  EXPECT_EQ(image_lines({.id = "\x1b[31m", .tags = "a\x07"}), "\\x1b[31m\n  a\\x07\n");
}

}  // namespace
}  // namespace penstock::cli
