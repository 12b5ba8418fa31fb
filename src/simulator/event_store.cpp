#include "simulator/event_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include "simulator/json_reading.hpp"
#include "simulator/random.hpp"

namespace penstock::simulator {
namespace {

constexpr std::uint64_t host_stream = 0x6a;  // apart from other random numbers

struct Network {
  std::string_view cidr;
  std::size_t hosts;
  std::uint64_t spread;  // addresses among which the hosts are
};
constexpr std::array networks{Network{"198.51.100.0/24", 40, 254},
                              Network{"203.0.113.0/24", 40, 254},
                              Network{"2001:db8::/32", 20, 65'000}};
constexpr std::uint64_t history_ms = 90ull * 24 * 60 * 60 * 1000;

// What of an event's bytes it is found by.
struct Subject {
  std::optional<IpAddress> address;
  std::uint64_t service = 0;
  std::int64_t time_ms = 0;
};

Subject subject_of(std::string_view event) {
  std::string port, type, address, time;
  scan_json(event, [&](const JsonScalar& scalar) {
    const bool subject = scalar.outer == "target" || scalar.outer == "peer";
    const bool origin = scalar.outer == "origin";
    if (scalar.depth == 2 && (subject || origin)) {
      std::string* const field = subject && scalar.name == "ip"     ? &address
                                 : subject && scalar.name == "port" ? &port
                                 : origin && scalar.name == "type"  ? &type
                                 : origin && scalar.name == "ts"    ? &time
                                                                    : nullptr;
      if (field != nullptr) {
        *field = scalar.text;
      }
    }
    return address.empty() || port.empty() || type.empty() || time.empty();
  });
  Subject subject{parse_ip(address), std::hash<std::string>{}(port + ' ' + type), 0};
  std::from_chars(time.data(), time.data() + time.size(), subject.time_ms);
  return subject;
}

bool is_older(const StoredEvent& a, const StoredEvent& b) { return a.time_ms < b.time_ms; }

template <class Condition>
std::vector<StoredEvent> by_time(const std::vector<StoredEvent>& events, Condition is_wanted) {
  std::vector<StoredEvent> found;
  std::copy_if(events.begin(), events.end(), std::back_inserter(found), is_wanted);
  std::stable_sort(found.begin(), found.end(), is_older);
  return found;
}

}  // namespace

void EventStore::catch_up() {
  if (catalogue_size_ == 0) {
    std::uint64_t number = 0;
    for (const Network& network : networks) {
      const AddressRange range = *parse_range(network.cidr);
      for (std::size_t i = 0; i < network.hosts; ++i, ++number) {
        // Neither a network's first address nor one twice.
        add_host(to_string(range.at(1 + i * network.spread / network.hosts)), number);
      }
    }
    std::stable_sort(events_.begin(), events_.end(), is_older);
    catalogue_size_ = events_.size();
  }
  const std::vector<JobBook::Happening>& happenings = jobs_.book().happenings();
  std::string line;
  for (; happenings_ < happenings.size(); ++happenings_) {
    const JobBook::Happening& happening = happenings[happenings_];
    const Job& job = jobs_.book().jobs()[happening.job];
    if (job.life.moment(happening.moment).what == JobLife::What::result) {
      line.clear();
      jobs_.append(line, happenings_);
      events_.push_back(stored(StoredEvent::Kind::result, happenings_, line));
    }
  }
}

void EventStore::add_host(std::string_view address, std::uint64_t number) {
  SplitMix64 random(seed_, host_stream, number);
  const auto times = [&](StoredEvent::Kind kind, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto age = static_cast<std::int64_t>(random.below(history_ms));
      add(kind, address, EventGenerator::time_ms(0) - age);
    }
  };
  times(StoredEvent::Kind::scan, random.between(2, 14));
  times(StoredEvent::Kind::torrent, random.below(4));
}

void EventStore::add(StoredEvent::Kind kind, std::string_view address, std::int64_t time_ms) {
  const std::uint64_t number = made_.size();
  made_.push_back({std::string(address), time_ms});
  std::string line;
  append(line, {kind, number, time_ms, {}, 0});
  events_.push_back(stored(kind, number, line));
}

StoredEvent EventStore::stored(StoredEvent::Kind kind, std::uint64_t number,
                               std::string_view bytes) const {
  const Subject subject = subject_of(bytes);
  return {kind, number, subject.time_ms, subject.address, subject.service};
}

std::vector<StoredEvent> EventStore::scans(const AddressRange& of) const {
  return by_time(events_, [&](const StoredEvent& event) {
    return event.kind != StoredEvent::Kind::torrent && event.address && of.contains(*event.address);
  });
}

std::vector<StoredEvent> EventStore::torrents(const AddressRange& of) const {
  return by_time(events_, [&](const StoredEvent& event) {
    return event.kind == StoredEvent::Kind::torrent && event.address && of.contains(*event.address);
  });
}

std::vector<StoredEvent> EventStore::latest_scans(std::size_t most_results) const {
  const std::size_t results = events_.size() - catalogue_size_;
  const StoredEvent* const first =
      events_.data() + catalogue_size_ + (results - std::min(results, most_results));
  return by_time(events_, [&](const StoredEvent& event) {
    return event.kind == StoredEvent::Kind::scan ||
           (event.kind == StoredEvent::Kind::result && &event >= first);
  });
}

void EventStore::append(std::string& out, const StoredEvent& event) const {
  switch (event.kind) {
    case StoredEvent::Kind::scan:
      generator_.append_scan_of(out, made_[event.number].address, event.number,
                                made_[event.number].time_ms);
      return;
    case StoredEvent::Kind::torrent:
      generator_.append_peer(out, made_[event.number].address, event.number,
                             made_[event.number].time_ms);
      return;
    case StoredEvent::Kind::result:
      jobs_.append(out, event.number);
  }
}

std::vector<StoredEvent> newest(const std::vector<StoredEvent>& events) {
  std::set<std::tuple<std::optional<IpAddress>, std::uint64_t>> seen;
  std::vector<StoredEvent> latest;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (seen.emplace(event->address, event->service).second) {
      latest.push_back(*event);
    }
  }
  std::reverse(latest.begin(), latest.end());
  return latest;
}

}  // namespace penstock::simulator
