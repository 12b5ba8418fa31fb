#include "publish/producer_properties.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

using Properties = std::map<std::string, std::string>;

Properties told(const Properties& configured, Bytes max_event = 16_MiB) {
  return producer_properties({.connection = {.brokers = "", .properties = configured},
                              .transactional_id = "penstock.a.firehose",
                              .topics = {},
                              .max_event = max_event});
}

std::uint64_t number(const Properties& properties, const std::string& name) {
  return std::stoull(properties.at(name));
}

TEST(ProducerProperties, ValuesArePackedFromWhereTheyStand) {
  for (const Properties& packed :
       {Properties{{"compression.codec", "lz4"}}, Properties{{"compression.type", "zstd"}}}) {
    EXPECT_EQ(told(packed).count("message.copy.max.bytes"), 1u);
  }
}

TEST(ProducerProperties, ValuesAreCopiedWhereTheyAreNotPacked) {
  for (const Properties& plain : {Properties{}, Properties{{"compression.codec", "none"}}}) {
    EXPECT_EQ(told(plain).count("message.copy.max.bytes"), 0u);
  }
}

// librdkafka makes it for so many records, each with what stands around it.
TEST(ProducerProperties, ABufferOfSmallValuesIsKeptByMalloc) {
  constexpr std::uint64_t records = 10'000;  // batch.num.messages
  constexpr std::uint64_t around = 60;
  const auto copied = number(told({{"compression.codec", "lz4"}}), "message.copy.max.bytes");
  EXPECT_LT(records * (copied + around), limits::returned_at_once.count);
}

TEST(ProducerProperties, WhatIsConfiguredForCopiesStays) {
  const Properties configured{{"compression.codec", "lz4"}, {"message.copy.max.bytes", "1000"}};
  EXPECT_EQ(told(configured).count("message.copy.max.bytes"), 0u);
}

TEST(ProducerProperties, TheLargestEventHasRoom) {
  for (const Bytes event : {1_KiB, 16_MiB, 900_MiB}) {
    const Properties properties = told({}, event);
    EXPECT_GT(number(properties, "message.max.bytes"), event.count);
    EXPECT_GE(number(properties, "queue.buffering.max.kbytes") * 1024, event.count);
  }
  EXPECT_EQ(number(told({}, Bytes{2'000'000'000}), "message.max.bytes"), 1'000'000'000u)
      << "librdkafka takes no more";
}

}  // namespace
}  // namespace penstock::publish
