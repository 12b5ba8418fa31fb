// Text in lines of a given width, and put together again.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::cli {

// Broken between words; whatever white space stood there is one blank or one line's end. A word
// that is longer than `width` has a line of its own. An empty text has no lines.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// One after another, the separator between them.
std::string joined(std::span<const std::string> parts, std::string_view separator);

}  // namespace penstock::cli
