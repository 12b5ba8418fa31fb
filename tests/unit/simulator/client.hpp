// A blocking HTTPS client for tests, on plain sockets and OpenSSL: it shares no code with the
// simulator, and tells how a connection ended more exactly than libraries do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace penstock::test {

struct Reply {
  // How the bytes ended: by framing, or by what came before it did.
  enum class End { complete, close_notify, eof, reset, left };
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without chunk framing
  End end = End::left;
  long verify_error = 0;  // of the certificate, an X509_V_ERR_…; nothing else is filled then
};

struct Call {
  std::uint16_t port = 0;
  std::filesystem::path ca_file;
  std::string host = "127.0.0.1";  // whom its certificate has to be for
  std::string token;
  std::string method = "GET";
  std::string path;
  std::string body;
  // Called with the body so far, whole chunks only; true: leave, closing the connection.
  std::function<bool(std::string_view)> leave = [](std::string_view) { return false; };
};

// Throws std::runtime_error where nothing can be said.
Reply call(const Call& request);

}  // namespace penstock::test
