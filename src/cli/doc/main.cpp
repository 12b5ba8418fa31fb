// Prints what is made of the command lines' definitions: `penstock_cli_doc
// man|commands|bash|zsh|fish`, and `simulator` for the man page of penstock-sim. The build runs it.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>

#include "cli/doc/command_tree.hpp"
#include "cli/doc/commands_page.hpp"
#include "cli/doc/completions.hpp"
#include "cli/doc/man_page.hpp"
#include "cli/doc/simulator_page.hpp"
#include "cli/run.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/simulator/command_line.hpp"

int main(int argc, char** argv) {
  namespace doc = penstock::cli::doc;
  const std::string_view kind = argc == 2 ? argv[1] : "";
  std::string text;
  penstock::cli::with_parser([&](const CLI::App& parser) {
    const doc::Command program = doc::describe(parser);
    text = kind == "man"        ? doc::man_page(program, penstock::app::version())
           : kind == "commands" ? doc::commands_page(program)
           : kind == "bash"     ? doc::bash_completion(program)
           : kind == "zsh"      ? doc::zsh_completion(program)
           : kind == "fish"     ? doc::fish_completion(program)
                                : "";
  });
  if (kind == "simulator") {
    penstock::simulator::with_parser([&](const CLI::App& parser) {
      text = doc::simulator_page(doc::describe(parser), penstock::app::version());
    });
  }
  if (text.empty()) {
    std::cerr << "usage: penstock_cli_doc man|commands|bash|zsh|fish|simulator\n";
    return 2;
  }
  return std::cout << text << std::flush ? 0 : 1;
}
