// Tells when nobody reads standard output any more, also while nothing is written to it.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace penstock::app {

// An epoll of its own looks at the pipe's end: Asio would make standard output non-blocking, which
// it may share with other programs.
class ReaderWatch {
 public:
  ReaderWatch(boost::asio::io_context& io, int out, std::function<void()> gone)
      : epoll_(io, epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event errors{};  // EPOLLERR is always told
    if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, out, &errors) == 0) {
      epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [gone = std::move(gone)](const boost::system::error_code& error) {
                          if (!error) {
                            gone();
                          }
                        });
    }  // else it is a file, which nobody has to read
  }

 private:
  boost::asio::posix::stream_descriptor epoll_;
};

}  // namespace penstock::app
