#include "penstock/remote/endpoint.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

Endpoint endpoint(std::string_view url) { return parse_endpoint(url).value(); }

std::string fault(std::string_view url) {
  const auto parsed = parse_endpoint(url);
  return parsed ? "none" : parsed.error().what;
}

TEST(Endpoint, HasHostPortAndTarget) {
  const Endpoint e = endpoint("https://Stream.Example.COM:8443/v1/firehose?a=b%20c&d#part");
  EXPECT_EQ(e.host, "stream.example.com");
  EXPECT_EQ(e.port, 8443);
  EXPECT_EQ(e.target, "/v1/firehose?a=b%20c&d");
  EXPECT_FALSE(e.is_address);
  EXPECT_EQ(e.host_header(), "stream.example.com:8443");
}

TEST(Endpoint, FillsInWhatAUrlLeavesOut) {
  for (const auto* url : {"https://example.com", "https://example.com:443/",
                          "https://example.com:", "HTTPS://example.com"}) {
    EXPECT_EQ(endpoint(url), (Endpoint{"example.com", 443, "/", false})) << url;
  }
  EXPECT_EQ(endpoint("https://example.com?q").target, "/?q");
  EXPECT_EQ(endpoint("https://example.com").host_header(), "example.com");
}

TEST(Endpoint, KeepsTheLastDotOfANameForTheResolver) {
  EXPECT_EQ(endpoint("https://Example.com./x"), (Endpoint{"example.com.", 443, "/x", false}));
  EXPECT_EQ(without_last_dot("example.com."), "example.com");
  EXPECT_EQ(without_last_dot("example.com"), "example.com");
  EXPECT_EQ(fault("https://./"), "`https://./` has no host");
}

TEST(Endpoint, KnowsAddresses) {
  EXPECT_EQ(endpoint("https://192.0.2.1/x"), (Endpoint{"192.0.2.1", 443, "/x", true}));
  const Endpoint v6 = endpoint("https://[2001:db8::1]:8443/");
  EXPECT_EQ(v6.host, "2001:db8::1");
  EXPECT_TRUE(v6.is_address);
  EXPECT_EQ(v6.authority(), "[2001:db8::1]:8443");
}

TEST(Endpoint, RefusesWhatWouldSendATokenInTheClearOrAstray) {
  EXPECT_EQ(fault("http://example.com/"), "`http://example.com/` is no https URL");
  EXPECT_EQ(fault("https:///path"), "`https:///path` has no host");
  for (const auto* port : {"0", "65536", "70000", "73979", "80800", "4294967739"}) {
    EXPECT_NE(fault("https://example.com:" + std::string(port) + "/"), "none") << port;
  }
  EXPECT_NE(fault("https://example.com:443.example/"), "none");
  EXPECT_NE(fault("https://a%0d%0ab/"), "none");
  EXPECT_NE(fault("https://example.com/a b"), "none");
  EXPECT_NE(fault("example.com"), "none");
  EXPECT_NE(fault(""), "none");
}

TEST(Endpoint, NeverShowsCredentials) {
  for (const auto* url : {"https://me:secret@example.com/", "https://me:sec ret@example.com/"}) {
    EXPECT_NE(fault(url), "none");
    EXPECT_EQ(fault(url).find("sec"), std::string::npos) << fault(url);
  }
}

TEST(Redirect, StaysWithinTheOrigin) {
  const Endpoint from = endpoint("https://example.com:8443/v1/firehose?x=1");
  const auto target = [&](std::string_view location) {
    const RedirectTarget result = judge_redirect(from, location);
    return result.kind == Redirect::same_origin ? result.endpoint->target : "not followed";
  };
  EXPECT_EQ(target("/v2/firehose"), "/v2/firehose");
  EXPECT_EQ(target("torrent?y=2"), "/v1/torrent?y=2");
  EXPECT_EQ(target("../v2/./x"), "/v2/x");
  EXPECT_EQ(target("?y"), "/v1/firehose?y");
  EXPECT_EQ(target("https://EXAMPLE.com:8443/a"), "/a");
  EXPECT_EQ(target("//example.com:8443/b"), "/b");
}

