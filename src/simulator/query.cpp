#include "simulator/query.hpp"

#include <algorithm>

#include "simulator/search_terms.hpp"
#include "simulator/url_text.hpp"

namespace penstock::simulator {
namespace {

constexpr std::string_view root = "/v1/query/";
constexpr std::size_t searched_results = 10'000;  // some 20 MB to be read: a tenth of a second

std::variant<std::vector<StoredEvent>, Answer> search(const EventStore& store,
                                                      std::string_view query) {
  const std::optional<Parameters> parameters = parse_parameters(query);
  if (!parameters) {
    return error_answer(400, "The query must be percent-encoded.");
  }
  const auto text = parameters->find("query");
  const Result<std::vector<SearchTerm>> terms =
      parse_search(text == parameters->end() ? "" : text->second);
  if (!terms) {
    return error_answer(400, terms.error().what);
  }
  std::vector<StoredEvent> found = store.latest_scans(searched_results);
  std::string bytes;
  std::erase_if(found, [&](const StoredEvent& event) {
    bytes.clear();
    store.append(bytes, event);
    return !meets(bytes, *terms);
  });
  return found;
}

}  // namespace

bool is_of_queries(std::string_view path) { return path.starts_with(root); }

std::variant<std::vector<StoredEvent>, Answer> find_events(State& state,
                                                           const ApiRequest& request) {
  const std::string_view rest = request.path.substr(root.size());
  state.events.catch_up();
  if (rest == "search") {
    return search(state.events, request.query);
  }
  struct Kind {
    std::string_view folder;
    bool torrent, latest;
  };
  // torrent/latest/ before torrent/, which it begins with.
  constexpr Kind kinds[] = {{"historical/", false, false},
                            {"latest/", false, true},
                            {"torrent/latest/", true, true},
                            {"torrent/", true, false}};
  const auto* const kind = std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& known) {
    return rest.starts_with(known.folder);
  });
  if (kind == std::end(kinds)) {
    return error_answer(404, "There is nothing here.");
  }
  const auto target = percent_decoded(rest.substr(kind->folder.size()));
  const auto range = target ? parse_range(*target) : std::nullopt;
  if (!range) {
    return error_answer(400,
                        "The target must be an IP address, a network such as 192.0.2.0/24, or "
                        "a range such as 192.0.2.1-192.0.2.9.");
  }
  const std::vector<StoredEvent> events =
      kind->torrent ? state.events.torrents(*range) : state.events.scans(*range);
  return kind->latest ? newest(events) : events;
}

}  // namespace penstock::simulator
