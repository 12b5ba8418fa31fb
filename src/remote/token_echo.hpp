// Whether what a remote said quotes the token, so that it isn't shown. Pure.
#pragma once

#include <string_view>

namespace penstock::remote {

// As it is, or written with escapes: JSON's (RFC 8259 section 7: \/, \u002b) or those of a URL (RFC
// 3986 section 2.1: %2B).
bool quotes(std::string_view text, std::string_view token);

}  // namespace penstock::remote
