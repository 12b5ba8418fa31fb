#include "penstock/settings/secret.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

class ReadToken : public SettingsTest {
 protected:
  static std::string token(const Api& api, const Environment& environment) {
    return read_token(api, environment).value().reveal();
  }
  static std::string problem(const Environment& environment) {
    return read_token(Api{}, environment).error().what;
  }
};

TEST_F(ReadToken, PrefersTheFileThenTheCredentialThenTheVariable) {
  Api api;
  Environment environment{{"PENSTOCK_API_TOKEN", "of-the-variable"}};
  EXPECT_EQ(token(api, environment), "of-the-variable");
  environment["CREDENTIALS_DIRECTORY"] = directory_;
  EXPECT_EQ(token(api, environment), "of-the-variable");
  file("token", "of-the-credential\n");
  EXPECT_EQ(token(api, environment), "of-the-credential");
  api.token_file = file("own", "of-the-file \r\n");
  EXPECT_EQ(token(api, environment), "of-the-file");
}

TEST_F(ReadToken, IsReadAnewEachTime) {
  Api api;
  api.token_file = file("own", "first");
  EXPECT_EQ(token(api, {}), "first");
  file("own", "second");
  EXPECT_EQ(token(api, {}), "second");
}

TEST_F(ReadToken, SaysWhatIsWrongWithoutShowingIt) {
  EXPECT_THAT(problem({}), HasSubstr("there is no token: set api.token_file"));
  EXPECT_THAT(problem({{"PENSTOCK_API_TOKEN", " \n"}}), HasSubstr("PENSTOCK_API_TOKEN is empty"));
  for (const char* bad : {"canary\r\nX: y", "canary canary", "canary\x7f", "canary\xc3\xa9"}) {
    EXPECT_THAT(problem({{"PENSTOCK_API_TOKEN", bad}}),
                testing::AllOf(HasSubstr("PENSTOCK_API_TOKEN holds"), Not(HasSubstr("canary"))));
  }
  Api api;
  api.token_file = directory_ / "none";
  EXPECT_THAT(read_token(api, {{"PENSTOCK_API_TOKEN", "t"}}).error().what,
              HasSubstr("can't be read: No such file"));
}

}  // namespace
}  // namespace penstock::settings
