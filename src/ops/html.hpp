// Writes HTML. What is no markup of ours goes through text().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::ops {

class Html {
 public:
  // Ours, as it is.
  Html& markup(std::string_view html) {
    out_ += html;
    return *this;
  }
  // Anybody's, fit for an element's content and for a quoted attribute. Control characters and
  // bytes that are no UTF-8 become U+FFFD.
  Html& text(std::string_view text);
  Html& text(std::uint64_t number);  // with commas: 12,345

  std::string str() && { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace penstock::ops
