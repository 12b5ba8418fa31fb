#include "penstock/core/network_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace penstock {
namespace {

NetworkSet set_of(const std::vector<std::string>& networks) {
  NetworkSet set;
  for (const std::string& network : networks) {
    EXPECT_TRUE(set.add(network)) << network;
  }
  set.finish();
  return set;
}

TEST(ParseIp, TakesWhatTheRfcAllows) {
  EXPECT_EQ(parse_ip("192.0.2.1"), (IpAddress{0, 0xFFFF'C000'0201}));
  EXPECT_EQ(parse_ip("255.255.255.255"), (IpAddress{0, 0xFFFF'FFFF'FFFF}));
  EXPECT_EQ(parse_ip("2001:db8::1"), (IpAddress{0x2001'0db8'0000'0000, 1}));
  EXPECT_EQ(parse_ip("2001:DB8:0:0:8:800:200C:417A"),
            (IpAddress{0x2001'0db8'0000'0000, 0x0008'0800'200c'417a}));
  EXPECT_EQ(parse_ip("::"), (IpAddress{}));
  EXPECT_EQ(parse_ip("1::"), (IpAddress{0x0001'0000'0000'0000, 0}));
  EXPECT_EQ(parse_ip("::ffff:192.0.2.1"), parse_ip("192.0.2.1"));
  EXPECT_EQ(parse_ip("1:2:3:4:5:6:1.2.3.4"),
            (IpAddress{0x0001'0002'0003'0004, 0x0005'0006'0102'0304}));
}

TEST(ParseIp, RefusesTheRest) {
  for (const char* const text : {"",
                                 "1",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1.2.3.256",
                                 "01.2.3.4",
                                 "1.2.3.",
                                 ".1.2.3",
                                 "1.2.3.4 ",
                                 "1.2.3.-4",
                                 ":",
                                 ":::",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1::2::3",
                                 "12345::",
                                 "g::",
                                 "1:2:3:4:5:6:7:",
                                 ":1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8::",
                                 "::1.2.3",
                                 "1.2.3.4::",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "fe80::1%eth0",
                                 "[::1]"}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
}

TEST(NetworkSet, HoldsWhatItsNetworksHold) {
  const NetworkSet set = set_of({"192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "10.1.2.3/8"});
  for (const char* const inside : {"192.0.2.0", "192.0.2.255", "198.51.100.7",
                                   "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                                   "10.0.0.0", "10.255.255.255", "::ffff:10.9.9.9"}) {
    EXPECT_TRUE(set.contains(inside)) << inside;
  }
  for (const char* const outside :
       {"192.0.1.255", "192.0.3.0", "198.51.100.6", "198.51.100.8",
        "2001:db7:ffff::", "2001:db9::", "9.255.255.255", "11.0.0.0", "", "example.net"}) {
    EXPECT_FALSE(set.contains(outside)) << outside;
  }
}

TEST(NetworkSet, HoldsAllOrNothing) {
  EXPECT_TRUE(set_of({"0.0.0.0/0"}).contains("203.0.113.9"));
  EXPECT_FALSE(set_of({"0.0.0.0/0"}).contains("2001:db8::1"));
  EXPECT_TRUE(set_of({"::/0"}).contains("2001:db8::1"));
  EXPECT_TRUE(set_of({"::/0"}).contains("::fffe:ffff:ffff"));
  EXPECT_FALSE(set_of({"::/0"}).contains("203.0.113.9"));
  EXPECT_TRUE(set_of({"::ffff:0:0/96"}).contains("203.0.113.9"));
  EXPECT_FALSE(set_of({}).contains("203.0.113.9"));
}

// Networks that end with the mapped addresses, or are all of them.
TEST(NetworkSet, HoldsNoIpv4AddressInAnIpv6Network) {
  for (const char* const network : {"::/80", "::8000:0:0/81", "::fffe:0:0/95"}) {
    EXPECT_FALSE(set_of({network}).contains("255.255.255.255")) << network;
    EXPECT_FALSE(set_of({network}).contains("::ffff:0:0")) << network;
    EXPECT_TRUE(set_of({network}).contains("::fffe:ffff:ffff")) << network;
  }
}

TEST(NetworkSet, RefusesWhatIsNoNetwork) {
  NetworkSet set;
  for (const char* const text :
       {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "host/8"}) {
    EXPECT_FALSE(set.add(text)) << text;
  }
  set.finish();
  EXPECT_TRUE(set.empty());
}

// Against the plain rule, with networks that touch, hold and repeat each other.
TEST(NetworkSet, AgreesWithEachNetworkByItself) {
  std::mt19937 dice(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> networks;
    std::vector<NetworkSet> single;
    for (int i = 0; i < 12; ++i) {
      networks.push_back("10.0." + std::to_string(dice() % 4) + "." + std::to_string(dice() % 256) +
                         "/" + std::to_string(22 + dice() % 11));
      single.push_back(set_of({networks.back()}));
    }
    const NetworkSet all = set_of(networks);
    for (int i = 0; i < 100; ++i) {
      const std::string address =
          "10.0." + std::to_string(dice() % 5) + "." + std::to_string(dice() % 256);
      bool expected = false;
      for (const NetworkSet& one : single) {
        expected = expected || one.contains(address);
      }
      ASSERT_EQ(all.contains(address), expected) << address;
    }
  }
}

}  // namespace
}  // namespace penstock
