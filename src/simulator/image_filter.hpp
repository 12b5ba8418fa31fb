// The filters of GET /v1/query/image/search. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "simulator/image_catalogue.hpp"
#include "simulator/url_text.hpp"

namespace penstock::simulator {

class ImageFilter {
 public:
  // Of ip (address, network, range), port (number or range), country, tag, word, from, to those
  // that are given. from and to are dates, then to is the end of that day, or RFC 3339 times. An
  // error is a message for the user.
  static Result<ImageFilter> parse(const Parameters& parameters);

  bool passes(const Image& image) const;
  // As they were given, for the answer's `query`.
  const std::vector<std::pair<std::string, std::string>>& given() const { return given_; }

 private:
  std::optional<AddressRange> addresses_;
  std::uint16_t first_port_ = 0, last_port_ = UINT16_MAX;
  std::string country_, tag_;
  // The words of one of them have to be there: `confidential OR credit card` has two.
  std::vector<std::vector<std::string>> words_;
  std::int64_t from_ms_ = INT64_MIN, to_ms_ = INT64_MAX;
  std::vector<std::pair<std::string, std::string>> given_;
};

}  // namespace penstock::simulator
