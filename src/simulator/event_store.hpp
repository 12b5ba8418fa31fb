// What queries find: a catalogue of made-up hosts with their history, and the results of jobs.
//
// The catalogue is the same for a seed: hosts in 198.51.100.0/24, 203.0.113.0/24 and 2001:db8::/32
// (the documentation's networks, RFC 5737 and RFC 3849), each with scan events and torrent events
// of the 90 days before 2023-11-14. An event's bytes are made again whenever they are asked for; 64
// bytes are kept of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/address_range.hpp"
#include "simulator/job_lines.hpp"

namespace penstock::simulator {

struct StoredEvent {
  enum class Kind : std::uint8_t { scan, torrent, result };
  Kind kind;
  std::uint64_t number;  // in the catalogue, or among what happened to jobs
  std::int64_t time_ms;
  std::optional<IpAddress> address;  // none: of a host name
  std::uint64_t service;             // stands for port and type
};

class EventStore {
 public:
  // The arguments outlive it.
  EventStore(const EventGenerator& generator, const JobLines& jobs, std::uint64_t seed)
      : generator_(generator), jobs_(jobs), seed_(seed) {}

  // Takes in what happened to jobs since. The first time it makes the catalogue, too.
  void catch_up();

  // Events of scans by target.ip, or torrent events by peer.ip: the oldest first.
  std::vector<StoredEvent> scans(const AddressRange& of) const;
  std::vector<StoredEvent> torrents(const AddressRange& of) const;
  // All events of scans of the catalogue, and the latest of jobs, up to `most_results`.
  std::vector<StoredEvent> latest_scans(std::size_t most_results) const;

  // Without line end.
  void append(std::string& out, const StoredEvent& event) const;

 private:
  void add_host(std::string_view address, std::uint64_t number);
  void add(StoredEvent::Kind kind, std::string_view address, std::int64_t time_ms);
  StoredEvent stored(StoredEvent::Kind kind, std::uint64_t number, std::string_view bytes) const;

  const EventGenerator& generator_;
  const JobLines& jobs_;
  std::uint64_t seed_;
  struct Made {
    std::string address;
    std::int64_t time_ms;
  };
  std::vector<Made> made_;           // of the catalogue, by number
  std::vector<StoredEvent> events_;  // of the catalogue by time, then those of jobs
  std::size_t catalogue_size_ = 0;   // in events_
  std::uint64_t happenings_ = 0;     // seen so far
};

// The newest event for each address, port and type; the oldest of them first. `events`: by time.
std::vector<StoredEvent> newest(const std::vector<StoredEvent>& events);

}  // namespace penstock::simulator
