// The project's parser beside RapidJSON on valid events with random damage: both must agree, but
// for what RapidJSON is known to do otherwise.
#include <gtest/gtest.h>
#include <rapidjson/error/error.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "extract/event_handler.hpp"
#include "extract/json_parser.hpp"
#include "extract/line_parser.hpp"
#include "penstock/core/text.hpp"
#include "penstock/core/utf8.hpp"
#include "unit/extract/rapid_parser.hpp"

namespace penstock::extract {
namespace {

using Random = std::mt19937_64;

const std::vector<std::string> seeds{
    R"({"origin":{"type":"port","job_id":"client-77","country":"us","module":"portscan","ts":1714521600123,"ip":"192.0.2.1","port":40123},"target":{"ip":"198.51.100.7","port":443,"protocol":"tcp"},"result":{"data":{"response":"synack"}}})",
    R"({"target":{"port":"23","ip":"2001:db8::1"},"data":{"payload":"GET \/ HTTP\/1.1\r\nHost: \"x\"\u0000\ud83d\ude00"},"origin":{"ip":"203.0.113.9","type":"sinkhole","ts":1.7e12}})",
    R"({"origin":{"type":"peer","module":"torrent","ts":1},"node":{"ip":"a","port":1},"peer":{"ip":"b","port":6881},"torrent":{"infohash":"00ff","name":"grün €😀"}})",
    R"( { "a" : [ 0 , -1.5e+10 , 1E-3 , true , false , null , { } , [ ] , "" ] , "origin" : { "type" : "ssl" , "job_id" : "x\ny" } } )",
    R"({"origin":{"job_id":"client-1","type":"job_status"},"status":{"success":null,"started":true,"completed":null,"revoked":false}})",
    R"({"result":{"data":{"cert_info":{"certificate_chain":[{"as_pem":"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n","as_dict":{"v":[3,[[[{"x":[]}]]]]}}]}}},"origin":{"type":"ssl"}})",
    R"({"origin":{"ts":123456789012345678901234567890,"ts":0.000001e6,"type":"a","type":"b"},"n":[1e308,1e-400,9007199254740993]})"};

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

char some_byte(Random& random) {
  constexpr std::string_view telling = "{}[]:,\"\\/ \t\r\n0123456789.-+eEutrfnbdD8Cc\x1a\x1f\x7f";
  return below(random, 4) == 0 ? static_cast<char>(random())
                               : telling[below(random, telling.size())];
}

void damage(std::string& text, Random& random) {
  if (text.empty()) {
    return;
  }
  const std::size_t at = below(random, text.size());
  switch (below(random, 6)) {
    case 0:
    case 1:
      text[at] = some_byte(random);
      break;
    case 2:
      text.insert(at, 1, some_byte(random));
      break;
    case 3:
      text.erase(at, 1 + below(random, 3));
      break;
    case 4:
      text.insert(at, text.substr(below(random, text.size()), below(random, 20)));
      break;
    default:
      text.resize(at);
  }
}

auto fields(const EventHandler& handler) {
  Event event;
  std::deque<std::string> decoded;
  handler.fill(event, decoded);
  return std::tuple(std::string(event.type), std::string(event.job_id), std::string(event.ip),
                    std::string(event.country), event.time_ms, event.port, event.has_type,
                    event.has_job_id, event.has_ip);
}

bool has_control_rapidjson_takes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 0x1a && c < 0x20; });
}

bool refused_by_range_or_surrogate(rapidjson::ParseErrorCode error) {
  return error == rapidjson::kParseErrorNumberTooBig ||
         error == rapidjson::kParseErrorStringUnicodeSurrogateInvalid;
}

class Differential : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Differential, AgreesWithRapidJsonOnDamagedEvents) {
  Random random(GetParam());
  RapidParser rapid;
  LineParser line_parser;
  EventHandler ours, theirs;
  std::size_t accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = seeds[below(random, seeds.size())];
    for (std::size_t n = below(random, 4); n > 0; --n) {
      damage(text, random);
    }
    // Behind the line: a line that could go on with it, a NUL, and what RapidJSON's SIMD reads.
    const std::string block = text + "\n1,\"a\":1}]}" + std::string(16, '\0');
    const std::string_view line = std::string_view(block).substr(0, text.size());

    ours.reset();
    theirs.reset();
    const bool valid = parse_json(line, ours).verdict == JsonVerdict::object;
    const bool rapid_accepts = rapid.accepts(line, theirs);
    if (valid && rapid_accepts) {
      EXPECT_EQ(fields(ours), fields(theirs)) << printable(line, 1000);
      ++accepted;
    } else if (rapid_accepts) {
      EXPECT_TRUE(has_control_rapidjson_takes(line)) << printable(line, 1000);
    } else if (valid) {
      EXPECT_TRUE(refused_by_range_or_surrogate(rapid.error())) << printable(line, 1000);
    }

    Event event;
    std::deque<std::string> decoded;
    EXPECT_EQ(!line_parser.parse(line, event, decoded), valid && is_utf8(line))
        << printable(line, 1000);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(accepted, 10'000u);  // damage that left nothing valid would prove little
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, testing::Values(1, 2, 3, 4, 5, 6));

// If a later RapidJSON mends this, RapidParser's description is to be changed.
TEST(RapidJson, TakesControlCharactersThatTheGrammarForbids) {
  const std::string text = "{\"a\":\"long enough for a vector step \x1a and on it goes\"}";
  const std::string block = text + std::string(16, '\0');
  EventHandler handler;
  handler.reset();
  EXPECT_TRUE(RapidParser().accepts(std::string_view(block).substr(0, text.size()), handler));
  handler.reset();
  EXPECT_EQ(parse_json(std::string_view(text), handler).verdict, JsonVerdict::invalid);
}

}  // namespace
}  // namespace penstock::extract
