// Events of the scanner, as firehose and stream carry them, and a job's status messages.
#pragma once

#include <cstdint>
#include <string_view>

#include "penstock/core/job_words.hpp"
#include "penstock/simulator/event_generator.hpp"
#include "simulator/event_writer.hpp"

namespace penstock::simulator {

// What is the same in all events of one scan.
struct ScanOrigin {
  std::int64_t time_ms;  // origin.ts, milliseconds since 1970
  std::string_view job;  // without `client-`; empty: none
  // What was scanned, an address or a host name; empty: any.
  std::string_view target{};
};

// All of it but the origin is drawn from the writer's random numbers.
void append_scan(EventWriter& w, const ScanOrigin& origin, Mix mix);
void append_job_status(std::string& out, const ScanOrigin& origin, const JobFlags& flags);

}  // namespace penstock::simulator
