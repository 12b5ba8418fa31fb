#include "cli/help_formatter.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace penstock::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HelpText : public testing::Test {
 protected:
  HelpText() { app_.formatter(std::make_shared<HelpFormatter>()); }

  CLI::App app_{"What it does", "program"};
  std::string value_;
  const std::string long_text_ =
      "Something that can't be said in so few words that they would all "
      "stand on a single line of eighty columns";
};

TEST_F(HelpText, BreaksLongTextsOfOptionsAndCommandsAtEightyColumns) {
  app_.add_option("--option", value_, long_text_);
  app_.add_subcommand("command", long_text_);
  std::istringstream lines(app_.help());
  int indented = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80) << line;
    indented += line.starts_with(std::string(30, ' ')) ? 1 : 0;
  }
  EXPECT_EQ(indented, 4);  // two each
}

TEST_F(HelpText, LineEndsWithinATextDontCount) {
  app_.add_option("--option", value_, "One\ntwo");
  EXPECT_THAT(app_.help(), HasSubstr("One two\n"));
}

TEST_F(HelpText, DoesntRepeatTheWordsThatAValueMayBe) {
  app_.add_option("--reason", value_, "Why")
      ->type_name("REASON")
      ->check(CLI::IsMember({"this", "that"}));
  app_.add_option("--broker", value_, "Where")->type_name("HOST:PORT");
  EXPECT_THAT(app_.help(), AllOf(HasSubstr("--reason REASON  "), Not(HasSubstr("{this,that}")),
                                 HasSubstr("--broker HOST:PORT  ")));
}

TEST_F(HelpText, SaysWhatGoesTogetherAndWhatDoesnt) {
  CLI::Option* one = app_.add_option("--one", value_, "First");
  CLI::Option* two = app_.add_option("where", value_, "Second")->type_name("WHERE");
  app_.add_option("--three", value_, "Third")->needs(one)->excludes(two);
  EXPECT_THAT(app_.help(), AllOf(HasSubstr("Third (needs --one) (not with WHERE)\n"),
                                 HasSubstr("Second (not with --three)\n")));
}

TEST_F(HelpText, SaysWhatIsRequiredAndWhatMayBeRepeated) {
  std::vector<std::string> values;
  app_.add_option("--set", values, "Some")->type_name("KEY");
  app_.add_option("id", value_, "One")->type_name("ID")->required();
  EXPECT_THAT(app_.help(), AllOf(HasSubstr("--set KEY ... "), HasSubstr("id ID REQUIRED "),
                                 HasSubstr("-h,--help       ")));
}

TEST_F(HelpText, BreaksAFootersParagraphsAnewButNoListAndNoExample) {
  const std::string example = "Example: " + long_text_;
  app_.footer("One\ntwo\n" + long_text_ + "\nand more\n\n- three\n  four\n" + example);
  EXPECT_THAT(app_.help(),
              AllOf(HasSubstr("\nOne two Something that"), HasSubstr(" columns and more\n\n"),
                    HasSubstr("\n- three\n  four\n"), HasSubstr("\n" + example + "\n")));
}

}  // namespace
}  // namespace penstock::cli