TEST(Redirect, KnowsAnotherOrigin) {
  const Endpoint from = endpoint("https://example.com/v1/firehose");
  for (const auto* location :
       {"https://example.org/v1/firehose", "https://example.com:8443/v1/firehose",
        "http://example.com/v1/firehose", "https://a.example.com/", "//evil.example/",
        "https://example.com.evil.example/", "ftp://example.com/"}) {
    const RedirectTarget result = judge_redirect(from, location);
    EXPECT_EQ(result.kind, Redirect::elsewhere) << location;
    EXPECT_FALSE(result.endpoint) << location;
  }
}

TEST(Redirect, NeedsAUsableLocation) {
  const Endpoint from = endpoint("https://example.com/");
  for (const auto* location :
       {"", "https://exa mple.com/", "https://u:p@example.com/", "https://example.com:0/",
        "https:///x", "https://example.com:443.evil.example/", "//example.com:443x/"}) {
    EXPECT_EQ(judge_redirect(from, location).kind, Redirect::unusable) << location;
  }
}

struct PathRow {
  std::vector<std::string> segments;
  std::string path;  // empty: refused
};

TEST(Endpoint, MakesAPathOfSegments) {
  const std::string longest(limits::path_segment.count, 'a');
  const std::vector<PathRow> rows{
      {{"v1", "tasks"}, "/v1/tasks"},
      {{"32637b98-8f01-46eb-a1f7-3eaee18ab1d5"}, "/32637b98-8f01-46eb-a1f7-3eaee18ab1d5"},
      {{"AZaz09-._~"}, "/AZaz09-._~"},
      {{"a/b"}, "/a%2Fb"},
      {{"a b"}, "/a%20b"},
      {{"a?b#c"}, "/a%3Fb%23c"},
      {{"50%"}, "/50%25"},
      {{"%2e%2e"}, "/%252e%252e"},
      {{"!$&'()*+,;=:@"}, "/%21%24%26%27%28%29%2A%2B%2C%3B%3D:%40"},
      {{"\r\nX: 1"}, "/%0D%0AX:%201"},
      {{std::string("\0\x7f", 2)}, "/%00%7F"},
      {{"\xc3\xa9\xff"}, "/%C3%A9%FF"},
      {{"..."}, "/..."},
      {{"../x"}, "/..%2Fx"},
      {{longest}, "/" + longest},
      {{longest + "a"}, ""},
      {{"v1", ""}, ""},
      {{"v1", "."}, ""},
      {{"v1", "..", "x"}, ""}};
  for (const auto& [segments, expected] : rows) {
    const auto path = make_path(segments);
    EXPECT_EQ(path ? *path : "", expected);
    if (path) {
      EXPECT_EQ(endpoint("https://example.com" + *path).target, expected);
    }
  }
}

TEST(Endpoint, SaysWhichSegmentNoPathCanHold) {
  const auto path = make_path(std::vector<std::string>{"a", "..", "b"});
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, Errc::invalid_argument);
  EXPECT_EQ(path.error().what, "`..` can't stand in the path of a URL");
}

TEST(Endpoint, MakesAQueryAsTheDocumentationWritesIt) {
  using Members = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<Members, std::string>> rows{
      {{}, ""},
      {{{"query", "mysql"}}, "?query=mysql"},
      {{{"query", "product:mysql AND country:ES"}}, "?query=product:mysql%20AND%20country:ES"},
      {{{"ip", "192.0.2.0/24"}, {"page", "2"}}, "?ip=192.0.2.0/24&page=2"},
      {{{"ip", "2001:db8::/32"}}, "?ip=2001:db8::/32"},
      {{{"word", "credit card"}}, "?word=credit%20card"},
      {{{"word", "c++ & c#=100%?"}}, "?word=c%2B%2B%20%26%20c%23%3D100%25%3F"},
      {{{"word", "\"'<>[]{}|\\^`;"}}, "?word=%22%27%3C%3E%5B%5D%7B%7D%7C%5C%5E%60%3B"},
      {{{"word", "a\r\nb\t"}}, "?word=a%0D%0Ab%09"},
      {{{"word",
         "stra\xc3\x9f"
         "e \xff"}},
       "?word=stra%C3%9Fe%20%FF"},
      {{{"word", std::string("\0", 1)}}, "?word=%00"},
      {{{"from", "2015-01-01"}, {"to", ""}}, "?from=2015-01-01&to="}};
  for (const auto& [members, expected] : rows) {
    const std::string query = make_query(members);
    EXPECT_EQ(query, expected);
    EXPECT_EQ(endpoint("https://example.com/x" + query).target, "/x" + expected);
  }
}

}  // namespace
}  // namespace penstock::remote
