#include "extract/fingerprinter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "penstock/core/fingerprint.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

Fingerprint fingerprint(std::string_view event) { return Fingerprinter().of(event); }

TEST(Fingerprinter, TakesTheFirstHalfOfSha256OverTheCanonicalForm) {
  // printf '{}' | sha256sum
  EXPECT_EQ(fingerprint(" {} "), (Fingerprint{0x44136fa355b3678a, 0x1146ad16f7e8649e}));
  // printf '{"a\377+11e-1;"b\377n}' | sha256sum
  EXPECT_EQ(fingerprint(R"({"b":null,"a":1.10})"),
            (Fingerprint{0xf07bf46a4a87c01e, 0xa4f9966be66dad89}));
}

// Ledgers that were written by another version of the program hold what this gave.
TEST(Fingerprinter, GivesWhatItGaveBefore) {
  EXPECT_EQ(
      fingerprint(
          R"({"origin":{"type":"port","job_id":"client-77","country":"us","ts":1714521600123},)"
          R"("target":{"ip":"198.51.100.7","port":80},"result":{"data":{"a":[true,false,null,-1.5e3],)"
          R"("text":"\u20ac \ud83d\ude00 \ud800 \n\/"}}})"),
      (Fingerprint{0xe34400080f543a8f, 0xa2f3bf1b6def60ef}));
}

TEST(Fingerprinter, IsTheSameForOneEventHoweverItIsWritten) {
  EXPECT_EQ(fingerprint(R"({"target":{"port":80,"ip":"a"},"x":"\u0041"})"),
            fingerprint(R"( { "x" : "A" , "target" : { "ip" : "a" , "port" : 8.0e1 } } )"));
  EXPECT_NE(fingerprint(R"({"target":{"port":80}})"), fingerprint(R"({"target":{"port":81}})"));
}

TEST(Fingerprinter, GivesTheMemoryOfAHugeEventBack) {
  Fingerprinter fingerprinter;
  const Fingerprint small = fingerprinter.of(R"({"b":1,"a":2})");
  const std::string huge = R"({"b":")" + std::string(5'000'000, 'x') + R"(","a":2})";
  const Fingerprint large = fingerprinter.of(huge);
  EXPECT_NE(large, small);
  EXPECT_LE(fingerprinter.memory(), limits::fingerprint_buffers);
  EXPECT_EQ(fingerprinter.of(R"({"a":2,"b":1})"), small);
  EXPECT_EQ(fingerprinter.of(huge), large);
}

}  // namespace
}  // namespace penstock::extract
