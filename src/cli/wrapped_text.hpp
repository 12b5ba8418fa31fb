// Text in lines of a given width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::cli {

// Broken between words; whatever white space stood there is one blank or one line's end. A word
// that is longer than `width` has a line of its own. An empty text has no lines.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace penstock::cli
