// The arguments of rd_kafka_produceva, collected.
#pragma once

#include <librdkafka/rdkafka.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock::publish {

class RecordArguments {
 public:
  RecordArguments& topic(rd_kafka_topic_t* topic) {
    add(RD_KAFKA_VTYPE_RKT).u.rkt = topic;
    return *this;
  }
  RecordArguments& partition(std::int32_t partition) {
    add(RD_KAFKA_VTYPE_PARTITION).u.i32 = partition;
    return *this;
  }
  RecordArguments& key(std::string_view bytes) {
    add(RD_KAFKA_VTYPE_KEY).u.mem = {pointer(bytes), bytes.size()};
    return *this;
  }
  RecordArguments& value(std::string_view bytes) {
    add(RD_KAFKA_VTYPE_VALUE).u.mem = {pointer(bytes), bytes.size()};
    return *this;
  }
  RecordArguments& flags(int flags) {
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = flags;
    return *this;
  }
  RecordArguments& timestamp(std::int64_t milliseconds) {  // 0: now
    add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = milliseconds;
    return *this;
  }
  RecordArguments& opaque(std::uint64_t number) {
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(number);
    return *this;
  }
  // As a list, which stays the caller's when the call fails: headers given one by one are freed
  // twice then by librdkafka before 2.12.
  RecordArguments& headers(rd_kafka_headers_t* headers) {
    add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
    return *this;
  }

  rd_kafka_error_t* produce(rd_kafka_t* client) {
    return rd_kafka_produceva(client, arguments_.data(), count_);
  }

 private:
  // librdkafka's structure isn't const, but it doesn't write to what it doesn't own.
  static char* pointer(std::string_view bytes) { return const_cast<char*>(bytes.data()); }
  rd_kafka_vu_t& add(rd_kafka_vtype_t type) {
    arguments_[count_].vtype = type;
    return arguments_[count_++];
  }

  std::array<rd_kafka_vu_t, 8> arguments_;
  std::size_t count_ = 0;
};

}  // namespace penstock::publish
