#include "penstock/remote/proxy.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <span>

#include "penstock/core/text.hpp"
#include "penstock/remote/endpoint.hpp"
#include "remote/number.hpp"

namespace penstock::remote {
namespace {

namespace urls = boost::urls;

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');  // and EVP_EncodeBlock's NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// An IP address as bytes: 4 or 16, none where `text` is a name.
struct Address {
  std::array<unsigned char, 16> bytes{};
  unsigned size = 0;
};

Address parse_address(std::string_view text) {
  Address address;
  if (const auto v4 = urls::parse_ipv4_address(text)) {
    const auto bytes = v4->to_bytes();
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    address.size = 4;
  } else if (const auto v6 = urls::parse_ipv6_address(text)) {
    const auto bytes = v6->to_bytes();
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    address.size = 16;
  }
  return address;
}

bool within(const Address& address, const Address& network, unsigned prefix) {
  if (address.size == 0 || address.size != network.size || prefix > 8 * network.size) {
    return false;
  }
  for (unsigned bit = 0; bit < prefix; bit += 8) {
    const unsigned left = prefix - bit;
    const auto mask = static_cast<unsigned char>(left >= 8 ? 0xFF : 0xFF << (8 - left));
    if ((address.bytes[bit / 8] & mask) != (network.bytes[bit / 8] & mask)) {
      return false;
    }
  }
  return true;
}

// `rule` is the host's name or a domain above it.
bool covers(std::string_view rule, std::string_view host) {
  if (rule.starts_with("*.")) {
    rule.remove_prefix(1);
  }
  if (rule.starts_with('.')) {
    rule.remove_prefix(1);
  }
  rule = without_last_dot(rule);
  host = without_last_dot(host);
  if (rule.empty() || host.size() < rule.size()) {
    return false;
  }
  const auto head = host.size() - rule.size();
  return iequals_ascii(host.substr(head), rule) && (head == 0 || host[head - 1] == '.');
}

// One entry of NO_PROXY.
bool excludes(std::string_view rule, std::string_view host, std::uint16_t port) {
  if (rule == "*") {
    return true;
  }
  const Address address = parse_address(host);
  if (const auto slash = rule.find('/'); slash != std::string_view::npos) {
    const auto prefix = parse_number<unsigned>(rule.substr(slash + 1));
    return prefix && within(address, parse_address(rule.substr(0, slash)), *prefix);
  }
  // A port stands behind the last colon, unless the colons are those of a bare IPv6 address.
  const auto colon = rule.rfind(':');
  const bool bare_ipv6 = !rule.starts_with('[') && rule.find(':') != colon;
  if (colon != std::string_view::npos && !bare_ipv6 && !rule.ends_with(']')) {
    if (parse_port(rule.substr(colon + 1)) != port) {
      return false;
    }
    rule = rule.substr(0, colon);
  }
  if (rule.starts_with('[') && rule.ends_with(']')) {
    rule = rule.substr(1, rule.size() - 2);
  }
  if (const Address one = parse_address(rule); one.size != 0) {
    return within(address, one, 8 * one.size);
  }
  return address.size == 0 && covers(rule, host);
}

bool excluded(std::string_view list, std::string_view host, std::uint16_t port) {
  constexpr std::string_view separators = ", \t";
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of(separators), list.size());
    if (end != 0 && excludes(list.substr(0, end), host, port)) {
      return true;
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

constexpr std::uint16_t default_port = 1080;  // as curl has it

Result<Proxy> parse_proxy(std::string_view variable) {
  const bool has_scheme = variable.find("://") != std::string_view::npos;
  const std::string text = (has_scheme ? "" : "http://") + std::string(variable);
  const auto url = urls::parse_uri(text);
  if (!url || std::string_view(url->encoded_host()).empty()) {
    return make_error(Errc::invalid_configuration,
                      "HTTPS_PROXY is no URL; write it like http://host:port");
  }
  if (url->scheme_id() != urls::scheme::http) {
    return make_error(Errc::invalid_configuration,
                      "HTTPS_PROXY has a scheme other than http; only HTTP proxies (CONNECT) can "
                      "be used");
  }
  // What is behind the host is most often the rest of a password.
  const std::string_view path = url->encoded_path();
  if ((!path.empty() && path != "/") || url->has_query() || url->has_fragment()) {
    return make_error(Errc::invalid_configuration,
                      "HTTPS_PROXY has more behind its host; in a user's name or password write / "
                      "as %2F, # as %23 and ? as %3F");
  }
  const std::string_view digits = url->port();
  const auto port = digits.empty() ? std::optional(default_port) : parse_port(digits);
  if (!port) {
    return make_error(Errc::invalid_configuration, "HTTPS_PROXY has a port that isn't in 1–65535");
  }
  Proxy proxy;
  proxy.host = url->host_address();
  proxy.port = *port;
  if (url->has_userinfo()) {
    proxy.authorization = "Basic " + base64(url->user() + ":" + url->password());
  }
  return proxy;
}

}  // namespace

ProxyEnvironment read_proxy_environment(const std::function<const char*(const char*)>& lookup) {
  const auto first_of = [&](const char* lower, const char* upper) {
    const char* value = lookup(lower);
    if (value == nullptr) {
      value = lookup(upper);
    }
    return std::string(value == nullptr ? "" : value);
  };
  return {first_of("https_proxy", "HTTPS_PROXY"), first_of("no_proxy", "NO_PROXY")};
}

Result<std::optional<Proxy>> choose_proxy(const ProxyEnvironment& environment,
                                          std::string_view host, std::uint16_t port) {
  if (environment.https_proxy.empty() || excluded(environment.no_proxy, host, port)) {
    return std::optional<Proxy>();
  }
  auto proxy = parse_proxy(environment.https_proxy);
  if (!proxy) {
    return proxy.error();
  }
  return std::optional(std::move(*proxy));
}

}  // namespace penstock::remote
