#include "penstock/remote/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace penstock::remote {
namespace {

bool goes_through_proxy(std::string_view host, std::string no_proxy, std::uint16_t port = 443) {
  return choose_proxy({"http://proxy:3128", std::move(no_proxy)}, host, port).value().has_value();
}

TEST(Proxy, IsNoneWhereNoneIsSet) {
  EXPECT_EQ(choose_proxy({}, "example.com", 443).value(), std::nullopt);
}

TEST(Proxy, IsReadWithAndWithoutScheme) {
  for (const auto* value :
       {"http://proxy.example:3128", "proxy.example:3128", "http://proxy.example:3128/"}) {
    EXPECT_EQ(choose_proxy({value, ""}, "example.com", 443).value(),
              (Proxy{"proxy.example", 3128, ""}))
        << value;
  }
  EXPECT_EQ(choose_proxy({"http://[::1]", ""}, "example.com", 443).value(),
            (Proxy{"::1", 1080, ""}));
}

TEST(Proxy, HasAPortThatThereIs) {
  for (const auto* port : {"0", "65536", "70000", "72817", "80800", "4294967377", "1a"}) {
    EXPECT_FALSE(choose_proxy({"http://proxy:" + std::string(port), ""}, "example.com", 443))
        << port;
  }
  EXPECT_EQ(choose_proxy({"http://proxy:65535", ""}, "example.com", 443).value()->port, 65535);
  EXPECT_EQ(choose_proxy({"http://proxy:", ""}, "example.com", 443).value()->port, 1080);
}

TEST(Proxy, GetsItsCredentialsDecoded) {
  const auto proxy = choose_proxy({"http://user:p%40ss@proxy:1", ""}, "example.com", 443).value();
  EXPECT_EQ(proxy->authorization, "Basic dXNlcjpwQHNz");  // user:p@ss
  EXPECT_EQ(proxy->host, "proxy");
}

TEST(Proxy, ErrorsNeverQuoteTheVariable) {
  for (const auto* value :
       {"https://user:secret@proxy:1", "socks5://user:secret@proxy", "http://user:sec ret@proxy",
        "http://", "::", "http://user:sec#ret@proxy:1", "http://user:sec/ret@proxy:1",
        "http://user:12/sec@proxy:1", "http://user:sec?ret@proxy:1", "http://proxy:1/sec"}) {
    const auto proxy = choose_proxy({value, ""}, "example.com", 443);
    ASSERT_FALSE(proxy) << value;
    EXPECT_EQ(proxy.error().what.find("sec"), std::string::npos) << proxy.error().what;
  }
}

TEST(NoProxy, CoversADomainAndItsSubdomains) {
  for (const auto* rule : {"example.com", ".example.com", "*.example.com", "other,example.com",
                           "other , example.com", "EXAMPLE.com"}) {
    EXPECT_FALSE(goes_through_proxy("example.com", rule)) << rule;
    EXPECT_FALSE(goes_through_proxy("api.example.com", rule)) << rule;
    EXPECT_TRUE(goes_through_proxy("badexample.com", rule)) << rule;
    EXPECT_TRUE(goes_through_proxy("example.com.evil", rule)) << rule;
  }
}

TEST(NoProxy, MindsNoDotAtTheEndOfAName) {
  for (const auto* rule : {"example.com", ".example.com.", "*.example.com.", "example.com.:443"}) {
    for (const auto* host : {"example.com", "example.com.", "api.example.com."}) {
      EXPECT_FALSE(goes_through_proxy(host, rule)) << rule << " " << host;
    }
  }
}

TEST(NoProxy, StarCoversEverything) {
  EXPECT_FALSE(goes_through_proxy("example.com", "*"));
  EXPECT_FALSE(goes_through_proxy("2001:db8::1", "a, *"));
}

TEST(NoProxy, MayNameAPort) {
  EXPECT_FALSE(goes_through_proxy("example.com", "example.com:8443", 8443));
  EXPECT_TRUE(goes_through_proxy("example.com", "example.com:8443", 443));
  EXPECT_FALSE(goes_through_proxy("::1", "[::1]:8443", 8443));
  EXPECT_TRUE(goes_through_proxy("::1", "[::1]:8443", 443));
}

TEST(NoProxy, ComparesAddressesByValue) {
  EXPECT_FALSE(goes_through_proxy("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(goes_through_proxy("2001:db8::1", "2001:0db8:0::0001"));
  EXPECT_FALSE(goes_through_proxy("2001:db8::1", "[2001:db8::1]"));
  EXPECT_TRUE(goes_through_proxy("192.0.2.1", "2.1"));
}

TEST(NoProxy, CoversNetworks) {
  EXPECT_FALSE(goes_through_proxy("10.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(goes_through_proxy("11.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(goes_through_proxy("192.0.2.130", "192.0.2.128/25"));
  EXPECT_TRUE(goes_through_proxy("192.0.2.127", "192.0.2.128/25"));
  EXPECT_FALSE(goes_through_proxy("2001:db8:1::", "2001:db8::/32"));
  EXPECT_FALSE(goes_through_proxy("8.8.8.8", "0.0.0.0/0"));
  EXPECT_TRUE(goes_through_proxy("10.1.2.3", "10.0.0.0/33"));
  EXPECT_TRUE(goes_through_proxy("10.1.2.3", "10.0.0.0/x"));
  EXPECT_TRUE(goes_through_proxy("example.com", "10.0.0.0/8"));
}

TEST(NoProxy, SurvivesAnyList) {
  for (const auto* list : {",", " , ,", ":", "[", "]", "[]", "/", "a:b:c", ".", "*.", ":443"}) {
    EXPECT_TRUE(goes_through_proxy("example.com", list)) << list;
  }
}

TEST(ProxyEnvironment, PrefersTheNamesInLowerCase) {
  const std::map<std::string, const char*> variables{
      {"https_proxy", "low"}, {"HTTPS_PROXY", "UP"}, {"NO_PROXY", "none"}};
  const auto environment = read_proxy_environment([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second;
  });
  EXPECT_EQ(environment.https_proxy, "low");
  EXPECT_EQ(environment.no_proxy, "none");
}

}  // namespace
}  // namespace penstock::remote
