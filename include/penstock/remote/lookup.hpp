// Looks a name up, on a thread of its own: getaddrinfo(3) can't be interrupted, and takes up to
// half a minute where no name server answers. Who gives up goes on without it, to the end of the
// process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock::remote {

// One at a time. On the I/O thread.
class Lookup {
 public:
  struct Answer {
    boost::system::error_code error;
    std::vector<boost::asio::ip::tcp::endpoint> addresses;
  };

  explicit Lookup(boost::asio::io_context& io) : io_(io), done_(io) {}
  ~Lookup() { abandon(); }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // None: it was abandoned, or lasts longer than to `until`. `host` must stay until then.
  boost::asio::awaitable<std::optional<Answer>> find(const std::string& host, std::uint16_t port,
                                                     MonotonicTime until = MonotonicTime::max());
  void abandon();

 private:
  struct Desk;
  static void look_up(const std::shared_ptr<Desk>& desk, const std::string& host,
                      std::uint16_t port);

  boost::asio::io_context& io_;
  boost::asio::steady_timer done_;  // to `until`; cancelled with an answer, or when abandoned
  std::shared_ptr<Desk> desk_;      // shared: with the thread, which may outlive this
  std::optional<Answer> answer_;
};

}  // namespace penstock::remote
