#include "cli/doc/mdoc.hpp"

#include <gtest/gtest.h>

namespace penstock::cli::doc {
namespace {

TEST(Mdoc, EachSentenceHasItsOwnLine) {
  EXPECT_EQ(mdoc_prose("One. Two with 1.5 and e.g. this.\nThree"),
            "One.\nTwo with 1.5 and e.g. this.\nThree\n");
}

TEST(Mdoc, AnEmptyLineEndsAParagraph) {
  EXPECT_EQ(mdoc_prose("\nOne\ntwo\n\nThree\n"), "One two\n.Pp\nThree\n");
  EXPECT_EQ(mdoc_prose("One\n\n"), "One\n");
}

TEST(Mdoc, LongSentencesAreBroken) {
  const std::string half(50, 'a');
  EXPECT_EQ(mdoc_prose(half + " " + half), half + "\n" + half + "\n");
}

TEST(Mdoc, NoTextIsTakenForAnEscapeOrAMacro) {
  EXPECT_EQ(mdoc_prose(".Sh a\\fB"), "\\&.Sh a\\efB\n");
  EXPECT_EQ(mdoc_prose("'tis"), "\\&'tis\n");
  EXPECT_EQ(mdoc_literal(".a \\n"), "\\&.a \\en");
  EXPECT_EQ(mdoc_argument("No"), "\\&No");
  EXPECT_EQ(mdoc_argument("ID"), "ID");
  EXPECT_EQ(mdoc_argument("a b"), "\"a b\"");
  EXPECT_EQ(mdoc_argument("FILE"), "FILE");
}

TEST(Mdoc, BackticksAreQuotes) {
  EXPECT_EQ(mdoc_prose("With or without `client-`"), "With or without \\(oqclient-\\(cq\n");
}

TEST(Mdoc, AnEllipsisIsThreeDots) { EXPECT_EQ(mdoc_prose("http_… and\n…"), "http_... and ...\n"); }

TEST(Mdoc, ALiteralCanBeCopied) {
  EXPECT_EQ(mdoc_literal("penstock --set 'a'"), "penstock \\-\\-set \\(aqa\\(aq");
}

}  // namespace
}  // namespace penstock::cli::doc
