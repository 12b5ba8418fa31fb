// Two JSON texts, with a byte FF between them: one canonical form if they are the same value, two
// if they aren't.
#include <algorithm>
#include <set>
#include <utility>

#include "extract/canonical_json.hpp"
#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/reference/json_value.hpp"
#include "fuzz/reference/strict_json.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::fuzz {
namespace {

// With the members of each object the other way round, where their names are different.
Json reordered(Json value) {
  for (Json& item : value.items) {
    item = reordered(std::move(item));
  }
  std::set<std::u32string> names;
  for (const Json& name : value.names) {
    names.insert(name.text);
  }
  if (!names.empty() && names.size() == value.names.size()) {
    std::reverse(value.names.begin(), value.names.end());
    std::reverse(value.items.begin(), value.items.end());
  }
  return value;
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const std::string first(choices.text()), second(choices.rest());
  const auto one = fuzz::read_json(first, limits::max_depth);
  const auto two = fuzz::read_json(second, limits::max_depth);
  constexpr auto valid = fuzz::JsonReading::Verdict::valid;
  if (one.verdict != valid || !fuzz::is_strict_utf8(first)) {
    return -1;  // not worth keeping
  }
  static extract::CanonicalJson canonical;
  const std::string form(canonical.of(first));
  const std::string plain = fuzz::compact(one.value);
  fuzz::must(canonical.of(plain) == form, "white space doesn't count", first);
  const std::string other = fuzz::compact(fuzz::reordered(one.value));
  fuzz::must(canonical.of(other) == form, "the members' order doesn't count", first);
  if (two.verdict == valid && fuzz::is_strict_utf8(second)) {
    const auto same = fuzz::same_value(one.value, two.value);
    if (same) {
      fuzz::must((canonical.of(second) == form) == *same, "equal forms are equal values",
                 first + " / " + second);
    }
  }
  return 0;
}
