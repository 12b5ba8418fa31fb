#include "settings/checks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace penstock::settings {
namespace {

TEST(Checks, TakeHttpsUrlsWithHostPortAndBaseOnly) {
  for (const char* good : {"https://api.test", "https://api.test:8443", "https://127.0.0.1/",
                           "https://[::1]:8443/base/v2"}) {
    EXPECT_EQ(check_https_url(good), "") << good;
  }
  for (const char* bad :
       {"", "http://api.test", "HTTPS://api.test", "https://", "https:///x", "https://me@api.test",
        "https://me:pw@api.test", "https://api.test?x=1", "https://api.test/#x",
        "https://api.test:0", "https://api.test:65536", "https://api.test:", "https://api test",
        "https://[::1", "https://[zz]/", "https://api.test/a b", "https://api.test\r\n"}) {
    EXPECT_NE(check_https_url(bad), "") << bad;
  }
}

TEST(Checks, TakeBrokersWithOrWithoutPorts) {
  for (const char* good : {"localhost", "localhost:9092", "a:1,b:2", "a:1, b", "[::1]:9092"}) {
    EXPECT_EQ(check_brokers(good), "") << good;
  }
  for (const char* bad : {"", ",", "a,", "a:", "a:x", "a:70000", "http://a:1", "a b", "me@a"}) {
    EXPECT_NE(check_brokers(bad), "") << bad;
  }
}

TEST(Checks, TakeTopicsThatKafkaTakes) {
  EXPECT_EQ(check_topic("scans.raw_1-x"), "");
  EXPECT_EQ(check_topic(std::string(249, 'a')), "");
  for (const std::string& bad : {std::string(250, 'a'), std::string("."), std::string(".."),
                                 std::string(), std::string("a/b")}) {
    EXPECT_NE(check_topic(bad), "") << bad;
  }
}

TEST(Checks, TakeNetworksOfBothFamilies) {
  for (const char* good :
       {"192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "::/0", "0.0.0.0/0", "::1"}) {
    EXPECT_EQ(check_network(good), "") << good;
  }
  for (const char* bad :
       {"", "192.0.2/24", "192.0.2.0/33", "::/129", "::/", "192.0.2.0/-1", "host/8"}) {
    EXPECT_NE(check_network(bad), "") << bad;
  }
}

TEST(Checks, TakeHeaderNamesPathsAndCountries) {
  EXPECT_EQ(check_header_name("X-Token"), "");
  EXPECT_NE(check_header_name("X-Token:"), "");
  EXPECT_NE(check_header_name(""), "");
  EXPECT_EQ(check_request_path("/v1/firehose"), "");
  EXPECT_NE(check_request_path("v1"), "");
  EXPECT_NE(check_request_path("/v1?x"), "");
  EXPECT_NE(check_request_path("/v1 HTTP/1.1\r\nX: y"), "");
  EXPECT_EQ(check_country("pt"), "");
  EXPECT_NE(check_country("PRT"), "");
}

TEST(Checks, TakeWholePercentEncodingsOnly) {
  for (const std::string good : {"/v1/%7Euser", "/%e2%82%ac", "/a%2F"}) {
    EXPECT_EQ(check_request_path(good), "") << good;
    EXPECT_EQ(check_https_url("https://api.test" + good), "") << good;
  }
  for (const std::string bad : {"/%zz", "/%", "/%4", "/a%4g", "/%%41", "/%41%"}) {
    const char* const why = "must have two hexadecimal digits after each %";
    EXPECT_EQ(check_request_path(bad), why) << bad;
    EXPECT_EQ(check_https_url("https://api.test" + bad), why) << bad;
  }
}

TEST(Checks, EndpointsAreAnAddressAndAPort) {
  EXPECT_EQ(parse_endpoint("0.0.0.0:9469")->port, 9469);
  EXPECT_EQ(parse_endpoint("[::]:0")->address, "::");
  for (const char* bad : {"", ":9469", "localhost:9469", "127.0.0.1", "127.0.0.1:", "::1:80",
                          "127.0.0.1:65536", "[127.0.0.1]:1", "127.0.0.1:1x"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace penstock::settings
