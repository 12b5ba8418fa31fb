#include "penstock/journal/crc32c.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace penstock::journal {
namespace {

// Bit by bit, as the polynomial says.
std::uint32_t slowly(std::string_view bytes) {
  std::uint32_t state = 0xffffffff;
  for (const char byte : bytes) {
    state ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      state = (state >> 1) ^ ((state & 1) != 0 ? 0x82f63b78u : 0u);
    }
  }
  return ~state;
}

std::string random_bytes(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random());
  }
  return bytes;
}

TEST(Crc32c, MatchesThePublishedVectors) {
  // RFC 3720 appendix B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

TEST(Crc32c, GoesOnOverPieces) {
  const std::string text = "the bytes of a block, in two pieces";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.substr(cut), crc32c(text.substr(0, cut))), crc32c(text));
  }
}

// Long ones are read in several places at once, three times 1,024 bytes a round.
TEST(Crc32c, IsThatOfAReaderOfSingleBits) {
  const std::string bytes = random_bytes(20'000);
  for (const std::size_t rounds : {0u, 1u, 2u, 5u}) {
    for (std::size_t beside = 0; beside < 40; ++beside) {
      const std::size_t size = rounds * 3 * 1024 + beside;
      for (const std::size_t from : {0u, 1u, 7u}) {
        const std::string_view part = std::string_view(bytes).substr(from, size);
        ASSERT_EQ(crc32c(part), slowly(part)) << size << " bytes from " << from;
      }
      const std::size_t below = rounds * 3 * 1024 - std::min(rounds * 3 * 1024, beside);
      ASSERT_EQ(crc32c(bytes.substr(0, below)), slowly(bytes.substr(0, below))) << below;
    }
  }
}

TEST(Crc32c, GoesOnBehindLongPieces) {
  const std::string bytes = random_bytes(20'000);
  for (const std::size_t cut : {1u, 1'024u, 3'072u, 3'073u, 10'000u, 19'999u}) {
    EXPECT_EQ(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))), slowly(bytes)) << cut;
  }
}

}  // namespace
}  // namespace penstock::journal
