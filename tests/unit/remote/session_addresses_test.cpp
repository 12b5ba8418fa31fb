// A host with two addresses, of which the first takes connections and does no more.
#include <dlfcn.h>
#include <netdb.h>

#include <cstring>

#include "rest_fixture.hpp"
#include "session_fixture.hpp"

// In place of the C library's, in all of these tests: they have no other way to a name like this.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (host == nullptr || std::strcmp(host, "two.test") != 0) {
    return real(host, service, hints, found);
  }
  if (const int error = real("127.0.0.2", service, hints, found)) {
    return error;
  }
  return real("127.0.0.1", service, hints, &(*found)->ai_next);
}

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using asio::awaitable;
using asio::ip::tcp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// The first address, for a server on the second. Ends each connection, or never says a word.
class BadBackend {
 public:
  BadBackend(asio::io_context& io, std::uint16_t port, bool silent = false)
      : acceptor_(io, tcp::endpoint(asio::ip::make_address("127.0.0.2"), port)) {
    if (!silent) {
      end_next();
    }
  }

 private:
  void end_next() {
    acceptor_.async_accept([this](const boost::system::error_code& error, const tcp::socket&) {
      if (!error) {
        end_next();
      }
    });
  }

  tcp::acceptor acceptor_;
};

class SessionAddresses : public SessionFixture {
 protected:
  TestServer server{io, ca.issue("DNS:two.test"),
                    [](Peer& peer, int connection) -> awaitable<void> {
                      co_await peer.send(chunked_header);
                      if (connection == 0) {
                        co_await peer.shut_down();
                      }
                    }};
};

TEST_F(SessionAddresses, PassesOneOverThatEndsConnectionsAndStaysWithTheOther) {
  const BadBackend bad(io, server.port());
  start(options(server.url("/", "two.test")));
  ASSERT_TRUE(run_until([&] { return recorder.bodies.size() == 2; }));
  EXPECT_THAT(recorder.failed, ElementsAre(DisconnectCause::unreachable));
  EXPECT_THAT(recorder.notices[0], HasSubstr("handshake with 127.0.0.2:"));
}

TEST_F(SessionAddresses, PassesOneOverThatIsSilent) {
  const BadBackend bad(io, server.port(), true);
  auto chosen = options(server.url("/", "two.test"));
  chosen.connect_timeout = 200ms;
  start(chosen);
  EXPECT_TRUE(run_until([&] { return counters.connected.get(); }));
}

class RestAddresses : public RestFixture {};

TEST_F(RestAddresses, ARetryPassesOneOverThatEndsConnections) {
  TestServer server(io, ca.issue("DNS:two.test"), answering(with_length("200 OK", "[]")));
  const BadBackend bad(io, server.port());
  RestOptions chosen = options(server.url("", "two.test"));
  chosen.retries = {.retries = 1, .first = 1ms};
  use(chosen);
  EXPECT_TRUE(get());
  client.reset();
  // Who shares the access shares what it knows.
  chosen.retries = {};
  use(chosen);
  EXPECT_TRUE(get());
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(RestAddresses, WhatServesFromAnotherHostHidesNoFailure) {
  TestServer server(io, ca.issue("DNS:two.test"), answering(with_length("200 OK", "[]")));
  TestServer other(io, ca.issue("IP:127.0.0.1"), answering(with_length("200 OK", "[]")));
  const BadBackend bad(io, server.port());
  RestOptions chosen = options("");
  chosen.retries = {};
  const auto asks = [&](const std::string& url) {
    chosen.url = url;
    use(chosen);
    return static_cast<bool>(get());
  };
  EXPECT_FALSE(asks(server.url("", "two.test")));
  EXPECT_TRUE(asks(other.url("")));
  EXPECT_TRUE(asks(server.url("", "two.test")));
}

}  // namespace
}  // namespace penstock::remote
