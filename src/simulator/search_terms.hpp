// The text of GET /v1/query/search. Pure.
//
// Terms stand side by side or with AND between them, and an event has to meet all of them.
// `field:value`: a member of that name, anywhere in the event, has that value; `value`: a string
// anywhere in it holds that text. Case doesn't matter. Quotes keep a value of several words
// together: product:"Apache httpd". The document knows no OR, and neither does this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"

namespace penstock::simulator {

struct SearchTerm {
  std::string field;  // empty: any
  std::string value;
};

// At least one term. An error says what is wrong, for the user.
Result<std::vector<SearchTerm>> parse_search(std::string_view text);

// `event`: valid JSON.
bool meets(std::string_view event, const std::vector<SearchTerm>& terms);

}  // namespace penstock::simulator
