#include "simulator/images.hpp"

#include <algorithm>
#include <charconv>

#include "penstock/core/json_writer.hpp"
#include "simulator/image_filter.hpp"

namespace penstock::simulator {
namespace {

constexpr std::string_view root = "/v1/query/image";
constexpr std::string_view pictures = "/images/", thumbnails = "/thumbs/", jpg = ".jpg";
constexpr std::uint64_t largest_page = 500;
constexpr unsigned similar_within = 16;  // fields; those of a family differ in 8 at most
constexpr double best_score = 26;

// Pictures are of another host than the API's, which is used by its address: the server's name, on
// the port that the client came to.
std::string picture_url(std::string_view host, std::string_view folder, const Image& image) {
  const std::size_t colon = host.rfind(':');
  const std::string port(colon == std::string_view::npos ? "" : host.substr(colon));
  return "https://localhost" + port + std::string(folder) + image.id + std::string(jpg);
}

void append_names(JsonWriter& json, const char* name, const std::vector<std::string_view>& names) {
  json.key(name).begin_array();
  for (const std::string_view each : names) {
    json.string(each);
  }
  json.end_array();
}

void append_place(JsonWriter& json, const Place& place) {
  json.key("geoip").begin_object().field("country_code", place.code).key("city_name");
  place.city.empty() ? json.null() : json.string(place.city);
  json.field("timezone", place.timezone).field("longitude", place.longitude);
  json.field("country_name", place.name).field("latitude", place.latitude).key("location");
  json.begin_array().number(place.longitude).number(place.latitude).end_array().end_object();
}

struct Record {
  const Image& image;
  std::string_view host;  // of the request
  bool ocr = false;
};

void append_urls(JsonWriter& json, const Record& record) {
  json.field("url", picture_url(record.host, pictures, record.image));
  json.field("thumb", picture_url(record.host, thumbnails, record.image));
  json.field("image_id", record.image.id);
}

void append_whole(JsonWriter& json, const Record& record) {
  const Image& image = record.image;
  json.begin_object();
  append_urls(json, record);
  json.field("asn", image.place->asn).field("as_name", image.place->as_name);
  append_place(json, *image.place);
  append_names(json, "tags", image.tags);
  if (record.ocr) {
    append_names(json, "words", image.words);
  }
  json.field("width", std::uint64_t{image.width}).field("height", std::uint64_t{image.height});
  json.field("has_faces", image.faces > 0).field("n_faces", std::uint64_t{image.faces});
  json.field("ip", to_string(image.address)).field("port", std::uint64_t{image.port});
  json.field("country", image.place->code).field("ts", image.time_ms).end_object();
}

// A page of what was found.
struct Page {
  std::uint64_t number = 1, size = 100;
};

// From 1 to `most`; `value` stays where the parameter isn't given. False: it is anything else.
bool read_number(const Parameters& parameters, std::string_view name, std::uint64_t most,
                 std::uint64_t& value) {
  const auto given = parameters.find(name);
  if (given == parameters.end()) {
    return true;
  }
  const std::string& text = given->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= most;
}

Result<Page> parse_page(const Parameters& parameters) {
  Page page;
  if (!read_number(parameters, "page", UINT32_MAX, page.number)) {
    return make_error(Errc::invalid_argument, "The parameter page must be a number from 1 on.");
  }
  if (!read_number(parameters, "pagesize", largest_page, page.size)) {
    return make_error(Errc::invalid_argument,
                      "The parameter pagesize must be a number from 1 to 500.");
  }
  return page;
}

// A request to an image endpoint, its parameters read.
struct Asked {
  const State& state;
  std::string_view host;
  const Parameters& parameters;
  bool ocr() const { return parameters.contains("ocr"); }
};

using Found = std::vector<const Image*>;

template <class Condition>
Found found_where(const State& state, Condition is_wanted) {
  Found found;
  for (const Image& image : state.images.all()) {
    if (is_wanted(image)) {
      found.push_back(&image);
    }
  }
  return found;
}

// `append_event` writes one of `found`; `append_more` members of the envelope.
template <class AppendEvent, class AppendMore>
Answer envelope(const Asked& asked, const Found& found, AppendEvent append_event,
                AppendMore append_more) {
  const Result<Page> page = parse_page(asked.parameters);
  if (!page) {
    return error_answer(400, page.error().what);
  }
  JsonWriter json;
  json.begin_object().field("total_records", std::uint64_t{found.size()});
  json.field("page", page->number);
  append_more(json);
  json.key("events").begin_array();
  const std::uint64_t first = (page->number - 1) * page->size;
  for (std::uint64_t i = first; i < found.size() && i < first + page->size; ++i) {
    append_event(json, *found[i]);
  }
  json.end_array().end_object();
  return {200, std::move(json).str(), "application/json", {}};
}

constexpr auto nothing_more = [](JsonWriter&) {};

auto urls_of(const Asked& asked) {
  return [&asked](JsonWriter& json, const Image& image) {
    json.begin_object();
    append_urls(json, {image, asked.host});
    json.end_object();
  };
}

Answer latest(const Asked& asked) {
  const Found all = found_where(asked.state, [](const Image&) { return true; });
  return envelope(asked, all, urls_of(asked), nothing_more);
}

Answer of_address(const Asked& asked, std::string_view text) {
  const std::optional<IpAddress> address = parse_ip(text);
  if (!address) {
    return error_answer(400, "The path must end in an IP address.");
  }
  const Found found =
      found_where(asked.state, [&](const Image& image) { return image.address == *address; });
  return envelope(
      asked, found,
      [&](JsonWriter& json, const Image& image) {
        append_whole(json, {image, asked.host, asked.ocr()});
      },
      nothing_more);
}

Answer one(const Asked& asked, std::string_view id) {
  const Image* image = asked.state.images.find(id);
  if (image == nullptr) {
    return error_answer(404, "No such image.");
  }
  JsonWriter json;
  append_whole(json, {*image, asked.host, asked.ocr()});
  return {200, std::move(json).str(), "application/json", {}};
}

// The best first. Not the image itself: it is another that is asked for.
Answer similar(const Asked& asked, std::string_view id) {
  const Image* like = asked.state.images.find(id);
  if (like == nullptr) {
    return error_answer(404, "No such image.");
  }
  Found found = found_where(asked.state, [&](const Image& image) {
    return &image != like && distance(image, *like) <= similar_within;
  });
  std::stable_sort(found.begin(), found.end(), [&](const Image* a, const Image* b) {
    return distance(*a, *like) < distance(*b, *like);
  });
  return envelope(
      asked, found,
      [&](JsonWriter& json, const Image& image) {
        const unsigned apart = distance(image, *like);
        json.begin_object();
        append_urls(json, {image, asked.host});
        json.field("score", best_score - apart).field("dist", std::uint64_t{apart}).end_object();
      },
      nothing_more);
}

Answer search(const Asked& asked) {
  const Result<ImageFilter> filter = ImageFilter::parse(asked.parameters);
  if (!filter) {
    return error_answer(400, filter.error().what);
  }
  if (const auto id = asked.parameters.find("similar"); id != asked.parameters.end()) {
    return filter->given().empty()
               ? similar(asked, id->second)
               : error_answer(400, "The parameter similar can't be joined with filters.");
  }
  const Found found =
      found_where(asked.state, [&](const Image& image) { return filter->passes(image); });
  return envelope(asked, found, urls_of(asked), [&](JsonWriter& json) {
    json.key("query").begin_object();
    for (const auto& [name, value] : filter->given()) {
      std::uint64_t number = 0;
      if (name == "port" && read_number(asked.parameters, name, UINT16_MAX, number)) {
        json.field(name, number);
      } else {
        json.field(name, value);
      }
    }
    json.end_object();
  });
}

}  // namespace

bool is_of_images(std::string_view path) {
  return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

Answer answer_of_images(const State& state, const ApiRequest& request) {
  const std::optional<Parameters> parameters = parse_parameters(request.query);
  const auto rest = percent_decoded(request.path.substr(root.size()));
  if (!parameters || !rest) {
    return error_answer(400, "The path and the query must be percent-encoded.");
  }
  constexpr std::string_view of_ip = "/ip/";
  const Asked asked{state, request.host, *parameters};
  if (rest->empty()) {
    return latest(asked);
  }
  if (*rest == "/search") {
    return search(asked);
  }
  if (rest->starts_with(of_ip)) {
    return of_address(asked, std::string_view(*rest).substr(of_ip.size()));
  }
  return one(asked, std::string_view(*rest).substr(1));
}

bool is_of_pictures(std::string_view path) {
  return path.starts_with(pictures) || path.starts_with(thumbnails);
}

Answer answer_of_pictures(const State& state, const ApiRequest& request) {
  const bool whole = request.path.starts_with(pictures);
  std::string_view name = request.path.substr(whole ? pictures.size() : thumbnails.size());
  const bool is_file = name.ends_with(jpg);
  name.remove_suffix(is_file ? jpg.size() : 0);
  const Image* image = is_file ? state.images.find(name) : nullptr;
  if (image == nullptr) {
    return error_answer(404, "No such image.");
  }
  return {200, whole ? picture(*image) : thumbnail(*image), "image/jpeg", {}};
}

}  // namespace penstock::simulator
