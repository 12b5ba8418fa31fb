#include "simulator/image_catalogue.hpp"

#include <algorithm>
#include <bit>

#include "penstock/simulator/event_generator.hpp"
#include "simulator/event_writer.hpp"
#include "simulator/jpeg.hpp"

namespace penstock::simulator {
namespace {

// Apart from other random numbers.
constexpr std::uint64_t image_stream = 0x6e;
constexpr std::uint64_t family_stream = 0x6f;

constexpr std::uint64_t images = 300;
constexpr std::uint64_t family_size = 6;
constexpr std::uint64_t most_flipped = 4;  // fields in which a look differs from its family's
constexpr std::uint64_t year_ms = 365ull * 24 * 60 * 60 * 1000;
constexpr unsigned block_size = 8;  // of a JPEG
constexpr unsigned thumbnail_scale = 4;

// Autonomous systems for documentation: RFC 5398.
constexpr Place places[] = {
    {"BE", "Belgium", "", "Europe/Brussels", 50.85, 4.35, 64496, "Simulated Telecom NV"},
    {"PT", "Portugal", "Lisbon", "Europe/Lisbon", 38.72, -9.13, 64497, "Simulated Rede SA"},
    {"US", "United States", "Ashburn", "America/New_York", 39.04, -77.49, 64498,
     "Simulated Cloud Inc."},
    {"CN", "China", "", "Asia/Shanghai", 34.77, 113.73, 64499, "Simulated Backbone"},
    {"DE", "Germany", "Frankfurt am Main", "Europe/Berlin", 50.12, 8.68, 64500,
     "Simulated Netz GmbH"},
    {"BR", "Brazil", "São Paulo", "America/Sao_Paulo", -23.55, -46.63, 64501,
     "Simulated Telefonia"},
};
struct Service {
  std::string_view tag;
  std::uint16_t port;
};
constexpr Service services[] = {{"vnc", 5900}, {"vnc", 5901}, {"vnc", 5905},
                                {"rdp", 3389}, {"rdp", 3389}, {"x11", 6000}};
struct Size {
  unsigned width, height;
};
constexpr Size sizes[] = {{640, 480}, {800, 600}, {1024, 768}, {1280, 800}, {1366, 768}};
constexpr std::string_view tags[] = {"windows", "linux", "mobile", "scada", "login"};
constexpr std::string_view words[] = {"show",      "results",      "user",     "logged",   "out",
                                      "microsoft", "windows",      "password", "credit",   "card",
                                      "private",   "confidential", "pump",     "pressure", "alarm",
                                      "straße",    "start",        "welcome"};

// Some of `choices`, each at most once.
template <std::size_t Size>
std::vector<std::string_view> some_of(const std::string_view (&choices)[Size], std::uint64_t one_in,
                                      SplitMix64& random) {
  std::vector<std::string_view> chosen;
  std::copy_if(std::begin(choices), std::end(choices), std::back_inserter(chosen),
               [&](std::string_view) { return random.one_in(one_in); });
  return chosen;
}

IpAddress random_address(SplitMix64& random) {
  constexpr std::string_view networks[] = {"198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"};
  const std::string_view network =
      random.one_in(2) ? networks[random.below(std::size(networks))] : "1.0.0.0-223.255.255.255";
  return parse_range(network)->at(random());
}

std::uint64_t look_of(std::uint64_t seed, std::uint64_t number, SplitMix64& random) {
  std::uint64_t look = SplitMix64(seed, family_stream, number / family_size)();
  for (std::uint64_t i = random.below(most_flipped + 1); i > 0; --i) {
    look ^= std::uint64_t{1} << random.below(64);
  }
  return look;
}

Image make_image(std::uint64_t seed, std::uint64_t number) {
  SplitMix64 random(seed, image_stream, number);
  Image image{};
  append_hex(image.id, random, 56);
  image.address = random_address(random);
  const Service& service = services[random.below(std::size(services))];
  image.port = service.port;
  image.time_ms = EventGenerator::time_ms(0) - static_cast<std::int64_t>(random.below(year_ms));
  image.place = &places[random.below(std::size(places))];
  const Size& size = sizes[random.below(std::size(sizes))];
  image.width = size.width;
  image.height = size.height;
  image.faces = random.one_in(5) ? 1 + static_cast<unsigned>(random.below(3)) : 0;
  image.tags = some_of(tags, 3, random);
  image.tags.insert(image.tags.begin(), service.tag);
  if (image.faces > 0) {
    image.tags.push_back("has_faces");
  }
  image.words = some_of(words, 3, random);
  image.look = look_of(seed, number, random);
  return image;
}

std::string draw(const Image& image, unsigned width, unsigned height) {
  const auto shade = [](std::uint64_t bits) { return static_cast<std::uint8_t>(64 + bits % 128); };
  const std::uint64_t family = image.look >> 32;  // colours are near where looks are
  const Colour dark{40, shade(family), shade(family >> 7)};
  const Colour light{210, shade(family >> 14), shade(family >> 21)};
  return jpeg(width, height, [&](unsigned column, unsigned row) {
    const unsigned x = column * block_size * 8 / width, y = row * block_size * 8 / height;
    return (image.look >> (y * 8 + x)) & 1 ? light : dark;
  });
}

}  // namespace

ImageCatalogue::ImageCatalogue(std::uint64_t seed) {
  for (std::uint64_t number = 0; number < images; ++number) {
    images_.push_back(make_image(seed, number));
  }
  std::sort(images_.begin(), images_.end(),
            [](const Image& a, const Image& b) { return a.time_ms > b.time_ms; });
}

const Image* ImageCatalogue::find(std::string_view id) const {
  const auto found = std::find_if(images_.begin(), images_.end(),
                                  [&](const Image& image) { return image.id == id; });
  return found == images_.end() ? nullptr : &*found;
}

unsigned distance(const Image& a, const Image& b) {
  return static_cast<unsigned>(std::popcount(a.look ^ b.look));
}

std::string picture(const Image& image) { return draw(image, image.width, image.height); }

std::string thumbnail(const Image& image) {
  return draw(image, image.width / thumbnail_scale, image.height / thumbnail_scale);
}

}  // namespace penstock::simulator
