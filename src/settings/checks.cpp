#include "settings/checks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace penstock::settings {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

// All of `text` is letters, digits and `others`, and there is some.
bool made_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || others.find(c) != std::string_view::npos;
  });
}

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > max) {
    return std::nullopt;
  }
  return number;
}

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

struct HostPort {
  std::string host;  // without brackets
  bool bracketed = false;
  std::optional<std::string_view> port;
};

// host[:port] or [v6][:port]
std::optional<HostPort> split_host_port(std::string_view text) {
  HostPort parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    parts.bracketed = true;
    parts.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (rest.starts_with(':')) {
    parts.port = rest.substr(1);
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  return parts;
}

// A name or an address, and a port where there is one.
bool is_authority(std::string_view text) {
  const auto parts = split_host_port(text);
  if (!parts) {
    return false;
  }
  const bool host =
      parts->bracketed ? is_address(AF_INET6, parts->host) : made_of(parts->host, "-._");
  return host && (!parts->port || parse_number(*parts->port, 65535).value_or(0) > 0);
}

bool is_path(std::string_view text) { return text.empty() || made_of(text, "/-._~!$&'()*+,;=:@%"); }

// RFC 3986 section 2.1
bool is_percent_encoded(std::string_view text) {
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (text.size() - at < 3 || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) {
      return false;
    }
  }
  return true;
}

constexpr std::string_view bad_percent = "must have two hexadecimal digits after each %";

}  // namespace

std::string_view check_any(std::string_view) { return {}; }

std::string_view check_source_name(std::string_view text) {
  return SourceName::valid(text) ? "" : "must be made of a-z, 0-9, - and _, at most 64";
}

std::string_view check_https_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) {
    return "must be a URL that starts with https://";
  }
  const std::string_view rest = text.substr(scheme.size());
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return "must be a URL without a query or a fragment";
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (rest.substr(0, slash).find('@') != std::string_view::npos) {
    return "must be a URL without a user name or a password";
  }
  if (!is_authority(rest.substr(0, slash)) || !is_path(rest.substr(slash))) {
    return "must be a URL like https://host[:port][/base]";
  }
  return is_percent_encoded(rest) ? "" : bad_percent;
}

std::string_view check_header_name(std::string_view text) {
  return made_of(text, "!#$%&'*+-.^_`|~") ? "" : "must be the name of an HTTP header";
}

std::string_view check_request_path(std::string_view text) {
  if (!text.starts_with('/') || !is_path(text)) {
    return "must be a path from / on, without a query";
  }
  return is_percent_encoded(text) ? "" : bad_percent;
}

std::string_view check_brokers(std::string_view text) {
  constexpr std::string_view wrong = "must be host[:port], several with commas";
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view broker = text.substr(0, comma);
    while (broker.starts_with(' ')) {
      broker.remove_prefix(1);
    }
    if (!is_authority(broker)) {
      return wrong;
    }
    if (comma == text.size()) {
      return {};
    }
    text.remove_prefix(comma + 1);
  }
}

std::string_view check_topic(std::string_view text) {
  return made_of(text, "._-") && text.size() <= 249 && text != "." && text != ".."
             ? ""
             : "must be a topic's name: letters, digits, ., _ and -, at most 249";
}

std::string_view check_topic_prefix(std::string_view text) {
  // 249 less `penstock.`, or less a dot and a source's name of 64
  return made_of(text, "._-") && text.size() <= 180
             ? ""
             : "must be made of letters, digits, ., _ and -, at most 180";
}

std::string_view check_transactional_id(std::string_view text) {
  return made_of(text, "._-") && text.size() <= 250
             ? ""
             : "must be made of letters, digits, ., _ and -, at most 250";
}

std::string_view check_network(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string address(text.substr(0, slash));
  const bool v4 = is_address(AF_INET, address);
  const bool whole = slash == text.size();
  const bool prefix = !whole && parse_number(text.substr(slash + 1), v4 ? 32 : 128).has_value();
  return (v4 || is_address(AF_INET6, address)) && (whole || prefix)
             ? ""
             : "must hold networks like 192.0.2.0/24 or 2001:db8::/32";
}

std::string_view check_country(std::string_view text) {
  return text.size() == 2 && is_letter(text[0]) && is_letter(text[1])
             ? ""
             : "must hold countries as two letters";
}

std::string_view check_word(std::string_view text) {
  return made_of(text, "._-") ? "" : "must hold words of letters, digits, ., _ and -";
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto parts = split_host_port(text);
  if (!parts || !parts->port || !is_address(parts->bracketed ? AF_INET6 : AF_INET, parts->host)) {
    return std::nullopt;
  }
  const auto port = parse_number(*parts->port, 65535);
  if (!port) {
    return std::nullopt;
  }
  return Endpoint{parts->host, static_cast<std::uint16_t>(*port)};
}

}  // namespace penstock::settings
