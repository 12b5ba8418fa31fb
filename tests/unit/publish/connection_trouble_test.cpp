// The texts are those of librdkafka 2.0.2 with Apache Kafka 3.9.
#include "publish/connection_trouble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ConnectionTrouble, OfALoginNamesTheKeysOfTheLogin) {
  const auto trouble = connection_trouble(
      RD_KAFKA_RESP_ERR__AUTHENTICATION,
      "sasl_ssl://127.0.0.1:9093/bootstrap: SASL authentication error: Authentication failed "
      "during "
      "authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256 (after 310ms in "
      "state AUTH_REQ, 2 identical error(s) suppressed)");
  ASSERT_TRUE(trouble);
  EXPECT_TRUE(trouble->refused);
  EXPECT_EQ(
      trouble->text,
      "Kafka refuses the login: sasl_ssl://127.0.0.1:9093/bootstrap: SASL authentication error: "
      "Authentication failed during authentication due to invalid credentials with SASL "
      "mechanism SCRAM-SHA-256; check sasl.mechanism, sasl.username and sasl.password in "
      "kafka.properties");
}

TEST(ConnectionTrouble, OfACertificateNamesTheKeyOfTheCa) {
  const auto trouble = connection_trouble(
      RD_KAFKA_RESP_ERR__SSL,
      "sasl_ssl://127.0.0.1:9093/bootstrap: SSL handshake failed: error:0A000086:SSL "
      "routines::certificate verify failed: broker certificate could not be verified, verify that "
      "ssl.ca.location is correctly configured or root CA certificates are installed (install "
      "ca-certificates package) (after 12ms in state SSL_HANDSHAKE)");
  ASSERT_TRUE(trouble);
  EXPECT_TRUE(trouble->refused);
  EXPECT_THAT(trouble->text, StartsWith("the broker's certificate isn't trusted: "));
  EXPECT_THAT(trouble->text, HasSubstr("ssl.ca.location in kafka.properties"));
  EXPECT_THAT(trouble->text, Not(HasSubstr("in state")));
  EXPECT_THAT(trouble->text, Not(HasSubstr("ca-certificates")));
}

TEST(ConnectionTrouble, OfAnotherHandshakeNamesTheProtocolAndMayPass) {
  const auto trouble = connection_trouble(
      RD_KAFKA_RESP_ERR__SSL,
      "ssl://127.0.0.1:9092/bootstrap: SSL handshake failed: error:0A00010B:SSL routines::wrong "
      "version number (after 3ms in state SSL_HANDSHAKE)");
  ASSERT_TRUE(trouble);
  EXPECT_FALSE(trouble->refused);
  EXPECT_THAT(trouble->text, HasSubstr("check security.protocol"));
}

TEST(ConnectionTrouble, OfTheNetworkMayPass) {
  EXPECT_EQ(
      connection_trouble(RD_KAFKA_RESP_ERR__TRANSPORT,
                         "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection "
                         "refused (after 0ms in state CONNECT)"),
      (ConnectionTrouble{"127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection "
                         "refused",
                         false}));
}

TEST(ConnectionTrouble, IsNotThatAllBrokersAreDown) {
  EXPECT_EQ(connection_trouble(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down"),
            std::nullopt);
}

}  // namespace
}  // namespace penstock::publish
