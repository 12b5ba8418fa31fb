#include "ops/admin_users.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

// Of "correct horse": htpasswd -nbBC 4, and openssl passwd -6.
constexpr std::string_view bcrypt = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
constexpr std::string_view sha512 =
    "$6$pepperedsalt$NSIuWIIQ5JJVkjvlnHtEHk9fbyxbcpyhHu18AQ/A5rLXOew9Ok20JPTNBgr2t/"
    "R5r6ux3RzhVxVlrkKUXaLEs/";

std::string line(std::string_view name, std::string_view hash) {
  return std::string(name) + ":" + std::string(hash) + "\n";
}
AdminUsers users(const std::string& text) {
  auto parsed = AdminUsers::parse(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().what);
  return parsed.value();
}
std::string refusal(const std::string& text) {
  const auto parsed = AdminUsers::parse(text);
  return parsed ? "" : parsed.error().what;
}

TEST(AdminUsers, AreThoseOfTheFile) {
  const auto all = users("# scrapers\r\n\n" + line("prometheus", bcrypt) +
                         "anna:" + std::string(sha512) + " \r\n");
  EXPECT_EQ(all.count(), 2u);
  EXPECT_TRUE(all.verify({"prometheus", "correct horse"}));
  EXPECT_TRUE(all.verify({"anna", "correct horse"}));
}

TEST(AdminUsers, RefusesWrongPasswordsAndNames) {
  const auto all = users(line("anna", bcrypt));
  for (const char* password : {"", "correct hors", "correct horse ", "Correct horse"}) {
    EXPECT_FALSE(all.verify({"anna", password})) << password;
  }
  EXPECT_FALSE(all.verify({"nobody", "correct horse"})) << "the first one's password";
  EXPECT_FALSE(all.verify({"", "correct horse"}));
  EXPECT_FALSE(all.verify({"anna", std::string(10'000, 'x')})) << "longer than crypt takes";
}

TEST(AdminUsers, RemembersTheOneThatWasRight) {
  auto all = users(line("anna", bcrypt) + line("bert", bcrypt));
  const Credentials anna{"anna", "correct horse"};
  EXPECT_FALSE(all.remembers(anna));
  all.remember(anna);
  EXPECT_TRUE(all.remembers(anna));
  EXPECT_FALSE(all.remembers({"anna", "correct horses"}));
  EXPECT_FALSE(all.remembers({"anna", ""}));
  EXPECT_FALSE(all.remembers({"bert", "correct horse"})) << "each for himself";
  EXPECT_FALSE(all.remembers({"nobody", "correct horse"}));
}

TEST(AdminUsers, SaysWhichLineIsWrongAndNothingOfItsHash) {
  const std::string good = line("anna", bcrypt);
  EXPECT_EQ(refusal(""), "nobody is in it");
  EXPECT_EQ(refusal("# none\n"), "nobody is in it");
  EXPECT_EQ(refusal(good + "bert\n"), "line 2: is not `name:hash`");
  EXPECT_EQ(refusal(good + line("", bcrypt)), "line 2: is not `name:hash`");
  EXPECT_EQ(refusal(good + good), "line 2: the name stands above already");
  for (const std::string hash :
       {"secret", "$apr1$abcdefgh$0123456789012345678901", "{SHA}0123456789", "$1$abcdefgh$0123",
        "ab0123456789.", "$5$salt$0123456789"}) {
    const std::string said = refusal("\n" + line("bert", hash));
    EXPECT_TRUE(said.starts_with("line 2: no hash that is taken")) << said;
    EXPECT_EQ(said.find(hash), std::string::npos) << said;
  }
}

TEST(AdminUsers, TakesWholeHashesAlone) {
  for (const std::string_view whole : {bcrypt, sha512}) {
    for (std::size_t size = 4; size < whole.size(); ++size) {
      EXPECT_NE(refusal(line("anna", whole.substr(0, size))), "") << size;
    }
    EXPECT_NE(refusal(line("anna", std::string(whole) + "x")), "");
    std::string odd(whole);
    odd.back() = '!';
    EXPECT_NE(refusal(line("anna", odd)), "");
  }
}

TEST(AdminUsers, RefusesHashesThatTakeSeconds) {
  std::string dear(bcrypt);
  dear.replace(4, 2, "14");
  EXPECT_NE(refusal(line("anna", dear)).find("costs too much"), std::string::npos);
  const std::string tail(sha512.substr(3));
  EXPECT_EQ(refusal(line("anna", "$6$rounds=1000000$" + tail)), "");
  EXPECT_NE(refusal(line("anna", "$6$rounds=1000001$" + tail)).find("costs too much"),
            std::string::npos);
  EXPECT_NE(refusal(line("anna", "$6$rounds=$" + tail)), "");
}

TEST(AdminUsers, AreBounded) {
  std::string text;
  for (std::size_t i = 0; i < limits::admin_users; ++i) {
    text += line("user" + std::to_string(i), bcrypt);
  }
  EXPECT_EQ(users(text).count(), limits::admin_users);
  EXPECT_NE(refusal(text + line("one-more", bcrypt)).find("more than 64 users"), std::string::npos);
}

TEST(BasicCredentials, AreReadAsTheRfcWritesThem) {
  const auto read = read_basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617 section 2
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "Aladdin");
  EXPECT_EQ(read->password, "open sesame");
  EXPECT_EQ(read_basic("bASIC   YTpiOmM=")->password, "b:c") << "a password may have colons";
  EXPECT_EQ(read_basic("Basic YTo=")->password, "");
  EXPECT_EQ(read_basic("Basic Og==")->name, "");
}

TEST(BasicCredentials, AreNoneWhereTheHeaderIsAnythingElse) {
  for (const char* header :
       {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic !!!!", "Basic QWxh",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic ====", "Basic YToA",
        "Basic YTpiCg==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}) {
    EXPECT_FALSE(read_basic(header)) << header;
  }
}

}  // namespace
}  // namespace penstock::ops
