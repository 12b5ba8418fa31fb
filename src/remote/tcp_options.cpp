#include "remote/tcp_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

void set(int socket, int level, int option, int value, boost::system::error_code& ec) {
  if (!ec && ::setsockopt(socket, level, option, &value, sizeof value) != 0) {
    ec.assign(errno, boost::system::system_category());
  }
}

}  // namespace

void set_tcp_options(int socket, boost::system::error_code& ec) {
  // The first probe at half of the time, then three before its end.
  constexpr int idle = static_cast<int>(limits::dead_peer.count()) / 2;
  constexpr int probes = 3;
  constexpr int interval = idle / probes;
  constexpr auto user_timeout =
      static_cast<int>(std::chrono::milliseconds(limits::dead_peer).count());
  ec = {};
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1, ec);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1, ec);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle, ec);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval, ec);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, probes, ec);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout, ec);
}

bool ended_by_remote(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
         info.tcpi_state != TCP_ESTABLISHED;
}

}  // namespace penstock::remote
