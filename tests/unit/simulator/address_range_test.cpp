#include "simulator/address_range.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

AddressRange range(std::string_view text) { return parse_range(text).value(); }
IpAddress ip(std::string_view text) { return parse_ip(text).value(); }

TEST(ParseRange, TakesAddressesNetworksAndRangesOfBothFamilies) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"192.0.2.7/24", "192.0.2.0", "192.0.2.255"},
      {"192.0.2.7/32", "192.0.2.7", "192.0.2.7"},
      {"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
      {"192.0.2.1-192.0.3.9", "192.0.2.1", "192.0.3.9"},
      {"2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2001:db8::8/125", "2001:db8::8", "2001:db8::f"},
      {"2001:db8::1-2001:db8::2", "2001:db8::1", "2001:db8::2"},
  };
  for (const auto& [text, first, last] : cases) {
    EXPECT_EQ(range(text).first, ip(first)) << text;
    EXPECT_EQ(range(text).last, ip(last)) << text;
  }
}

TEST(ParseRange, RefusesWhatIsNone) {
  for (const char* text :
       {"", "192.0.2", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1/x", "2001:db8::/129", "a.example",
        "192.0.2.2-192.0.2.1", "192.0.2.1-", "-192.0.2.1", "192.0.2.1-2001:db8::1", "::1-192.0.2.1",
        "192.0.2.0/24-192.0.3.0/24", " 192.0.2.1"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

TEST(AddressRange, HoldsAddressesOfItsOwnFamilyOnly) {
  EXPECT_TRUE(range("192.0.2.0/24").contains(ip("192.0.2.255")));
  EXPECT_FALSE(range("192.0.2.0/24").contains(ip("192.0.3.0")));
  EXPECT_TRUE(range("::/0").contains(ip("2001:db8::1")));
  EXPECT_FALSE(range("::/0").contains(ip("192.0.2.1")));
  EXPECT_TRUE(range("::ffff:192.0.2.0/120").contains(ip("192.0.2.1"))) << "the same address";
}

TEST(AddressRange, CountsItsAddressesRoundAndRound) {
  EXPECT_EQ(range("192.0.2.0/30").at(3), ip("192.0.2.3"));
  EXPECT_EQ(range("192.0.2.0/30").at(5), ip("192.0.2.1"));
  EXPECT_EQ(range("192.0.2.9").at(77), ip("192.0.2.9"));
  EXPECT_EQ(range("2001:db8::/32").at(0x1'0000'0002), ip("2001:db8::2"));
  EXPECT_EQ(range("::ffff:ffff:ffff:ffff-2001:db8::").at(1), ip("0:0:0:1::"));
}

TEST(AddressText, IsWhatParsesBackInItsShortestForm) {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "::", "::1", "2001:db8::", "2001:db8:0:1::2",
                           "1:0:2:3:4:5:6:7", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1"}) {
    EXPECT_EQ(to_string(ip(text)), text);
  }
  EXPECT_EQ(to_string(ip("2001:DB8:0:0:1:0:0:1")), "2001:db8::1:0:0:1") << "the first of two rows";
}

}  // namespace
}  // namespace penstock::simulator
