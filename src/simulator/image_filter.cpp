#include "simulator/image_filter.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "penstock/core/text.hpp"
#include "penstock/core/time.hpp"

namespace penstock::simulator {
namespace {

constexpr std::int64_t day_ms = 24ll * 60 * 60 * 1000;

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && port > 0;
  return whole ? std::optional(port) : std::nullopt;
}

// Milliseconds since 1970. A date is the begin of its day, or the end.
std::optional<std::int64_t> parse_time(const std::string& text, bool end_of_day) {
  constexpr std::size_t date_size = 10;  // 2015-01-01
  const bool date = text.size() == date_size;
  const std::optional<WallTime> time = parse_rfc3339(date ? text + "T00:00:00Z" : text);
  if (!time) {
    return std::nullopt;
  }
  return time->time_since_epoch().count() + (date && end_of_day ? day_ms - 1 : 0);
}

std::vector<std::vector<std::string>> parse_words(const std::string& text) {
  std::vector<std::vector<std::string>> alternatives(1);
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    if (word == "OR") {
      alternatives.emplace_back();
    } else {
      alternatives.back().push_back(word);
    }
  }
  std::erase_if(alternatives, [](const auto& words) { return words.empty(); });
  return alternatives;
}

bool is_among(const std::vector<std::string_view>& known, std::string_view wanted) {
  return std::any_of(known.begin(), known.end(),
                     [&](std::string_view each) { return iequals_ascii(each, wanted); });
}

}  // namespace

Result<ImageFilter> ImageFilter::parse(const Parameters& parameters) {
  ImageFilter filter;
  const auto wrong = [](const char* why) { return make_error(Errc::invalid_argument, why); };
  for (const auto& [name, value] : parameters) {
    if (name == "ip") {
      filter.addresses_ = parse_range(value);
      if (!filter.addresses_) {
        return wrong("The parameter ip must be an address, a network or a range of addresses.");
      }
    } else if (name == "port") {
      const std::size_t dash = std::min(value.find('-'), value.size());
      const auto first = parse_port(std::string_view(value).substr(0, dash));
      const auto last =
          dash < value.size() ? parse_port(std::string_view(value).substr(dash + 1)) : first;
      if (!first || !last || *first > *last) {
        return wrong("The parameter port must be a port, or a range such as 5900-5910.");
      }
      filter.first_port_ = *first;
      filter.last_port_ = *last;
    } else if (name == "country") {
      filter.country_ = value;
    } else if (name == "tag") {
      filter.tag_ = value;
    } else if (name == "word") {
      filter.words_ = parse_words(value);
      if (filter.words_.empty()) {
        return wrong("The parameter word must hold a word.");
      }
    } else if (name == "from" || name == "to") {
      const auto time = parse_time(value, name == "to");
      if (!time) {
        return wrong("The parameters from and to must be dates such as 2015-01-01, or times.");
      }
      (name == "from" ? filter.from_ms_ : filter.to_ms_) = *time;
    } else {
      continue;
    }
    if (value.find_first_not_of(' ') == std::string::npos) {
      return wrong("A filter must have a value.");
    }
    filter.given_.emplace_back(name, value);
  }
  if (filter.from_ms_ > filter.to_ms_) {
    return wrong("The parameter from must not be later than to.");
  }
  return filter;
}

bool ImageFilter::passes(const Image& image) const {
  const auto has_all = [&](const std::vector<std::string>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const std::string& word) { return is_among(image.words, word); });
  };
  return (!addresses_ || addresses_->contains(image.address)) && image.port >= first_port_ &&
         image.port <= last_port_ &&
         (country_.empty() || iequals_ascii(image.place->code, country_)) &&
         (tag_.empty() || is_among(image.tags, tag_)) &&
         (words_.empty() || std::any_of(words_.begin(), words_.end(), has_all)) &&
         image.time_ms >= from_ms_ && image.time_ms <= to_ms_;
}

}  // namespace penstock::simulator
