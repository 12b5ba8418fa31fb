// Reads topics as a consumer that counts on transactions does: read_committed, from the beginning
// or from now, without a consumer group's memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"

namespace penstock::publish {

struct ReadRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers{};
};

// How far there is something to read.
enum class ReadTo : std::uint8_t {
  committed,  // up to the first open transaction
  written,  // up to what was written when the reader was opened, whose transactions have all ended
};

class TopicReader {
 public:
  // `not_found` where a topic doesn't exist.
  static Result<std::unique_ptr<TopicReader>> open(const KafkaConnection& connection,
                                                   const std::vector<std::string>& topics, Log& log,
                                                   ReadTo to = ReadTo::committed);
  // One topic, from offsets on: by partition; the others aren't read.
  static Result<std::unique_ptr<TopicReader>> open_at(
      const KafkaConnection& connection, const std::string& topic,
      const std::map<std::int32_t, std::int64_t>& offsets, Log& log);
  virtual ~TopicReader() = default;
  // The next record, or nothing within `timeout`.
  virtual Result<std::optional<ReadRecord>> next(Duration timeout) = 0;
  // next() found nothing more in any partition, as far as ReadTo says. New records may come after.
  virtual bool at_end() const = 0;
};

}  // namespace penstock::publish
