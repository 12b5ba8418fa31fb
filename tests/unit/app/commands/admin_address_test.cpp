#include "app/commands/admin_address.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

TEST(AdminAddress, IsTakenFromAUrl) {
  EXPECT_EQ(*parse_admin_url("http://example.net"),
            (AdminAddress{.host = "example.net", .port = 80}));
  EXPECT_EQ(*parse_admin_url("https://example.net/penstock/"),
            (AdminAddress{.host = "example.net", .port = 443, .tls = true, .base = "/penstock"}));
  EXPECT_EQ(*parse_admin_url("http://[::1]:9469/"), (AdminAddress{.host = "::1", .port = 9469}));
}

TEST(AdminAddress, SaysWhatIsWrongWithAUrl) {
  for (const char* url : {"", "localhost:9469", "ftp://a", "http://", "http://a:99999",
                          "http://a:0", "http://a?b", "http://a#b", "http://a b"}) {
    const auto address = parse_admin_url(url);
    ASSERT_FALSE(address) << url;
    EXPECT_NE(address.error().what.find("http://localhost:9469"), std::string::npos) << url;
  }
}

TEST(AdminAddress, TakesNoSecretFromAUrlAndShowsNone) {
  const auto address = parse_admin_url("https://me:secret@example.net");
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().what.find("secret"), std::string::npos);
  EXPECT_NE(address.error().what.find("--user-file"), std::string::npos);
}

TEST(AdminAddress, IsShownAsItIsWritten) {
  EXPECT_EQ(parse_admin_url("http://[::1]:9469")->text(), "http://[::1]:9469");
  EXPECT_EQ(parse_admin_url("https://a/b")->text(), "https://a:443/b");
  EXPECT_EQ(AdminAddress{.socket = "/run/a.sock"}.text(), "/run/a.sock");
}

TEST(AdminAddress, CredentialsAreOneLine) {
  EXPECT_EQ(*basic_authorization("Aladdin:open sesame\n"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617, section 2
  for (const char* wrong : {"", "\n", "nobody", ":password", "a:b\nc:d", "a:b\x01"}) {
    EXPECT_FALSE(basic_authorization(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace penstock::app
