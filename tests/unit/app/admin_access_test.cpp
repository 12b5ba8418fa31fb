#include "app/admin_access.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

settings::Admin admin(const std::string& address) {
  settings::Admin made;
  made.listen = {.address = address, .port = 9469};
  return made;
}

TEST(AdminAccess, NothingIsExposedOnLoopback) {
  EXPECT_EQ(exposure(admin("127.0.0.1")), "");
  EXPECT_EQ(exposure(admin("127.8.8.8")), "");
  EXPECT_EQ(exposure(admin("::1")), "");
}

TEST(AdminAccess, ElsewhereItTakesAPasswordAndTls) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    settings::Admin open = admin(address);
    EXPECT_NE(exposure(open).find("set admin.password_file"), std::string_view::npos) << address;
    open.password_file = "/etc/penstock/admin.passwords";
    EXPECT_NE(exposure(open).find("set admin.cert_file"), std::string_view::npos) << address;
    open.cert_file = "/etc/penstock/admin.pem";
    EXPECT_EQ(exposure(open), "") << address;
  }
}

TEST(AdminAccess, WritesAnAddressAsItIsListenedOn) {
  EXPECT_EQ(listen_text({"::1", 9469}), "[::1]:9469");
  EXPECT_EQ(listen_text({"127.0.0.1", 0}), "127.0.0.1:0");
}

}  // namespace
}  // namespace penstock::app
