// A RestClient with what it was told, for tests against servers on loopback.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "penstock/remote/rest_client.hpp"
#include "remote_fixture.hpp"

namespace penstock::remote {

inline void PrintTo(RestError::Kind kind, std::ostream* out) {
  constexpr std::array names{"not_found",    "throttled",   "refused",
                             "server_error", "unreachable", "unwanted"};
  *out << names.at(static_cast<std::size_t>(kind));
}

}  // namespace penstock::remote

namespace penstock::remote::test {

inline std::string with_length(std::string_view status, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

using Kind = RestError::Kind;

class RestFixture : public RemoteFixture {
 protected:
  RestOptions options(std::string url) const {
    return {.url = std::move(url),
            .access = Access(access_options()),
            .answer_time = std::chrono::seconds(20)};
  }
  void use(RestOptions chosen) { client = std::make_unique<RestClient>(io, std::move(chosen)); }
  void use(const TestServer& server) { use(options(server.url(""))); }

  // Waits for what `call(done)` tells.
  template <class T, class Call>
  RestResult<T> told(Call call) {
    std::optional<RestResult<T>> result;
    call([&](RestResult<T> value) {
      EXPECT_FALSE(result.has_value());
      result = std::move(value);
    });
    EXPECT_FALSE(result.has_value());  // never from inside the call
    EXPECT_TRUE(run_until([&] { return result.has_value(); }));
    return result ? std::move(*result)
                  : RestError{.kind = Kind::unreachable, .detail = "never told"};
  }
  RestResult<std::string> get(Bytes limit = 1_KiB) {
    return told<std::string>([&](RestClient::Done done) {
      client->ask({.path = {"v1", "x"}}, limit, std::move(done));
    });
  }

  std::unique_ptr<RestClient> client;
};

}  // namespace penstock::remote::test
