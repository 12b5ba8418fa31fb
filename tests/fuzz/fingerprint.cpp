// A value made of the input, written in two ways: one fingerprint. Changed in one place: another.
#include "extract/fingerprinter.hpp"
#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "support/random_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  constexpr std::size_t enough = 4'096;  // what is made of more is large, not new
  fuzz::Choices choices(data, std::min(size, enough));
  random_json::Maker maker(choices);
  random_json::Writer writer(choices);
  static extract::Fingerprinter fingerprinter;

  const random_json::Value value =
      maker.container(random_json::Value::object, 1 + choices.below(5));
  const std::string text = writer.write(value);
  const std::string again = writer.write(value);
  const Fingerprint fingerprint = fingerprinter.of(text);
  fuzz::must(fingerprinter.of(again) == fingerprint, "a value has one fingerprint",
             text + " / " + again);

  random_json::Value other = value;
  maker.change(other);
  const std::string changed = writer.write(other);
  const bool same = random_json::normal(other) == random_json::normal(value);
  fuzz::must((fingerprinter.of(changed) == fingerprint) == same, "another value has another",
             text + " / " + changed);
  return 0;
}
