#include "penstock/core/secret_name.hpp"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(SecretName, HasAWordThatSaysSo) {
  for (const char* secret :
       {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
        "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem", "some.token", "some.key"}) {
    EXPECT_TRUE(is_secret_name(secret)) << secret;
  }
}

TEST(SecretName, IsNoneOfAPlaceOrOfAnythingElse) {
  for (const char* open :
       {"sasl.username", "ssl.key.location", "ssl.keystore.location", "sasl.mechanism", "client.id",
        "socket.keepalive.enable", "sasl.kerberos.keytab", "sasl.oauthbearer.token.endpoint.url",
        "sasl.oauthbearer.assertion.private.key.file", "ssl.certificate.pem"}) {
    EXPECT_FALSE(is_secret_name(open)) << open;
  }
}

}  // namespace
}  // namespace penstock
