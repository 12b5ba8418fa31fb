#include "publish/secrets.hpp"

#include <algorithm>

#include "penstock/core/secret_name.hpp"

namespace penstock::publish {
namespace {

// What a text and a secret have in common by chance is shorter.
constexpr std::size_t telling = 8;

}  // namespace

Secrets::Secrets(const std::map<std::string, std::string>& properties) {
  for (const auto& [name, value] : properties) {
    if (is_secret_name(name) && !value.empty()) {
      values_.push_back(value);
    }
  }
}

std::string Secrets::redact(std::string_view text) const {
  std::string redacted;
  while (!text.empty()) {
    const std::size_t hidden = shared(text);
    redacted += hidden == 0 ? std::string_view(text.substr(0, 1)) : "(hidden)";
    text.remove_prefix(std::max<std::size_t>(hidden, 1));
  }
  return redacted;
}

// How many of the first characters are of a secret.
std::size_t Secrets::shared(std::string_view text) const {
  std::size_t longest = 0;
  for (const std::string& value : values_) {
    const std::string_view head = text.substr(0, std::min(telling, value.size()));
    if (head.size() < std::min(telling, value.size())) {
      continue;
    }
    for (std::size_t at = value.find(head); at != std::string::npos;
         at = value.find(head, at + 1)) {
      const std::string_view rest = std::string_view(value).substr(at);
      const auto end = std::mismatch(text.begin(), text.end(), rest.begin(), rest.end()).first;
      longest = std::max(longest, static_cast<std::size_t>(end - text.begin()));
    }
  }
  return longest;
}

}  // namespace penstock::publish
