// What librdkafka says of a connection that doesn't come about, in words for who runs the daemon.
// Pure.
#pragma once

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>
#include <string_view>

namespace penstock::publish {

struct ConnectionTrouble {
  std::string text;
  // By the broker, who doesn't take the login, or by us, who don't trust its certificate. It lasts
  // until somebody changes a setting.
  bool refused = false;
  bool operator==(const ConnectionTrouble&) const = default;
};

// Of an error of librdkafka's error_cb and its text. None: it says nothing that others don't.
std::optional<ConnectionTrouble> connection_trouble(rd_kafka_resp_err_t error,
                                                    std::string_view text);

}  // namespace penstock::publish
