// Text as mdoc(7) reads it: nothing in it is taken for a macro or an escape. Pure.
#pragma once

#include <string>
#include <string_view>

namespace penstock::cli::doc {

// Running text, each sentence on lines of its own as mdoc wants it. An empty line ends a paragraph;
// what stands between backticks is shown in quotes.
std::string mdoc_prose(std::string_view text);

// One line that is shown as it stands, fit to be copied into a shell.
std::string mdoc_literal(std::string_view line);

// One argument of a macro.
std::string mdoc_argument(std::string_view word);

}  // namespace penstock::cli::doc
