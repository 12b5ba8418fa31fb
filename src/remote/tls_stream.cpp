#include "remote/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <new>

#include "penstock/core/limits.hpp"

namespace penstock::remote {

namespace asio = boost::asio;
using asio::awaitable;

// OpenSSL's own BIO of a socket keeps its number, which is another's once it is closed, and raises
// SIGPIPE.
struct TlsStream::SocketBio {
  static const BIO_METHOD* method() {
    static const BIO_METHOD* const methods = [] {
      BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      if (made == nullptr || BIO_meth_set_read(made, &receive) != 1 ||
          BIO_meth_set_write(made, &send) != 1 || BIO_meth_set_ctrl(made, &control) != 1) {
        throw std::bad_alloc();
      }
      return made;
    }();
    return methods;
  }

 private:
  // OpenSSL passes over records that say nothing for as long as there are any: a remote that sends
  // no others would have it never return.
  static int receive(BIO* bio, char* data, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (stream.left_ == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t most = std::min(static_cast<std::size_t>(size), stream.left_);
    const auto count = ::recv(stream.socket_.native_handle(), data, most, 0);
    if (count < 0 && !stream.failed()) {
      BIO_set_retry_read(bio);
    }
    stream.left_ -= count < 0 ? 0 : static_cast<std::size_t>(count);
    return static_cast<int>(count);
  }

  static int send(BIO* bio, const char* data, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto count =
        ::send(stream.socket_.native_handle(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (count < 0 && !stream.failed()) {
      BIO_set_retry_write(bio);
    }
    return static_cast<int>(count);
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

TlsStream::TlsStream(asio::io_context& io, asio::ssl::context& tls)
    : socket_(io), ssl_(SSL_new(tls.native_handle())) {
  BIO* const bio = ssl_ ? BIO_new(SocketBio::method()) : nullptr;
  if (bio == nullptr) {
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_read_ahead(ssl_.get(), 1);  // one system call a record, not two
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, [](int trusted, X509_STORE_CTX* store) {
    const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, index));
    const auto& stream = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
    if (trusted == 0 && stream.distrusted_) {
      stream.distrusted_(store);
    }
    return trusted;
  });
}

TlsStream::~TlsStream() = default;

void TlsStream::begin_call() {
  ERR_clear_error();
  left_ = limits::tls_read.count;
}

// Of the system call before: it wasn't only that nothing can be done at once.
bool TlsStream::failed() {
  if (errno == EAGAIN || errno == EINTR) {
    return false;
  }
  socket_error_ = errno;
  return true;
}

TlsStream::ErrorCode TlsStream::error_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return {};
    case SSL_ERROR_WANT_READ:
      wants_ = Socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants_ = Socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SSL:
      return {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
    default:
      if (socket_error_ == 0) {
        return asio::ssl::error::stream_truncated;
      }
      return {socket_error_, boost::system::system_category()};
  }
}

template <class Call>
awaitable<TlsStream::ErrorCode> TlsStream::repeat(Call call) {
  while (true) {
    begin_call();
    const ErrorCode error = error_of(call());
    if (error != asio::error::would_block) {
      co_return error;
    }
    if (const ErrorCode ended = co_await await_more()) {
      co_return ended;
    }
  }
}

awaitable<TlsStream::ErrorCode> TlsStream::handshake() {
  return repeat([this] { return SSL_connect(ssl_.get()); });
}

awaitable<TlsStream::ErrorCode> TlsStream::write(std::string_view bytes) {
  return repeat([this, bytes] {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  });
}

std::size_t TlsStream::read_some(asio::mutable_buffer buffer, ErrorCode& error) {
  begin_call();
  std::size_t count = 0;
  error = error_of(SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count));
  return count;
}

awaitable<TlsStream::ErrorCode> TlsStream::await_more() {
  auto [error] = co_await socket_.async_wait(wants_, asio::as_tuple(asio::use_awaitable));
  co_return error;
}

awaitable<std::tuple<TlsStream::ErrorCode, std::size_t>> TlsStream::read(
    asio::mutable_buffer buffer) {
  std::size_t count = 0;
  const ErrorCode error = co_await repeat(
      [&] { return SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count); });
  co_return std::tuple(error, count);
}

}  // namespace penstock::remote
