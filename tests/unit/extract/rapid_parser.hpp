// RapidJSON's SAX reader in front of an EventHandler: a second opinion on what JSON is, for the
// tests, and a yardstick for the benchmark.
#pragma once

#include <rapidjson/reader.h>

#include <string_view>

#include "extract/event_handler.hpp"

namespace penstock::extract {

// An object of at most limits::max_depth levels with nothing but white space after it, as RapidJSON
// 1.1.0 sees it. It differs from RFC 8259 in that it
//   * lets control characters 0x1a to 0x1f pass in strings (its SIMD scan compares with 0x19),
//   * refuses numbers beyond double's range and high surrogates without their partner.
class RapidParser {
 public:
  // A NUL must stand at or behind the line's end. Up to 15 bytes behind that NUL are read.
  bool accepts(std::string_view line, EventHandler& handler);
  // After a refusal: RapidJSON's reason; none where it read an object and more behind it.
  rapidjson::ParseErrorCode error() const { return reader_.GetParseErrorCode(); }

 private:
  rapidjson::Reader reader_;
};

}  // namespace penstock::extract
