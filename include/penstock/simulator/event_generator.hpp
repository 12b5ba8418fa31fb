// Made-up events of the BinaryEdge API V1, as pure functions of (seed, source, index).
//
// The members, sizes and mix are those of the vendor's module documents: mostly port events, 0.3 to
// 15 kB for most modules, 50 to 100 kB for ssl, rarely megabytes for mqtt; about 2.2 kB on average.
// Some events carry what strict or fast parsers trip over and RFC 8259 allows: 1e400, lone
// surrogate escapes, white space around the object, 64 levels of nesting. Two events are equal only
// where that is asked for, or by a chance that is small beyond concern.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"

namespace penstock::simulator {

struct EventWriter;

enum class Source : std::uint8_t { firehose, stream, torrent, sinkhole };
inline constexpr std::array all_sources{Source::firehose, Source::stream, Source::torrent,
                                        Source::sinkhole};
std::string_view to_string(Source source) noexcept;
std::optional<Source> source_named(std::string_view name) noexcept;

enum class Mix : std::uint8_t {
  mixed,  // every type
  port,   // firehose and stream have port events only, 280 B on average
};

// What a line is. Everything but `event` is a line that a reader must set aside.
enum class LineKind : std::uint8_t {
  event,
  invalid_json,
  truncated,  // an event without its end: invalid JSON as well
  not_an_object,
  invalid_utf8,
  too_deep,
  too_large,
};
// Why a reader sets such a line aside.
std::optional<DeadLetterReason> reason(LineKind kind) noexcept;

// A made-up job of the endless /stream. `id` is without `client-`.
struct StreamJob {
  std::string id;
  std::uint64_t first = 0;   // index of its job_status "created"
  std::uint64_t last = 0;    // index of its job_status "completed"
  std::string_view outcome;  // success, failed, revoked
};

// Immutable after construction; any thread may call any member.
class EventGenerator {
 public:
  explicit EventGenerator(std::uint64_t seed, Mix mix = Mix::mixed);
  ~EventGenerator();
  EventGenerator(const EventGenerator&) = delete;
  EventGenerator& operator=(const EventGenerator&) = delete;

  // Appends line `n` of `source` without its line end. Deterministic, and fast enough to feed a
  // benchmark: several hundred MB/s. `time_ms`: origin.ts, milliseconds since 1970; without one, a
  // millisecond an event from a fixed moment on.
  void append(std::string& out, Source source, std::uint64_t n) const;
  void append(std::string& out, Source source, std::uint64_t n, std::int64_t time_ms) const;
  static std::int64_t time_ms(std::uint64_t n) noexcept;

  // The same for any kind of line. `max_event` is the size that a too_large line exceeds.
  void append(std::string& out, Source source, std::uint64_t n, std::int64_t time_ms, LineKind kind,
              Bytes max_event) const;

  // Appends a result of a job, whose id has no `client-`; of `target`, an address or a host name,
  // where there is one. Equal arguments give equal events.
  void append_job_event(std::string& out, std::string_view job, std::uint64_t identity,
                        std::int64_t time_ms, std::string_view target = {}) const;
  // The same of a scan that no job asked for, and of a torrent's peer.
  void append_scan_of(std::string& out, std::string_view target, std::uint64_t identity,
                      std::int64_t time_ms) const;
  void append_peer(std::string& out, std::string_view peer, std::uint64_t identity,
                   std::int64_t time_ms) const;

  // The job of event `n` of the endless /stream.
  StreamJob job_at(std::uint64_t n) const;
  // The `count` youngest jobs among the first `events` events of /stream, the youngest first.
  std::vector<StreamJob> jobs_before(std::uint64_t events, std::size_t count) const;

 private:
  struct Pools;
  void append_of_lane(EventWriter& writer, std::uint64_t n, std::int64_t time_ms) const;

  std::uint64_t seed_;
  Mix mix_;
  std::unique_ptr<const Pools> pools_;  // text that events are cut from
};

}  // namespace penstock::simulator
