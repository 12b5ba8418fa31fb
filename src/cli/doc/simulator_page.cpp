#include "cli/doc/simulator_page.hpp"

#include "cli/doc/man_list.hpp"
#include "cli/doc/mdoc.hpp"
#include "cli/doc/simulator_sections.hpp"
#include "penstock/simulator/fault.hpp"

namespace penstock::cli::doc {
namespace {

// Below the headings of the help, each with its options, in the order of the definitions.
std::string options(const Command& program) {
  std::string out = ".Sh OPTIONS\n";
  std::vector<Parameter> group;
  for (const Parameter& option : program.options) {
    if (!group.empty() && option.group != group.front().group) {
      out += man_list({}, group);
      group.clear();
    }
    if (group.empty() && !option.group.empty()) {
      out += ".Ss " + option.group + '\n';
    }
    group.push_back(option);
  }
  return out + man_list({}, group);
}

std::string faults() {
  std::string out = ".Sh FAULTS\n.Ar SPEC\nof\n.Fl -faults\nis a list, separated by commas, of\n";
  out += ".Bd -literal -offset indent\n" + std::string(simulator::fault_grammar()) + ".Ed\n.Pp\n";
  out += mdoc_prose(simulator::fault_notes());
  out += ".Pp\nThe kinds:\n.Bl -tag -width redirect_elsewhere -compact\n";
  for (const simulator::FaultWord& word : simulator::fault_words()) {
    out += ".It Cm " + std::string(word.name) + '\n' + mdoc_prose(word.help);
  }
  return out + ".El\n";
}

}  // namespace

std::string simulator_page(const Command& program, std::string_view version) {
  return ".\\\" Generated from the definition of the command line: change it there.\n.Dd " +
         std::string(simulator_date) + "\n.Dt PENSTOCK-SIM 1\n.Os penstock " +
         std::string(version) +
         "\n.Sh NAME\n.Nm penstock-sim\n.Nd simulates the BinaryEdge API V1 over TLS\n" +
         std::string(simulator_description) + options(program) + faults() +
         std::string(simulator_rest);
}

}  // namespace penstock::cli::doc
