// The remote desktops that the image endpoints know: made-up screenshots, the same for a seed.
// Pure.
//
// 300 of the year before 2023-11-14, in families that look alike. Half of them are of hosts in
// 198.51.100.0/24, 203.0.113.0/24 and 2001:db8::/32.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/address_range.hpp"

namespace penstock::simulator {

// Where an address is said to be, and whose it is.
struct Place {
  std::string_view code, name, city, timezone;  // no city: null
  double latitude, longitude;
  std::uint64_t asn;
  std::string_view as_name;
};

struct Image {
  std::string id;
  IpAddress address;
  std::uint16_t port;
  std::int64_t time_ms;
  const Place* place;
  std::vector<std::string_view> tags, words;
  unsigned width, height, faces;
  std::uint64_t look;  // 8 by 8 fields of two colours; near looks are similar pictures
};

class ImageCatalogue {
 public:
  explicit ImageCatalogue(std::uint64_t seed);
  std::span<const Image> all() const { return images_; }  // the latest first
  const Image* find(std::string_view id) const;

 private:
  std::vector<Image> images_;
};

// How many fields differ.
unsigned distance(const Image& a, const Image& b);

// The picture as a JPEG file: the whole one of width by height, or a quarter of it each way.
std::string picture(const Image& image);
std::string thumbnail(const Image& image);

}  // namespace penstock::simulator
