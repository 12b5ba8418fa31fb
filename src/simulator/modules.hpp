// The scanner's modules: how often each reports, on which ports, and what its result looks like.
// Source of the members: the vendor's module documents, as collected in docs/events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "simulator/event_writer.hpp"

namespace penstock::simulator {

struct Module {
  std::string_view type;      // origin.type
  std::uint32_t per_mille;    // of scan events
  std::string_view ports[4];  // as JSON values: telnet's is a string
  bool has_protocol;          // whether target.protocol is there
  bool takes_host_names;      // grabs by name
  void (*append_result)(EventWriter&);
};

const Module& port_module();
// Drawn by weight.
const Module& random_module(SplitMix64& random);
// The value of `result` of an mqtt event with `bytes` of captured messages.
void append_mqtt_result(EventWriter& writer, std::size_t bytes);

}  // namespace penstock::simulator
