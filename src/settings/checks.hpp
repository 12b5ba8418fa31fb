// What a text must look like. A check returns what is wrong ("must be …"), or nothing. It never
// quotes the text, which may hold a password at the wrong place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "penstock/settings/settings.hpp"

namespace penstock::settings {

using Check = std::string_view (*)(std::string_view text);

std::string_view check_any(std::string_view text);
std::string_view check_source_name(std::string_view text);
std::string_view check_https_url(std::string_view text);    // RFC 3986, the parts we allow
std::string_view check_header_name(std::string_view text);  // RFC 9110 section 5.6.2: token
std::string_view check_request_path(std::string_view text);
std::string_view check_brokers(std::string_view text);
std::string_view check_topic(std::string_view text);         // Kafka's rule for names
std::string_view check_topic_prefix(std::string_view text);  // leaves room for what comes behind
std::string_view check_transactional_id(std::string_view text);
std::string_view check_network(std::string_view text);  // CIDR or a single address
std::string_view check_country(std::string_view text);  // ISO 3166-1 alpha-2
std::string_view check_word(std::string_view text);

// `127.0.0.1:9469`, `[::1]:9469`
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace penstock::settings
