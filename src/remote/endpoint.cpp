#include "penstock/remote/endpoint.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "remote/number.hpp"

namespace penstock::remote {
namespace {

namespace urls = boost::urls;

bool is_https(const urls::url_view_base& url) { return url.scheme_id() == urls::scheme::https; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// `https://host:443.example/`: Boost.URL takes what stands behind a port's digits for a path, which
// others take for a host.
bool continues_its_port(const urls::url_view_base& url) {
  const std::string_view path = url.encoded_path();
  return url.has_authority() && !path.empty() && path.front() != '/';
}

// What is wrong with `url` as an endpoint, or empty.
std::string_view fault(const urls::url_view_base& url) {
  if (!is_https(url)) {
    return "is no https URL";
  }
  if (url.has_userinfo()) {
    return "has credentials in it; the token belongs into api.token_file";
  }
  const std::string_view host = url.encoded_host();
  if (without_last_dot(host).empty()) {  // OpenSSL would check no name at all
    return "has no host";
  }
  // Escapes in a host name could smuggle anything into a header; no real name needs them.
  if (host.find('%') != std::string_view::npos || url.host_type() == urls::host_type::ipvfuture) {
    return "has a host that can't be used";
  }
  if (const std::string_view port = url.port(); !port.empty() && !parse_port(port)) {
    return "has a port that isn't in 1–65535";
  }
  if (continues_its_port(url)) {
    return "has a port that is no number";
  }
  return {};
}

// Precondition: no fault().
Endpoint to_endpoint(const urls::url_view_base& url) {
  Endpoint endpoint;
  endpoint.host = lower(url.host_address());
  endpoint.is_address = url.host_type() != urls::host_type::name;
  if (const auto port = parse_port(url.port())) {
    endpoint.port = *port;
  }
  endpoint.target = std::string_view(url.encoded_path());
  if (!endpoint.target.starts_with('/')) {
    endpoint.target.insert(0, "/");
  }
  if (url.has_query()) {
    endpoint.target += '?';
    endpoint.target += std::string_view(url.encoded_query());
  }
  return endpoint;
}

std::string bracketed(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host;
}

// Keeps RFC 3986's unreserved characters, whatever the locale, and `also`.
void append_encoded(std::string& out, std::string_view text, std::string_view also) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', hex[byte >> 4], hex[byte & 0xF]};
  }
}

}  // namespace

std::string Endpoint::authority() const { return bracketed(*this) + ":" + std::to_string(port); }

std::string Endpoint::host_header() const { return port == 443 ? bracketed(*this) : authority(); }

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto url = urls::parse_uri(text);
  // Not quoted where it may hold credentials.
  const std::string shown =
      text.find('@') == std::string_view::npos ? "`" + printable(text) + "`" : "the URL";
  if (!url) {
    return make_error(Errc::invalid_argument,
                      shown + " is no URL; write it like https://host:port/path");
  }
  if (const auto why = fault(*url); !why.empty()) {
    return make_error(Errc::invalid_argument, shown + " " + std::string(why));
  }
  return to_endpoint(*url);
}

Result<std::string> make_path(std::span<const std::string> segments) {
  std::string path;
  for (const std::string& segment : segments) {
    if (segment.empty() || segment == "." || segment == ".." ||
        segment.size() > limits::path_segment.count) {
      return make_error(Errc::invalid_argument,
                        "`" + printable(segment) + "` can't stand in the path of a URL");
    }
    path += '/';
    append_encoded(path, segment, ":");  // of IPv6 addresses
  }
  return path;
}

std::string make_query(std::span<const std::pair<std::string, std::string>> members) {
  constexpr std::string_view kept = ":/,";  // of search terms and networks, as the API shows them
  std::string query;
  for (const auto& [name, value] : members) {
    query += query.empty() ? '?' : '&';
    append_encoded(query, name, "");
    query += '=';
    append_encoded(query, value, kept);
  }
  return query;
}

bool same_origin(const Endpoint& a, const Endpoint& b) noexcept {
  return a.host == b.host && a.port == b.port;
}

RedirectTarget judge_redirect(const Endpoint& from, std::string_view location) {
  const std::string text = "https://" + from.authority() + from.target;  // base is a view of it
  const auto base = urls::parse_uri(text);
  const auto reference = urls::parse_uri_reference(location);
  if (!base || !reference || location.empty() || continues_its_port(*reference)) {
    return {Redirect::unusable, std::nullopt};
  }
  urls::url target;
  if (!urls::resolve(*base, *reference, target)) {
    return {Redirect::unusable, std::nullopt};
  }
  if (!is_https(target)) {
    return {Redirect::elsewhere, std::nullopt};
  }
  if (!fault(target).empty()) {
    return {Redirect::unusable, std::nullopt};
  }
  Endpoint endpoint = to_endpoint(target);
  if (!same_origin(from, endpoint)) {
    return {Redirect::elsewhere, std::nullopt};
  }
  return {Redirect::same_origin, std::move(endpoint)};
}

}  // namespace penstock::remote
