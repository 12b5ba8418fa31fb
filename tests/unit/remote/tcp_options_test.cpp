#include "remote/tcp_options.hpp"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

using boost::asio::ip::tcp;

TEST(TcpOptions, FindAPeerThatVanishedWithinItsTimeWhetherOrNotSomethingWasSent) {
  boost::asio::io_context io;
  tcp::socket socket(io, tcp::v4());
  boost::system::error_code error;
  set_tcp_options(socket.native_handle(), error);
  ASSERT_FALSE(error);
  const auto option = [&](int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(socket.native_handle(), level, name, &value, &size), 0);
    return value;
  };
  EXPECT_NE(option(SOL_SOCKET, SO_KEEPALIVE), 0);
  const std::chrono::seconds first{option(IPPROTO_TCP, TCP_KEEPIDLE)};
  const std::chrono::seconds next{option(IPPROTO_TCP, TCP_KEEPINTVL)};
  EXPECT_EQ(first, limits::dead_peer / 2);
  EXPECT_EQ(first + option(IPPROTO_TCP, TCP_KEEPCNT) * next, limits::dead_peer);
  EXPECT_EQ(std::chrono::milliseconds(option(IPPROTO_TCP, TCP_USER_TIMEOUT)), limits::dead_peer);
  EXPECT_NE(option(IPPROTO_TCP, TCP_NODELAY), 0);
}

TEST(TcpOptions, TellOfASocketThatIsNone) {
  boost::system::error_code error;
  set_tcp_options(-1, error);
  EXPECT_EQ(error, boost::system::errc::bad_file_descriptor);
}

}  // namespace
}  // namespace penstock::remote
