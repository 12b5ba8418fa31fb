// What a remote may have one call do. The rest of TlsStream is tested through sessions.
#include "remote/tls_stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::string_view_literals;

constexpr std::size_t in_one_step = limits::tls_read.count;

// A record of TLS 1.2 (RFC 5246) that asks for a hello. OpenSSL passes over any number of them.
constexpr std::string_view hello_request = "\x16\x03\x03\0\x04\0\0\0\0"sv;

// A client whose remote has already sent more than three calls may take.
class TlsStreamFlood : public testing::Test {
 protected:
  TlsStreamFlood() {
    stream.socket().open(tcp::v4());
    stream.socket().set_option(tcp::socket::receive_buffer_size(1 << 20));
    stream.socket().connect(acceptor.local_endpoint());
    remote = acceptor.accept();
    std::string flood;
    while (flood.size() < 3 * in_one_step) {
      flood += hello_request;
    }
    asio::write(remote, asio::buffer(flood));
    std::string seen(flood.size(), '\0');  // nothing of it is under way any more
    EXPECT_EQ(
        ::recv(stream.socket().native_handle(), seen.data(), seen.size(), MSG_PEEK | MSG_WAITALL),
        static_cast<ssize_t>(flood.size()));
    stream.socket().non_blocking(true);
  }

  ~TlsStreamFlood() override {  // its coroutine ends before the stream does
    stream.socket().close();
    io.run();
  }

  asio::io_context io{1};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  TlsStream stream{io, tls};
  tcp::socket remote{io};
};

TEST_F(TlsStreamFlood, LeavesTheThreadToOthersAgainAndAgain) {
  asio::co_spawn(io, stream.handshake(), asio::detached);
  int steps = 0;
  for (std::size_t there = stream.socket().available(), before = 0; there > 0; ++steps) {
    before = there;
    ASSERT_EQ(io.run_one(), 1u) << "the handshake has ended";
    there = stream.socket().available();
    ASSERT_LE(before - there, in_one_step);
  }
  EXPECT_GT(steps, 3);
}

}  // namespace
}  // namespace penstock::remote
