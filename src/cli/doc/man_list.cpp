#include "cli/doc/man_list.hpp"

#include "cli/doc/mdoc.hpp"

namespace penstock::cli::doc {
namespace {

// -c, --config FILE
std::string option_macros(const Parameter& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out += (out.empty() ? "Fl " : " , Fl ") + mdoc_argument(name.substr(1));
  }
  return option.kind == ValueKind::none ? out : out + " Ar " + mdoc_argument(option.value);
}

}  // namespace

std::string argument_macros(const Parameter& argument) {
  return "Ar " + mdoc_argument(argument.value) + (argument.repeated ? " ..." : "");
}

std::string man_list(const std::vector<Parameter>& arguments,
                     const std::vector<Parameter>& options) {
  if (arguments.empty() && options.empty()) {
    return "";
  }
  std::string out = ".Bl -tag -width Ds\n";
  for (const Parameter& argument : arguments) {
    out += ".It " + argument_macros(argument) + '\n' + mdoc_prose(argument.help + '.');
  }
  for (const Parameter& option : options) {
    out += ".It " + option_macros(option) + '\n' + mdoc_prose(option.help + '.');
  }
  return out + ".El\n";
}

}  // namespace penstock::cli::doc
