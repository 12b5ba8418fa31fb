// What users write: addresses, networks, ranges, ports, sizes, times. The first byte says what the
// rest is.
#include <arpa/inet.h>

#include <cstring>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "penstock/core/network_set.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/target.hpp"

namespace penstock::fuzz {
namespace {

using V6 = std::array<unsigned char, 16>;

// As the C library reads it; an IPv4 address as its mapped one.
std::optional<V6> by_library(const std::string& text) {
  V6 bytes{};
  in_addr v4{};
  if (text.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &v4, 4);
    return bytes;
  }
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
}

V6 bytes_of(const IpAddress& address) {
  V6 bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<unsigned char>(address.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<unsigned char>(address.low >> (56 - 8 * i));
  }
  return bytes;
}

void address(const std::string& text) {
  const auto ours = parse_ip(text);
  const auto theirs = by_library(text);
  must(ours.has_value() == theirs.has_value(), "both take it for an address, or neither", text);
  must(!ours || bytes_of(*ours) == *theirs, "it is the same address", text);
}

bool in_prefix(const V6& address, const V6& network, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    if (((address[i / 8] ^ network[i / 8]) >> (7 - i % 8) & 1) != 0) {
      return false;
    }
  }
  return true;
}

// Words with a comma between them: networks, and an address that is looked for.
void networks(std::string_view words, const std::string& shown) {
  NetworkSet set;
  std::vector<std::pair<V6, unsigned>> all;
  std::string last;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(','), words.size());
    last = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (words.empty()) {
      break;
    }
    const std::size_t slash = std::min(last.find('/'), last.size());
    const std::string host = last.substr(0, slash);
    if (!set.add(last)) {
      continue;
    }
    const auto base = by_library(host);
    must(base.has_value(), "a network has an address", last);
    const bool v4 = host.find(':') == std::string::npos;
    const unsigned most = v4 ? 32 : 128;
    const unsigned bits =
        slash == last.size() ? most : static_cast<unsigned>(std::stoul(last.substr(slash + 1)));
    must(bits <= most, "a prefix is no longer than an address", last);
    all.emplace_back(*base, bits + 128 - most);
  }
  set.finish();
  const auto looked_for = by_library(last);
  if (!looked_for) {
    must(!set.contains(last), "only addresses are in a set", shown);
    return;
  }
  bool found = false;
  static constexpr V6 mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const bool is_v4 = in_prefix(*looked_for, mapped, 96);
  for (const auto& [network, bits] : all) {
    const bool of_v4 = in_prefix(network, mapped, 96) && bits >= 96;
    found = found || (in_prefix(*looked_for, network, bits) && is_v4 == of_v4);
  }
  must(set.contains(last) == found, "an address is in a set if it is in one of its networks",
       shown);
}

bool slow_port_list(std::string_view text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const auto port = [](const std::string& digits) {
    const bool good = !digits.empty() && digits.size() <= 5 && digits[0] != '0' &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
    return good ? std::stoul(digits) : 0;
  };
  for (const std::string& part : parts) {
    const std::size_t dash = std::min(part.find('-'), part.size());
    const auto low = port(part.substr(0, dash));
    const auto high = dash == part.size() ? low : port(part.substr(dash + 1));
    if (low == 0 || high < low || high > 65'535) {
      return false;
    }
  }
  return true;
}

void target(const std::string& text) {
  must(remote::is_port_list(text) == slow_port_list(text), "port lists agree", text);
  const auto kind = remote::target_kind(text);
  must((kind == remote::TargetKind::address) == by_library(text).has_value(), "addresses agree",
       text);
  if (!kind) {
    return;
  }
  must(is_printable(text) && text.find(' ') == std::string::npos, "a target is printable", text);
  const auto path = remote::make_path(remote::path_of_target(text));
  must(path && path->find("//") == std::string::npos && is_printable(*path), "it stands in a path",
       text);
  must(kind != remote::TargetKind::network || parse_network(text).has_value(), "networks agree",
       text);
}

void units(const std::string& text) {
  if (const auto size = parse_bytes(text)) {
    const auto again = parse_bytes(to_string(*size));
    must(again && *again == *size, "a size is read as it is written", text);
  }
  if (const auto duration = parse_duration(text)) {
    const auto again = parse_duration(to_string(*duration));
    must(again && *again == *duration && !duration_text(*duration).empty(),
         "a duration is read as it is written", text);
  }
}

void times(const std::string& text) {
  const WallTime now{std::chrono::milliseconds(1'790'000'000'000)};
  auto time = parse_rfc3339(text);
  if (time) {
    must(parse_rfc3339(to_rfc3339(*time)) == time, "a time is read as it is written", text);
  }
  time = parse_http_date(text, now);
  must(!time || parse_rfc3339(to_rfc3339(*time)) == time, "a date is a time", text);
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const std::uint8_t kind = choices.byte();
  const std::string text(choices.rest());
  switch (kind) {
    case 'a':
      fuzz::address(text);
      break;
    case 'n':
      fuzz::networks(text, text);
      break;
    case 't':
      fuzz::target(text);
      break;
    case 's':
      fuzz::units(text);
      break;
    case 'd':
      fuzz::times(text);
      break;
    default:
      return -1;
  }
  return 0;
}
