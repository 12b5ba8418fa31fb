// What it completes in a bash is tested in tests/integration/test_completions.py.
#include <gmock/gmock.h>

#include "cli/doc/completions.hpp"
#include "unit/cli/doc/small_program.hpp"

namespace penstock::cli::doc {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string script() { return bash_completion(small_program()); }

TEST(BashCompletion, OffersCommandsAndTheirCommands) {
  EXPECT_THAT(script(), HasSubstr("      ' 0') words='run left-over check' ;;\n"
                                  "      'left-over 0') words='ls retry' ;;\n"));
}

TEST(BashCompletion, OffersTheOptionsOfACommand) {
  EXPECT_THAT(script(), HasSubstr("      'left-over retry') words='-c --config --all' ;;\n"));
}

TEST(BashCompletion, CompletesValuesByTheirKind) {
  EXPECT_THAT(script(), HasSubstr("      'run -c' | 'run --config') wanted=files ;;\n"));
  EXPECT_THAT(script(), HasSubstr("'left-over ls --output') words='table json' ;;\n"));
  EXPECT_THAT(script(), HasSubstr("      'left-over ls 0') wanted=directories ;;\n"));
  EXPECT_THAT(script(), HasSubstr("      'left-over retry '*) wanted=text ;;\n"));
}

TEST(BashCompletion, KnowsWhichOptionsTakeAValue) {
  EXPECT_THAT(script(), HasSubstr("        'run --set' | \\\n"));
  EXPECT_THAT(script(), Not(HasSubstr("'left-over retry --all'")));
}

}  // namespace
}  // namespace penstock::cli::doc
