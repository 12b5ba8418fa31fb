#include "publish/connection_trouble.hpp"

namespace penstock::publish {
namespace {

// Without how long it took and how often it was seen, and without librdkafka's own advice.
std::string_view without_more(std::string_view text) {
  text = text.substr(0, text.rfind(" (after "));
  return text.substr(0, text.find(": broker certificate could not be verified"));
}

}  // namespace

std::optional<ConnectionTrouble> connection_trouble(rd_kafka_resp_err_t error,
                                                    std::string_view text) {
  const std::string said(without_more(text));
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return ConnectionTrouble{"Kafka refuses the login: " + said +
                                   "; check sasl.mechanism, sasl.username and sasl.password in "
                                   "kafka.properties",
                               true};
    case RD_KAFKA_RESP_ERR__SSL:
      if (said.find("certificate verify failed") != std::string::npos) {
        return ConnectionTrouble{
            "the broker's certificate isn't trusted: " + said +
                "; ssl.ca.location in kafka.properties has to be the CA that signed it, and "
                "kafka.brokers a name that it has",
            true};
      }
      // A broker that is stopped while it is connected to looks the same.
      return ConnectionTrouble{said +
                                   "; if it lasts, check security.protocol and the ssl. properties "
                                   "in kafka.properties",
                               false};
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return std::nullopt;  // each of them has said why
    default:
      return ConnectionTrouble{said, false};
  }
}

}  // namespace penstock::publish
