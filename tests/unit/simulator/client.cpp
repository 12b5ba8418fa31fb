#include "unit/simulator/client.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <memory>
#include <stdexcept>

namespace penstock::test {
namespace {

struct Freed {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval timeout{30, 0};  // a test that hangs is to fail, not to hang
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("can't connect");
    }
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Reads status and headers; the offset of the body, or 0 where they aren't whole yet.
std::size_t parse_header(std::string_view raw, Reply& reply) {
  const std::size_t end = raw.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return 0;
  }
  std::string_view header = raw.substr(0, end + 2);
  std::from_chars(header.data() + 9, header.data() + 12, reply.status);
  header.remove_prefix(header.find("\r\n") + 2);
  while (!header.empty()) {
    const std::size_t colon = header.find(": "), line_end = header.find("\r\n");
    reply.headers[lower(header.substr(0, colon))] = header.substr(colon + 2, line_end - colon - 2);
    header.remove_prefix(line_end + 2);
  }
  return end + 4;
}

// Moves whole chunks from `raw`, from `at` on, into the body; true: the last chunk was among them.
bool take_chunks(std::string_view raw, std::size_t& at, Reply& reply) {
  for (;;) {
    const std::size_t line_end = raw.find("\r\n", at);
    if (line_end == std::string_view::npos) {
      return false;
    }
    std::size_t size = 0;
    std::from_chars(raw.data() + at, raw.data() + line_end, size, 16);
    if (raw.size() < line_end + 2 + size + 2) {
      return false;
    }
    reply.body += raw.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
    if (size == 0) {
      return true;
    }
  }
}

// What there is of a chunk that was cut off.
void take_rest(std::string_view raw, std::size_t at, Reply& reply) {
  const std::size_t line_end = raw.find("\r\n", at);
  if (line_end == std::string_view::npos) {
    return;
  }
  std::size_t size = 0;
  std::from_chars(raw.data() + at, raw.data() + line_end, size, 16);
  reply.body += raw.substr(line_end + 2, size);
}

// Moves what came of the body into `reply`; true: the framing says that this was all.
bool take_body(std::string_view raw, std::size_t& at, Reply& reply) {
  if (reply.headers.contains("transfer-encoding")) {
    return take_chunks(raw, at, reply);
  }
  reply.body += raw.substr(at);
  at = raw.size();
  const auto length = reply.headers.find("content-length");
  return length != reply.headers.end() && reply.body.size() >= std::stoul(length->second);
}

Reply::End end_of(SSL* ssl, int result) {
  const int system_error = errno;
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_ZERO_RETURN:
      return Reply::End::close_notify;
    case SSL_ERROR_SSL:  // OpenSSL 3 reports an unexpected end of file so
      return Reply::End::eof;
    case SSL_ERROR_SYSCALL:
      if (system_error == ECONNRESET) {
        return Reply::End::reset;
      }
      [[fallthrough]];
    default:
      throw std::runtime_error("nothing came for too long");
  }
}

}  // namespace

Reply call(const Call& request) {
  const std::unique_ptr<SSL_CTX, Freed> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_load_verify_locations(context.get(), request.ca_file.c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const Socket socket(request.port);
  const std::unique_ptr<SSL, Freed> ssl(SSL_new(context.get()));
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, request.host.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(expected, request.host.c_str(), 0);
  }
  SSL_set_fd(ssl.get(), socket.fd());
  Reply reply;
  if (SSL_connect(ssl.get()) != 1) {
    reply.verify_error = SSL_get_verify_result(ssl.get());
    ERR_clear_error();
    return reply;
  }
  const std::string text = request.method + " " + request.path +
                           " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(request.port) +
                           (request.token.empty() ? "" : "\r\nX-Token: " + request.token) +
                           "\r\nContent-Length: " + std::to_string(request.body.size()) +
                           "\r\nConnection: close\r\n\r\n" + request.body;
  SSL_write(ssl.get(), text.data(), static_cast<int>(text.size()));
  std::string raw;
  std::size_t at = 0;  // what of raw was taken
  char buffer[16384];
  for (;;) {
    const int size = SSL_read(ssl.get(), buffer, sizeof buffer);
    if (size <= 0) {
      reply.end = end_of(ssl.get(), size);
      ERR_clear_error();
      if (reply.headers.contains("transfer-encoding")) {
        take_rest(raw, at, reply);
      }
      return reply;
    }
    raw.append(buffer, static_cast<std::size_t>(size));
    if (at == 0) {
      at = parse_header(raw, reply);
    }
    if (at > 0) {
      if (take_body(raw, at, reply)) {
        reply.end = Reply::End::complete;
        return reply;
      }
      if (request.leave(reply.body)) {
        return reply;
      }
    }
  }
}

}  // namespace penstock::test
