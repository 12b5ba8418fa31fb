// What it completes in a zsh is tested in tests/integration/test_completions.py.
#include <gmock/gmock.h>

#include "cli/doc/completions.hpp"
#include "unit/cli/doc/small_program.hpp"

namespace penstock::cli::doc {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string script() { return zsh_completion(small_program()); }

TEST(ZshCompletion, IsLoadedForPenstock) {
  EXPECT_THAT(script(), StartsWith("#compdef penstock\n"));
}

TEST(ZshCompletion, DescribesCommandsAndCallsTheirFunctions) {
  EXPECT_THAT(script(), HasSubstr("        'left-over:What is left'\n"));
  EXPECT_THAT(script(), HasSubstr("        left-over) _penstock_left_over ;;\n"));
  EXPECT_THAT(script(), HasSubstr("        retry) _penstock_left_over_retry ;;\n"));
  EXPECT_THAT(script(), HasSubstr("\n_penstock_left_over_retry() {\n"));
}

TEST(ZshCompletion, GivesEachNameOfAnOptionWithWhatCompletesItsValue) {
  EXPECT_THAT(script(), HasSubstr(R"('(-c --config)-c+[The file\: \[its\] name]:FILE:_files')"));
  EXPECT_THAT(
      script(),
      HasSubstr(R"('(-o --output)--output=[How it'\''s printed]:table|json:(table json)')"));
}

TEST(ZshCompletion, WhatMayBeRepeatedIsOfferedAgain) {
  EXPECT_THAT(script(), HasSubstr(R"('*--set=[A key]:KEY\[\:WHAT\]:')"));
}

TEST(ZshCompletion, CompletesArgumentsByTheirKind) {
  EXPECT_THAT(script(), HasSubstr("'1:DIR:_path_files -/'"));
  EXPECT_THAT(script(), HasSubstr("'*:WHERE:'"));
}

}  // namespace
}  // namespace penstock::cli::doc
