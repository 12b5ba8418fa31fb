// GET /v1/query/…: events by address, and by text. Pure but for the state.
//
// historical/<target>: all events of scans of it, by target.ip; latest/<target>: the newest for
// each address, port and type. torrent/<target> and torrent/latest/<target>: the same of torrent
// events, by peer.ip, as in the document's example. search?query=TEXT: see search_terms.hpp; it
// looks at the catalogue and at the latest 10,000 results of jobs. What there is to be found:
// event_store.hpp.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "simulator/control.hpp"

namespace penstock::simulator {

// Images included: answer_of_images() has those.
bool is_of_queries(std::string_view path);

// The events that the request asks for, the oldest first, or why there are none. The request
// carries the token.
std::variant<std::vector<StoredEvent>, Answer> find_events(State& state, const ApiRequest& request);

// Found events as the lines of a body.
class FoundScript final : public Script {
 public:
  // `store` outlives it.
  FoundScript(const EventStore& store, std::vector<StoredEvent> events)
      : store_(store), events_(std::move(events)) {}
  std::uint64_t size() const { return events_.size(); }
  void append(std::string& out, std::uint64_t n, LineKind) const override {
    store_.append(out, events_[n]);
  }

 private:
  const EventStore& store_;
  std::vector<StoredEvent> events_;
};

}  // namespace penstock::simulator
