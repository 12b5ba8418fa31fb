#include "cli/doc/simulator_page.hpp"

#include <gmock/gmock.h>

#include <string>

#include "penstock/simulator/fault.hpp"

namespace penstock::cli::doc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Parameter option(const char* name, const char* group) {
  return {.names = {name},
          .help = "Of it",
          .kind = ValueKind::text,
          .value = "N",
          .words = {},
          .group = group};
}

std::string page() {
  const Command program{.path = {},
                        .help = "Simulates",
                        .options = {option("--help", ""), option("--rate", "Serving"),
                                    option("--token", "Serving"), option("--seed", "Events")},
                        .arguments = {},
                        .notes = {},
                        .examples = {},
                        .commands = {}};
  return simulator_page(program, "1.2.3");
}

TEST(SimulatorPage, HasTheSectionsInTheOrderOfManuals) {
  const std::string text = page();
  std::size_t last = 0;
  for (const char* name : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FAULTS", "OUT OF BAND",
                           "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
    const std::size_t at = text.find(std::string("\n.Sh ") + name + "\n");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(at, last) << name;
    last = at;
  }
  EXPECT_THAT(text, HasSubstr(".Os penstock 1.2.3\n"));
}

TEST(SimulatorPage, OptionsStandBelowTheHeadingsOfTheHelp) {
  EXPECT_THAT(page(), AllOf(HasSubstr(".Sh OPTIONS\n.Bl -tag -width Ds\n.It Fl -help Ar N\nOf it.\n"
                                      ".El\n.Ss Serving\n.Bl -tag -width Ds\n.It Fl -rate"),
                            HasSubstr(".It Fl -token Ar N\nOf it.\n.El\n.Ss Events\n")));
}

TEST(SimulatorPage, HasEveryFault) {
  const std::string text = page();
  for (const simulator::FaultWord& word : simulator::fault_words()) {
    EXPECT_THAT(text, HasSubstr(".It Cm " + std::string(word.name) + "\n"));
  }
}

}  // namespace
}  // namespace penstock::cli::doc
