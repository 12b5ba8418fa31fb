// Random values, each written in many ways: one fingerprint. Changed in one place: another one.
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>

#include "extract/fingerprinter.hpp"
#include "penstock/core/text.hpp"
#include "support/random_json.hpp"

namespace penstock::extract {
namespace {

using random_json::Value;

TEST(Fingerprinter, AgreesWithTheMeaningOfRandomValues) {
  constexpr int rounds = 5'000;
  std::mt19937_64 random(1);
  random_json::Maker maker(random);
  random_json::Writer writer(random);
  Fingerprinter fingerprinter;
  int changes = 0;
  for (int round = 0; round < rounds; ++round) {
    const Value value = maker.container(Value::object, 1 + random() % 5);
    const std::string text = writer.write(value);
    const Fingerprint fingerprint = fingerprinter.of(text);

    const std::string again = writer.write(value);
    ASSERT_EQ(fingerprinter.of(again), fingerprint) << printable(text) << "\n" << printable(again);

    Value other = value;
    maker.change(other);
    const bool same = random_json::normal(other) == random_json::normal(value);
    changes += same ? 0 : 1;
    const std::string changed = writer.write(other);
    ASSERT_EQ(fingerprinter.of(changed) == fingerprint, same) << printable(text) << "\n"
                                                              << printable(changed);
  }
  EXPECT_GT(changes, rounds * 3 / 4);
}

}  // namespace
}  // namespace penstock::extract
