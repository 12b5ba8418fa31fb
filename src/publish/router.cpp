#include "penstock/publish/router.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

std::int64_t milliseconds(WallTime time) { return time.time_since_epoch().count(); }

std::string_view keep(Record& record, std::string text) {
  return record.storage.emplace_back(std::move(text));
}

// In hex, 32 digits.
std::string to_hex(Fingerprint id) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx",
                static_cast<unsigned long long>(id.high), static_cast<unsigned long long>(id.low));
  return text.data();
}

Fingerprint digest_of(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  Fingerprint id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.high = id.high << 8 | digest[i];
    id.low = id.low << 8 | digest[i + 8];
  }
  return id;
}

// The same content has the same id wherever it comes from: by its value where the channel has a
// ledger, as replays may write it otherwise, else by its bytes. Twins of a job are numbered.
std::string content_id(const Event& event, const Batch& batch, std::size_t index) {
  const bool has_value = !batch.fingerprints.empty() && batch.fingerprints[index] != Fingerprint{};
  std::string id = to_hex(has_value ? batch.fingerprints[index] : digest_of(event.line));
  if (!batch.copies.empty() && batch.copies[index] > 1) {
    id += "-" + std::to_string(batch.copies[index]);
  }
  return id;
}

// The event's own, where that is one: before 1970 Kafka takes none, and for 0 librdkafka puts the
// time of its sending.
WallTime time_of(const Event& event, const Batch& batch) {
  return event.time_ms.value_or(0) > 0 ? WallTime(std::chrono::milliseconds(*event.time_ms))
                                       : batch.block.received_at;
}

void reset(Record& record) {
  record.headers.clear();
  record.storage.clear();
}

}  // namespace

std::optional<std::string_view> Router::key(const Event& event) const {
  switch (options_.key) {
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

void Router::route(const Event& event, const Batch& batch, std::size_t index,
                   Record& record) const {
  reset(record);
  record.key = key(event);
  record.value = event.line;
  record.timestamp_ms =
      milliseconds(options_.timestamp == TimestampField::event ? time_of(event, batch)
                                                               : batch.block.received_at);
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
      if (batch.channel_kind == ChannelKind::replay) {
        record.headers.push_back({"penstock.replayed", "1"});
      }
      break;
    case HeaderSet::cloudevents:
      add_cloud_event(event, batch, index, record);
      break;
  }
}

// CloudEvents 1.0, Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
void Router::add_cloud_event(const Event& event, const Batch& batch, std::size_t index,
                             Record& record) const {
  record.headers.push_back({"ce_specversion", "1.0"});
  record.headers.push_back({"ce_id", keep(record, content_id(event, batch, index))});
  record.headers.push_back({"ce_source", options_.stream_url});
  record.headers.push_back({"ce_type", keep(record, "io.binaryedge." + std::string(event.type))});
  record.headers.push_back({"ce_time", keep(record, to_rfc3339(time_of(event, batch)))});
  if (event.has_ip && !event.ip_is_origin) {
    record.headers.push_back({"ce_subject", event.ip});
  }
  record.headers.push_back({"content-type", "application/json"});
}

std::vector<std::string_view> Router::parts(std::string_view bytes, Bytes size) {
  std::vector<std::string_view> parts;
  do {
    parts.push_back(bytes.substr(0, size.count));
    bytes.remove_prefix(std::min<std::size_t>(size.count, bytes.size()));
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
