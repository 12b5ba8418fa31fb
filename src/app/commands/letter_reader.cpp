#include "app/commands/letter_reader.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>

#include "app/commands/progress_line.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

using publish::LetterPlace;
using publish::ReadRecord;
using publish::ReadTo;
using publish::StoredLetter;
using publish::TopicReader;

constexpr Duration poll{100};
constexpr Duration silence{10'000};  // of Kafka, while there is more to read
// Where open transactions are waited for: they end within their time-out.
constexpr Duration long_silence = limits::transaction_timeout + silence;

// Gives records to `take` until it returns false, or there are no more.
template <class Take>
Result<void> read_all(TopicReader& reader, Duration longest_silence, Take take) {
  ProgressLine progress;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::string trouble = "nothing comes";
  MonotonicTime last = monotonic_now();
  while (!reader.at_end()) {
    auto record = reader.next(poll);
    const MonotonicTime now = monotonic_now();
    if (!record) {
      trouble = record.error().what;  // librdkafka goes on trying
    } else if (*record) {
      last = now;
      ++records;
      bytes += (*record)->value.size();
      if (!take(std::move(**record))) {
        return {};
      }
    }
    progress.show(now, [&] {
      std::array<char, 96> text{};
      std::snprintf(text.data(), text.size(), "reading dead letters: %llu records, %.1f MB",
                    static_cast<unsigned long long>(records), static_cast<double>(bytes) / 1e6);
      return std::string(text.data());
    });
    if (now - last > longest_silence) {
      return make_error(Errc::kafka, "Kafka: " + trouble + " for " + to_string(longest_silence) +
                                         ", though the topic has more");
    }
  }
  return {};
}

}  // namespace

Result<LetterTopic> read_letter_topic(const publish::KafkaConnection& connection,
                                      const std::string& topic, ReadTo to, Log& log) {
  auto reader = TopicReader::open(connection, {topic}, log, to);
  if (!reader && reader.error().code == Errc::not_found) {
    return make_error(Errc::not_found, "there is no topic " + printable(topic) +
                                           ": has a daemon run with this kafka.topic_prefix?");
  }
  if (!reader) {
    return reader.error();
  }
  LetterTopic found;
  publish::DeadLetterIndex index;
  const auto read =
      read_all(**reader, to == ReadTo::written ? long_silence : silence, [&](ReadRecord&& record) {
        if (!index.add({record.partition, record.offset}, record.headers, record.value.size())) {
          ++found.foreign;
        }
        return true;
      });
  if (!read) {
    return read.error();
  }
  found.letters = index.take();
  return found;
}

Result<std::vector<std::string>> read_letter_bytes(const publish::KafkaConnection& connection,
                                                   const std::string& topic,
                                                   const std::vector<StoredLetter>& letters,
                                                   Log& log) {
  std::map<LetterPlace, std::optional<std::string>> parts;
  std::map<std::int32_t, std::int64_t> offsets;
  for (const StoredLetter& letter : letters) {
    for (const publish::LetterPart& part : letter.parts) {
      parts.emplace(part.place, std::nullopt);
      const auto [first, is_new] = offsets.try_emplace(part.place.partition, part.place.offset);
      first->second = std::min(first->second, part.place.offset);
    }
  }
  auto reader = TopicReader::open_at(connection, topic, offsets, log);
  if (!reader) {
    return reader.error();
  }
  std::size_t missing = parts.size();
  const auto read = read_all(**reader, silence, [&](ReadRecord&& record) {
    const auto part = parts.find({record.partition, record.offset});
    if (part != parts.end() && !part->second) {
      part->second = std::move(record.value);
      --missing;
    }
    return missing > 0;
  });
  if (!read) {
    return read.error();
  }
  if (missing > 0) {
    return make_error(Errc::not_found,
                      "dead letters were deleted while they were read: the "
                      "retention of " +
                          printable(topic) + " is at work; try again");
  }
  std::vector<std::string> bytes;
  for (const StoredLetter& letter : letters) {
    std::string& joined = bytes.emplace_back();
    for (const publish::LetterPart& part : letter.parts) {
      joined += *parts[part.place];
    }
  }
  return bytes;
}

}  // namespace penstock::app
