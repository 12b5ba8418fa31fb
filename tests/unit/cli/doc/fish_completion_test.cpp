// What it completes in a fish is tested in tests/integration/test_completions.py.
#include <gmock/gmock.h>

#include "cli/doc/completions.hpp"
#include "unit/cli/doc/small_program.hpp"

namespace penstock::cli::doc {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string script() { return fish_completion(small_program()); }

TEST(FishCompletion, OffersCommandsWhereTheyCanStand) {
  EXPECT_THAT(
      script(),
      HasSubstr(R"(complete -c penstock -n '__penstock_at \'\' 0' -a run -d 'Run the daemon')"));
  EXPECT_THAT(script(), HasSubstr(R"(-n '__penstock_at \'left-over\' 0' -a ls -d 'List them')"));
}

TEST(FishCompletion, CompletesValuesByTheirKind) {
  EXPECT_THAT(script(), HasSubstr(" -s c -l config -r -F -d 'The file: [its] name'\n"));
  EXPECT_THAT(script(), HasSubstr(R"( -s o -l output -x -a 'table json' -d 'How it\'s printed')"));
  EXPECT_THAT(script(), HasSubstr(" -l set -x -d 'A key'\n"));
  EXPECT_THAT(script(),
              HasSubstr(R"(-n '__penstock_at \'left-over ls\' 0' -a '(__fish_complete_dir)"));
}

TEST(FishCompletion, KnowsWhichOptionsTakeAValue) {
  EXPECT_THAT(script(), HasSubstr("    'run --set'"));
  EXPECT_THAT(script(), Not(HasSubstr("'left-over retry --all'")));
}

}  // namespace
}  // namespace penstock::cli::doc
