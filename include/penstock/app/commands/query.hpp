// The API's queries for events, for commands.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/remote/query_client.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::app {

struct QueryWanted {
  remote::QueryKind kind = remote::QueryKind::latest;
  std::string text;  // a target or a search
};

struct QueryAnswer {
  std::uint64_t events = 0;    // printed or published
  std::uint64_t left_out = 0;  // values that are no events
  std::string first_left_out;  // what is wrong with the first of them
  std::string failure;         // why there may be more events; empty: the answer was whole
};

// Prints each event of the answer on standard output as it comes, one a line. Ends early where
// nobody reads any more.
Result<QueryAnswer> print_query(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                const QueryWanted& wanted);

// Publishes them to the topic `query`, some 256 KiB in one transaction.
Result<QueryAnswer> publish_query(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                  const QueryWanted& wanted);

}  // namespace penstock::app
