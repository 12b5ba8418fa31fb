// What an error of librdkafka means for a record or a producer. Pure.
#pragma once

#include <librdkafka/rdkafka.h>

namespace penstock::publish {

// The record, or the batch that it is in.
inline bool is_too_large(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         error == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

// The broker refuses the record for what it is, not for what the broker's state is.
inline bool refused_for_itself(rd_kafka_resp_err_t error) {
  return is_too_large(error) || error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD || error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

inline bool is_missing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

// The same of a queued record, whose partition went with its topic.
inline bool is_missing_for_record(rd_kafka_resp_err_t error) {
  return is_missing(error) || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

// What librdkafka does to the records of a transaction that has failed for another reason.
inline bool is_taken_back(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

inline bool is_fencing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

}  // namespace penstock::publish
