// What options that take numbers make of them, in both programs.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/run.hpp"
#include "penstock/simulator/command_line.hpp"

namespace penstock::cli {
namespace {

using WithParser = void (*)(const std::function<void(CLI::App&)>&);

// As the program gets it.
std::string value_of(WithParser with_parser, const std::string& command, const std::string& option,
                     const std::string& text) {
  std::string value = "refused";
  with_parser([&](CLI::App& parser) {
    try {
      parser.parse(command + " " + option + " " + text, false);
      const CLI::App* at = &parser;
      while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
      }
      value = std::to_string(at->get_option(option)->as<std::uint64_t>());
    } catch (const CLI::ParseError&) {
    }
  });
  return value;
}

TEST(NumberOptions, TakeWholeNumbersInDecimalDigits) {
  struct Case {
    WithParser with_parser;
    const char* command;
    const char* option;
  };
  for (const auto& [with_parser, command, option] :
       {Case{cli::with_parser, "demo", "--seed"}, Case{cli::with_parser, "demo", "--seconds"},
        Case{cli::with_parser, "tail firehose", "--count"},
        Case{cli::with_parser, "tasks create", "--sample"},
        Case{cli::with_parser, "dead-letters ls", "--newest"},
        Case{cli::with_parser, "images search", "--pagesize"},
        Case{simulator::with_parser, "", "--seed"},
        Case{simulator::with_parser, "", "--jobs-events"},
        Case{simulator::with_parser, "", "--tasks-listed"}}) {
    const auto value = [&](const char* text) {
      return value_of(with_parser, command, option, text);
    };
    EXPECT_EQ(value("17"), "17") << option;
    EXPECT_EQ(value("010"), "10") << option;
    EXPECT_EQ(value("08"), "8") << option;
    for (const char* bad : {"-1", "1.5", "0x10", "1e3", "x", "99999999999999999999"}) {
      EXPECT_EQ(value(bad), "refused") << option << ' ' << bad;
    }
  }
}

TEST(NumberOptions, TakeNoFractionThatIsNone) {
  for (const char* option : {"--jobs-failed", "--jobs-revoked", "--jobs-twins"}) {
    simulator::with_parser([&](CLI::App& parser) {
      for (const char* good : {"0", "0.25", "1"}) {
        EXPECT_NO_THROW(parser.parse(std::string(option) + " " + good, false)) << option << good;
      }
      for (const char* bad : {"nan", "-0.1", "1.01", "inf", "0.5x"}) {
        EXPECT_THROW(parser.parse(std::string(option) + " " + bad, false), CLI::ParseError)
            << option << ' ' << bad;
      }
    });
  }
}

}  // namespace
}  // namespace penstock::cli
