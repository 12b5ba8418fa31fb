#include "app/commands/admin_address.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/url/parse.hpp>

#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

}  // namespace

std::string AdminAddress::text() const {
  if (!socket.empty()) {
    return printable(socket.string());
  }
  const bool is_v6 = host.find(':') != std::string::npos;
  return printable((tls ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host) + ":" +
                   std::to_string(port) + base);
}

Result<AdminAddress> parse_admin_url(std::string_view url) {
  const auto wrong = [&](const std::string& why) {
    return make_error(Errc::invalid_argument, "`" + printable(url) + "` " + why +
                                                  "; it must look like http://localhost:9469");
  };
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || !parsed->has_authority() || parsed->host().empty()) {
    return wrong("is no URL");
  }
  const bool tls = parsed->scheme_id() == boost::urls::scheme::https;
  if (!tls && parsed->scheme_id() != boost::urls::scheme::http) {
    return wrong("is neither http nor https");
  }
  if (parsed->has_userinfo()) {
    // Not quoted: what is in it is a secret.
    return make_error(Errc::invalid_argument,
                      "the URL has credentials in it, which arguments show to everyone; put "
                      "user:password into a file, and name that with --user-file");
  }
  if (parsed->has_query() || parsed->has_fragment()) {
    return wrong("has a query or a fragment");
  }
  // A number that is no port reads as some port, or as none.
  const std::uint16_t port = parsed->port_number();
  if (parsed->has_port() && (port == 0 || std::to_string(port) != parsed->port())) {
    return wrong("has a port that there isn't");
  }
  std::string base(parsed->encoded_path());
  base.erase(base.find_last_not_of('/') + 1);
  return AdminAddress{.host = std::string(parsed->host_address()),
                      .port = parsed->has_port() ? parsed->port_number()
                              : tls              ? https_port
                                                 : http_port,
                      .tls = tls,
                      .base = std::move(base)};
}

Result<std::string> basic_authorization(std::string_view credentials) {
  credentials = credentials.substr(0, credentials.find_last_not_of("\r\n") + 1);
  const std::size_t colon = credentials.find(':');
  const bool in_lines = std::ranges::any_of(
      credentials, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (colon == std::string_view::npos || colon == 0 || in_lines) {
    return make_error(Errc::invalid_argument, "must be one line, user:password");
  }
  std::string encoded((credentials.size() + 2) / 3 * 4 + 1, '\0');  // and EVP_EncodeBlock's NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(credentials.data()),
                                     static_cast<int>(credentials.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return "Basic " + encoded;
}

}  // namespace penstock::app
