#include "penstock/publish/router.hpp"

#include <openssl/sha.h>

#include <algorithm>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

std::optional<std::string_view> key_of(const Event& event, KeyField field) {
  switch (field) {
    case KeyField::ip:
      return event.has_ip ? std::optional(event.ip) : std::nullopt;
    case KeyField::job_id:
      return event.has_job_id ? std::optional(event.job_id) : std::nullopt;
    case KeyField::type:
      return event.has_type ? std::optional(event.type) : std::nullopt;
    case KeyField::none:
      break;
  }
  return std::nullopt;
}

std::int64_t milliseconds(WallTime time) { return time.time_since_epoch().count(); }

std::string_view keep(Record& record, std::string text) {
  return record.storage.emplace_back(std::move(text));
}

// 128 bits of the event's SHA-256, in hex: the same content has the same id wherever it comes from.
std::string content_id(std::string_view line) {
  constexpr std::size_t id_bytes = 16;
  constexpr std::string_view hex = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(line.data()), line.size(), digest.data());
  std::string id;
  for (std::size_t i = 0; i < id_bytes; ++i) {
    id += hex[digest[i] >> 4];
    id += hex[digest[i] & 0xf];
  }
  return id;
}

void reset(Record& record) {
  record.headers.clear();
  record.storage.clear();
}

}  // namespace

void Router::route(const Event& event, const Block& block, Record& record) const {
  reset(record);
  record.key = key_of(event, options_.key);
  record.value = event.line;
  // Kafka takes no negative timestamp; a claim of before 1970 is no time of receipt either.
  const bool by_event =
      options_.timestamp == TimestampField::event && event.time_ms.value_or(-1) >= 0;
  record.timestamp_ms = by_event ? *event.time_ms : milliseconds(block.received_at);
  switch (options_.headers) {
    case HeaderSet::none:
      break;
    case HeaderSet::basic:
      if (event.has_type) {
        record.headers.push_back({"penstock.type", event.type});
      }
      if (event.has_job_id) {
        record.headers.push_back({"penstock.job_id", event.job_id});
      }
      break;
    case HeaderSet::cloudevents:
      add_cloud_event(event, block, record);
      break;
  }
}

// CloudEvents 1.0, Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
void Router::add_cloud_event(const Event& event, const Block& block, Record& record) const {
  const WallTime time = event.time_ms.value_or(-1) >= 0
                            ? WallTime(std::chrono::milliseconds(*event.time_ms))
                            : block.received_at;
  record.headers.push_back({"ce_specversion", "1.0"});
  record.headers.push_back({"ce_id", keep(record, content_id(event.line))});
  record.headers.push_back({"ce_source", options_.stream_url});
  record.headers.push_back({"ce_type", keep(record, "io.binaryedge." + std::string(event.type))});
  record.headers.push_back({"ce_time", keep(record, to_rfc3339(time))});
  if (event.has_ip) {
    record.headers.push_back({"ce_subject", event.ip});
  }
  record.headers.push_back({"content-type", "application/json"});
}

std::vector<std::string_view> Router::parts(std::string_view bytes) {
  std::vector<std::string_view> parts;
  const std::size_t size = limits::dead_letter_part.count;
  do {
    parts.push_back(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  } while (!bytes.empty());
  return parts;
}

void Router::route_dead_letter(const DeadLetter& letter, std::string_view source,
                               const Block& block, std::size_t part, std::size_t parts,
                               std::string_view bytes, Record& record) {
  reset(record);
  record.key.reset();
  record.value = bytes;
  record.timestamp_ms = milliseconds(block.received_at);
  record.headers.push_back({"penstock.reason", to_string(letter.reason)});
  record.headers.push_back({"penstock.source", source});
  record.headers.push_back({"penstock.session", keep(record, std::to_string(block.session.value))});
  record.headers.push_back({"penstock.received_at", keep(record, to_rfc3339(block.received_at))});
  record.headers.push_back({"penstock.size", keep(record, std::to_string(letter.size))});
  if (parts > 1) {
    record.headers.push_back(
        {"penstock.part", keep(record, std::to_string(part + 1) + "/" + std::to_string(parts))});
  }
}

}  // namespace penstock::publish
