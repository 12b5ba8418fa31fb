// The client's side of TLS over TCP. OpenSSL reads from the socket itself: boost::asio::ssl::stream
// copies all that comes twice more on its way there (docs/decisions/0015-tls-from-the-socket.md).
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

namespace penstock::remote {

// Lives on the I/O thread, and longer than its coroutines. What is under way returns with an error
// when the socket is closed.
class TlsStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using ErrorCode = boost::system::error_code;

  TlsStream(boost::asio::io_context& io, boost::asio::ssl::context& tls);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // Connected, and non-blocking, before the handshake.
  Socket& socket() { return socket_; }
  SSL* native_handle() { return ssl_.get(); }

  boost::asio::awaitable<ErrorCode> handshake();
  // Called during it where the certificate isn't trusted.
  void on_distrust(std::function<void(X509_STORE_CTX*)> told) { distrusted_ = std::move(told); }

  boost::asio::awaitable<ErrorCode> write(std::string_view bytes);

  // What there is at once; would_block: nothing. eof: the other side has closed TLS.
  // stream_truncated: it has ended the connection without that.
  std::size_t read_some(boost::asio::mutable_buffer buffer, ErrorCode& error);
  // Behind a would_block: until there may be more.
  boost::asio::awaitable<ErrorCode> await_more();
  boost::asio::awaitable<std::tuple<ErrorCode, std::size_t>> read(
      boost::asio::mutable_buffer buffer);

 private:
  struct SocketBio;
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  void begin_call();
  bool failed();
  ErrorCode error_of(int result);
  template <class Call>
  boost::asio::awaitable<ErrorCode> repeat(Call call);

  Socket socket_;
  std::function<void(X509_STORE_CTX*)> distrusted_;
  Socket::wait_type wants_ = Socket::wait_read;  // what the last would_block waits for
  int socket_error_ = 0;                         // errno of the last call, where it failed
  std::size_t left_ = 0;                         // bytes that the call under way may still receive
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace penstock::remote
