#include "cli/doc/man_page.hpp"

#include <gmock/gmock.h>

#include <string>

#include "unit/cli/doc/small_program.hpp"

namespace penstock::cli::doc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string page() { return man_page(small_program(), "1.2.3"); }

// From its heading to the next.
std::string section(const std::string& heading) {
  const std::string text = page();
  const std::size_t begin = text.find("\n" + heading + "\n");
  EXPECT_NE(begin, std::string::npos) << heading;
  const std::size_t end = text.find("\n.S", begin + heading.size());
  return text.substr(begin, end - begin);
}

TEST(ManPage, HasTheSectionsInTheOrderOfManuals) {
  const std::string text = page();
  std::size_t last = 0;
  for (const char* name : {"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "ENVIRONMENT",
                           "FILES", "EXIT STATUS", "SIGNALS", "SEE ALSO"}) {
    const std::size_t at = text.find(std::string("\n.Sh ") + name + "\n");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(at, last) << name;
    last = at;
  }
  EXPECT_THAT(text, AllOf(HasSubstr(".Os penstock 1.2.3\n"), HasSubstr(".Nd Does it\n")));
}

TEST(ManPage, TheSynopsisHasEachCommandThatCanBeRun) {
  EXPECT_THAT(
      section(".Sh SYNOPSIS"),
      AllOf(HasSubstr(".Cm run\n"), HasSubstr(".Cm left-over ls\n.Op Ar option ...\n.Ar DIR"),
            HasSubstr(".Cm left-over retry\n.Op Ar option ...\n.Op Ar WHERE ..."),
            Not(HasSubstr(".Cm left-over\n"))));
}

TEST(ManPage, ACommandHasItsOptionsNotesAndExamples) {
  EXPECT_THAT(
      section(".Ss penstock left-over retry"),
      AllOf(HasSubstr("\nAgain.\n"), HasSubstr("\nA first sentence.\nAnd a second. 1.5 is none.\n"),
            HasSubstr("\n.It Ar WHERE ...\nPlaces.\n"),
            HasSubstr("\n.It Fl -all\nAll \\(oqof\\(cq them.\n"),
            HasSubstr("\npenstock left\\-over retry\n")));
}

TEST(ManPage, SaysWhatCommandsBelowACommandAreAbout) {
  EXPECT_THAT(section(".Ss penstock left-over"), HasSubstr("\nWhat is left."));
}

TEST(ManPage, WhatCommandsOfManyNamesTakeIsDescribedOnce) {
  EXPECT_THAT(section(".Sh OPTIONS"),
              AllOf(HasSubstr("\n.It Fl c , Fl -config Ar FILE\n"),
                    HasSubstr("\n.It Fl -version\n"), Not(HasSubstr("-output"))));
  EXPECT_THAT(section(".Ss penstock left-over ls"),
              AllOf(HasSubstr("\n.Fl -config .\n"), Not(HasSubstr(".It Fl c ")),
                    HasSubstr("\n.It Fl o , Fl -output Ar table|json\n")));
}

}  // namespace
}  // namespace penstock::cli::doc
