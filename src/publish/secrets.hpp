// Keeps the secrets of a connection's properties out of what librdkafka says. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::publish {

class Secrets {
 public:
  Secrets() = default;
  // `properties`: librdkafka's, from the configuration.
  explicit Secrets(const std::map<std::string, std::string>& properties);

  // The text, with `(hidden)` in place of a secret or of a part of one: librdkafka quotes what it
  // couldn't parse.
  std::string redact(std::string_view text) const;

 private:
  std::size_t shared(std::string_view text) const;
  std::vector<std::string> values_;
};

}  // namespace penstock::publish
