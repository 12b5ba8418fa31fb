// Reads JSON as RFC 8259 allows it, numbers of any size and escapes of lone surrogates included,
// which RapidJSON alone refuses. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace penstock::simulator {

// A value that is no object or array, and where it stands.
struct JsonScalar {
  std::size_t depth;       // how many objects and arrays it is in
  std::string_view outer;  // the name of the root's member that it is, or is in
  std::string_view name;   // of the member that it is, or of the array that it is in
  std::string_view text;   // of a string what it means; else as it stands
  bool is_string;
};

struct JsonShape {
  bool valid = false;     // the encoding isn't looked at
  bool too_deep = false;  // deeper than events may be
  bool object = false;    // it begins as one
};

// Calls `look` for each scalar, in their order, until it returns false: it has seen enough, and the
// text counts as invalid. Without recursion, so that no depth exhausts the stack.
JsonShape scan_json(std::string_view text, const std::function<bool(const JsonScalar&)>& look);

}  // namespace penstock::simulator
