// Values that are JSON already, for programs.
#pragma once

#include <ostream>
#include <string_view>

#include "cli/rows.hpp"

namespace penstock::cli {

// One a line, or, as Output::json, one array of them.
class JsonValues {
 public:
  JsonValues(std::ostream& out, Output output) : out_(out), array_(output == Output::json) {}

  void add(std::string_view value) {
    out_ << (array_ ? separator_ : "") << value << (array_ ? "" : "\n");
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
  std::string_view separator_ = "[";
};

}  // namespace penstock::cli
