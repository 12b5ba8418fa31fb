// Values that are JSON already, for programs.
#pragma once

#include <unistd.h>

#include <iostream>
#include <string_view>

#include "cli/rows.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {

// One a line, or, as Output::json, one array of them. They may be as a remote wrote them: what a
// terminal would obey is escaped there.
class JsonValues {
 public:
  JsonValues(std::ostream& out, Output output)
      : out_(out),
        array_(output == Output::json),
        to_terminal_(&out == &std::cout && isatty(STDOUT_FILENO) == 1) {}

  void add(std::string_view value) {
    out_ << (array_ ? separator_ : "");
    if (to_terminal_) {
      out_ << terminal_safe(value);
    } else {
      out_ << value;
    }
    out_ << (array_ ? "" : "\n");
    separator_ = ",";
  }
  // Behind the last.
  void end() {
    if (array_) {
      out_ << (separator_ == "[" ? "[]" : "]") << '\n';
    }
  }

 private:
  std::ostream& out_;
  bool array_;
  bool to_terminal_;
  std::string_view separator_ = "[";
};

}  // namespace penstock::cli
