// Decides what a Kafka record of an event looks like: key, timestamp, headers. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/block.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"

namespace penstock::publish {

enum class KeyField : std::uint8_t { ip, job_id, type, none };
enum class TimestampField : std::uint8_t { received, event };
enum class HeaderSet : std::uint8_t { none, basic, cloudevents };

struct Header {
  std::string_view name;
  std::string_view value;
};

// Views into the event, the router, or `storage`; good until the record is reused.
struct Record {
  std::optional<std::string_view> key;
  std::string_view value;  // without data(): none at all, a tombstone
  std::int64_t timestamp_ms = 0;
  std::vector<Header> headers;
  std::deque<std::string> storage;
};

struct RouterOptions {
  KeyField key = KeyField::ip;
  TimestampField timestamp = TimestampField::received;
  HeaderSet headers = HeaderSet::none;
  std::string stream_url{};  // of `ce_source`; without credentials
};

class Router {
 public:
  explicit Router(RouterOptions options) : options_(std::move(options)) {}

  // That of its record. Points into the event; none: it has no such field.
  std::optional<std::string_view> key(const Event& event) const;

  // Fills `record`, which may be one of an earlier event. `event` is the batch's at `index`.
  void route(const Event& event, const Batch& batch, std::size_t index, Record& record) const;

  // The parts in which a dead letter is written; one, but for those above `size`.
  static std::vector<std::string_view> parts(std::string_view bytes, Bytes size);
  static void route_dead_letter(const DeadLetter& letter, std::string_view source,
                                const Block& block, std::size_t part, std::size_t parts,
                                std::string_view bytes, Record& record);

 private:
  void add_cloud_event(const Event& event, const Batch& batch, std::size_t index,
                       Record& record) const;
  RouterOptions options_;
};

}  // namespace penstock::publish
