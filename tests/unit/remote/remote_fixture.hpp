// What tests against servers on loopback share: a CA that is trusted, and an io_context to run.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "penstock/core/system_clock.hpp"
#include "penstock/remote/access.hpp"
#include "test_certificates.hpp"
#include "test_server.hpp"

namespace penstock::remote::test {

class RemoteFixture : public testing::Test {
 protected:
  static constexpr const char* token = "canary-token";

  RemoteFixture() : ca("test CA") {
    ca_file = std::filesystem::path(testing::TempDir()) /
              ("penstock-test-ca-" + std::to_string(::getpid()) + ".pem");
    std::ofstream(ca_file) << ca.certificate();
  }
  ~RemoteFixture() override { std::filesystem::remove(ca_file); }

  AccessOptions access_options() const {
    return {.token_header = "X-Token",
            .read_token = [] { return Result<std::string>(token); },
            .ca_file = ca_file,
            .connect_timeout = std::chrono::seconds(20),
            .user_agent = "penstock/test",
            .proxy = {}};
  }

  // Runs the program until `condition` holds; false if that takes absurdly long.
  template <class Condition>
  [[nodiscard]] bool run_until(Condition condition) {
    const auto deadline = monotonic_now() + std::chrono::seconds(30);
    while (!condition()) {
      if (monotonic_now() >= deadline) {
        return false;
      }
      io.restart();
      io.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }
  // Runs what there is to run, for as long as a mistake would need to show.
  void run_on() {
    for (int i = 0; i < 20; ++i) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
  }

  asio::io_context io;
  CertificateAuthority ca;
  std::filesystem::path ca_file;
};

// Answers each connection with the same bytes, then ends in order.
inline TestServer::Script answering(std::string bytes) {
  return [bytes](Peer& peer, int) -> asio::awaitable<void> {
    co_await peer.send(bytes);
    co_await peer.shut_down();
  };
}

inline const std::string chunked_header = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

inline std::string chunk(std::string_view data) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + std::string(data) + "\r\n";
}

// Whether the kernel still holds an open connection to `port` of this machine.
inline bool established(std::uint16_t port) {
  std::ifstream table("/proc/self/net/tcp");
  std::string line;
  std::array<char, 24> remote{};
  std::snprintf(remote.data(), remote.size(), "0100007F:%04X 01 ", unsigned{port});
  while (std::getline(table, line)) {
    if (line.find(remote.data()) != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace penstock::remote::test
