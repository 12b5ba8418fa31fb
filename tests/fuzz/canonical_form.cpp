// Two JSON texts, with a byte FF between them: one canonical form if they are the same value, two
// if they aren't.
#include "extract/canonical_json.hpp"
#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/reference/json_value.hpp"
#include "fuzz/reference/strict_json.hpp"
#include "penstock/core/limits.hpp"

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
  if (two.verdict == valid && fuzz::is_strict_utf8(second)) {
    const auto same = fuzz::same_value(one.value, two.value);
    if (same) {
      fuzz::must((canonical.of(second) == form) == *same, "equal forms are equal values",
                 first + " / " + second);
    }
  }
  return 0;
}
