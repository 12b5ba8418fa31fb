// The API's queries for events (API V1 documentation, section Query Endpoints). On the client's
// thread; callbacks come as RestClient's do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "penstock/core/units.hpp"
#include "penstock/remote/rest_client.hpp"
#include "penstock/remote/value_splitter.hpp"

namespace penstock::remote {

enum class QueryKind : std::uint8_t { historical, latest, torrent, torrent_latest, search };

// What GET /v1/query/… is asked for: a target (target.hpp), or the text of a search.
RestRequest query_request(QueryKind kind, const std::string& text);

// Asks, and gives each value of the answer as it comes, on one line; at most one of `max_value`
// bytes is held, however long the answer. Where `each` wants no more, the call ends with
// RestError::Kind::unwanted. What came before an error was given.
void run_query(RestClient& client, RestRequest request, Bytes max_value, ValueSplitter::Each each,
               RestClient::Ended ended);

}  // namespace penstock::remote
