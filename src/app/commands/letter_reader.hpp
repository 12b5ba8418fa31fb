// Reads the topic of dead letters: what there is, and then the bytes of some.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/publish/dead_letter_index.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/topic_reader.hpp"

namespace penstock::app {

struct LetterTopic {
  std::vector<publish::StoredLetter> letters;
  std::uint64_t foreign = 0;  // records that aren't penstock's
};

// The whole topic. Holds no bytes of letters.
Result<LetterTopic> read_letter_topic(const publish::KafkaConnection& connection,
                                      const std::string& topic, publish::ReadTo to, Log& log);

// Of each letter, in their order, the parts that are there, joined.
Result<std::vector<std::string>> read_letter_bytes(
    const publish::KafkaConnection& connection, const std::string& topic,
    const std::vector<publish::StoredLetter>& letters, Log& log);

}  // namespace penstock::app
