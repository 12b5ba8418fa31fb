// A remote that quotes the token has it shown nowhere.
#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

class RestClientToken : public RestFixture {};

TEST_F(RestClientToken, ShowsNoMessageThatQuotesTheToken) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering(with_length("400 No", R"({"message":"bad token canary-token!"})")));
  use(server);
  EXPECT_EQ(get().error().detail, "400 No");
}

TEST_F(RestClientToken, ShowsNothingElseThatQuotesTheToken) {
  const std::vector<std::string> answers{
      with_length("400 No", R"({"message":"bad token canary\u002dtoken!"})"),
      with_length("400 No", R"({"message":"bad","token":"c\u0061nary\u002Dtoken"})"),
      with_length("400 No", "bad token canary%2dtoken"),
      with_length("400 bad token canary-token", ""),
      "HTTP/1.1 302 No\r\nLocation: https://a.test/?canary-token\r\n\r\n",
      "HTTP/1.1 302 No\r\nLocation: https://a.test/?canary%2Dtoken\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Encoding: canary-token\r\n\r\n",
  };
  for (const std::string& answer : answers) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), answering(answer));
    use(server);
    const auto result = get();
    ASSERT_FALSE(result);
    for (const std::string& shown : {result.error().detail, result.error().body}) {
      EXPECT_THAT(shown, Not(HasSubstr("nary"))) << answer;
    }
  }
}

}  // namespace
}  // namespace penstock::remote
