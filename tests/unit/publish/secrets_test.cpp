#include "publish/secrets.hpp"

#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

using Properties = std::map<std::string, std::string>;

TEST(Secrets, HideTheValuesOfPropertiesWithASecretsName) {
  for (const char* name :
       {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
        "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.assertion.private.key.passphrase", "some.token"}) {
    EXPECT_EQ(
        Secrets(Properties{{name, "hush-hush"}}).redact("refused: hush-hush, twice hush-hush!"),
        "refused: (hidden), twice (hidden)!")
        << name;
  }
}

TEST(Secrets, LeaveWhatIsNoSecret) {
  const Secrets secrets(
      Properties{{"sasl.username", "penstock-user"},
                 {"ssl.key.location", "/etc/penstock/client.pem"},
                 {"sasl.kerberos.keytab", "/etc/krb5.keytab"},
                 {"sasl.oauthbearer.token.endpoint.url", "https://id.example.net/token"},
                 {"sasl.password", ""}});
  const std::string text =
      "penstock-user: no /etc/penstock/client.pem, no https://id.example.net/token, no "
      "/etc/krb5.keytab";
  EXPECT_EQ(secrets.redact(text), text);
}

TEST(Secrets, HideAShortOneWhereItStandsWhole) {
  const Secrets secrets(Properties{{"sasl.password", "hush"}});
  EXPECT_EQ(secrets.redact("hush"), "(hidden)");
  EXPECT_EQ(secrets.redact("a hushed hus"), "a (hidden)ed hus");
}

TEST(Secrets, HideThePartOfALongOneThatIsQuoted) {
  const Secrets secrets(
      Properties{{"sasl.oauthbearer.config", "principal=admin bogus=hush-hush scope=x"}});
  EXPECT_EQ(
      secrets.redact("Unrecognized sasl.oauthbearer.config beginning at: bogus=hush-hush scope=x"),
      "Unrecognized sasl.oauthbearer.config beginning at:(hidden)");
  EXPECT_EQ(secrets.redact("\"bogus=hush\""), "\"(hidden)\"");
  EXPECT_EQ(secrets.redact("scope"), "scope");
}

TEST(Secrets, HideTheLongestOfSeveral) {
  const Secrets secrets(Properties{{"sasl.password", "hush"}, {"ssl.key.password", "hush-hush"}});
  EXPECT_EQ(secrets.redact("hush-hush hush"), "(hidden) (hidden)");
}

TEST(Secrets, PassTextOnWhereThereAreNone) {
  EXPECT_EQ(Secrets().redact("1/1 brokers are down"), "1/1 brokers are down");
  EXPECT_EQ(Secrets().redact(""), "");
}

}  // namespace
}  // namespace penstock::publish
