// What receiving costs by itself: the body of one answer is read over TLS and dropped. OpenSSL
// with the daemon's settings on a blocking socket, in the way that takes the fewest system calls.
//
//   receive_floor URL CA_FILE TOKEN [BYTES]
//
// Reads to the connection's end. With BYTES, of a stream that has none, until so many came and then
// nothing for half a second. Prints how many came, the framing of chunks among them.
#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/limits.hpp"
#include "penstock/remote/endpoint.hpp"
#include "remote/tls.hpp"

namespace penstock::remote {
namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

int fail(std::string_view what) {
  std::fprintf(stderr, "receive_floor: %.*s\n", static_cast<int>(what.size()), what.data());
  return 1;
}

// A blocking socket; -1: no connection.
int connected(const Endpoint& endpoint) {
  addrinfo* found = nullptr;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) !=
      0) {
    return -1;
  }
  int socket = -1;
  for (const addrinfo* address = found; address != nullptr && socket < 0;
       address = address->ai_next) {
    socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socket, address->ai_addr, address->ai_addrlen) != 0) {
      close(socket);
      socket = -1;
    }
  }
  freeaddrinfo(found);
  return socket;
}

int receive(const Endpoint& endpoint, const char* ca_file, std::string_view token,
            std::uint64_t wanted) {
  const auto context = make_tls_context(ca_file);
  const int socket = connected(endpoint);
  if (!context || socket < 0) {
    return fail(context ? "no connection" : context.error().what);
  }
  const timeval patience{0, wanted == 0 ? 0 : 500'000};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::unique_ptr<SSL, FreeSsl> ssl(
      SSL_new(const_cast<boost::asio::ssl::context&>(*context).native_handle()));
  // One system call a record, not two. Larger reads save nothing: measured.
  SSL_set_read_ahead(ssl.get(), 1);
  if (!expect_host(ssl.get(), endpoint) || SSL_set_fd(ssl.get(), socket) != 1 ||
      SSL_connect(ssl.get()) != 1) {
    return fail("no TLS");
  }
  const std::string request =
      "GET " + endpoint.target + " HTTP/1.1\r\nHost: " + endpoint.authority() +
      "\r\nX-Token: " + std::string(token) + "\r\nConnection: close\r\n\r\n";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));

  std::vector<char> buffer(limits::receive_buffer.count);
  std::string header;
  std::uint64_t received = 0;
  while (true) {
    const int count = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count > 0 && received == 0) {
      header.append(buffer.data(), static_cast<std::size_t>(count));
      const std::size_t end = header.find("\r\n\r\n");
      received = end == std::string::npos ? 0 : header.size() - end - 4;
    } else if (count > 0) {
      received += static_cast<std::uint64_t>(count);
    } else if (SSL_get_error(ssl.get(), count) == SSL_ERROR_ZERO_RETURN ||
               (wanted != 0 && received >= wanted && errno == EAGAIN)) {
      break;
    } else if (wanted == 0 || errno != EAGAIN) {
      return fail("the connection was cut off");
    }
  }
  close(socket);
  if (!header.starts_with("HTTP/1.1 200")) {
    return fail(header.substr(0, header.find('\r')));
  }
  std::printf("%llu\n", static_cast<unsigned long long>(received));
  return 0;
}

}  // namespace
}  // namespace penstock::remote

int main(int argc, char** argv) {
  using namespace penstock::remote;
  if (argc < 4) {
    return fail("receive_floor URL CA_FILE TOKEN [BYTES]");
  }
  const auto endpoint = parse_endpoint(argv[1]);
  return endpoint ? receive(*endpoint, argv[2], argv[3],
                            argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 0)
                  : fail(endpoint.error().what);
}
