#include "cli/colours.hpp"

#include <gtest/gtest.h>

namespace penstock::cli {
namespace {

TEST(Colours, AreForbiddenByAVariableThatIsSetAndNotEmpty) {
  EXPECT_TRUE(colours_allowed({}));
  EXPECT_TRUE(colours_allowed({{"NO_COLOR", ""}}));
  EXPECT_FALSE(colours_allowed({{"NO_COLOR", "0"}}));
}

}  // namespace
}  // namespace penstock::cli
