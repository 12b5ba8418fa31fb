#include "extract/event_handler.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>

#include "extract/json_parser.hpp"

namespace penstock::extract {
namespace {

// An event and what its views point into.
struct Picked {
  explicit Picked(std::string_view text) {
    EventHandler handler;
    handler.reset();
    EXPECT_EQ(parse_json(text, handler).verdict, JsonVerdict::object) << text;
    handler.fill(event, decoded);
  }
  Event event;
  std::deque<std::string> decoded;
};

TEST(EventHandler, PicksTheFieldsOfAScanEvent) {
  const Picked picked(
      R"({"origin":{"type":"ssh","job_id":"client-1f","client_id":"c","country":"nl","module":"grabber",)"
      R"("ts":1714521600123,"ip":"192.0.2.1","port":4},"target":{"ip":"198.51.100.7","port":22,)"
      R"("protocol":"tcp"},"result":{"data":{"type":"x","ip":"y","port":1}}})");
  EXPECT_EQ(picked.event.type, "ssh");
  EXPECT_EQ(picked.event.job_id, "client-1f");
  EXPECT_EQ(picked.event.country, "nl");
  EXPECT_EQ(picked.event.time_ms, 1714521600123);
  EXPECT_EQ(picked.event.ip, "198.51.100.7");
  EXPECT_EQ(picked.event.port, 22u);
  EXPECT_TRUE(picked.event.has_type && picked.event.has_job_id && picked.event.has_ip);
  EXPECT_TRUE(picked.decoded.empty());
}

TEST(EventHandler, FindsThemInWhateverOrderTheyStand) {
  const Picked picked(
      R"({"target":{"port":53,"ip":"a"},"data":{},"origin":{"ts":5,"ip":"b","type":"sinkhole"}})");
  EXPECT_EQ(picked.event.type, "sinkhole");
  EXPECT_EQ(picked.event.ip, "a");
  EXPECT_EQ(picked.event.port, 53u);
  EXPECT_EQ(picked.event.time_ms, 5);
}

TEST(EventHandler, TakesThePeerOfATorrentEvent) {
  const Picked picked(
      R"({"origin":{"type":"peer","ip":"o"},"node":{"ip":"n","port":1},"peer":{"ip":"p","port":6881}})");
  EXPECT_EQ(picked.event.ip, "p");
  EXPECT_EQ(picked.event.port, 6881u);
}

TEST(EventHandler, FallsBackFromTargetToPeerToOrigin) {
  EXPECT_EQ(Picked(R"({"origin":{"ip":"o"},"peer":{"ip":"p"},"target":{"ip":"t"}})").event.ip, "t");
  EXPECT_EQ(Picked(R"({"origin":{"ip":"o"},"peer":{"ip":"p"},"target":{"ip":5}})").event.ip, "p");
  EXPECT_EQ(Picked(R"({"origin":{"ip":"o"},"peer":{},"target":null})").event.ip, "o");
  EXPECT_FALSE(Picked(R"({"origin":{"ip":null},"node":{"ip":"n"}})").event.has_ip);
  EXPECT_EQ(Picked(R"({"peer":{"port":2},"target":{"port":"x"}})").event.port, 2u);
}

TEST(EventHandler, TellsAnEmptyFieldFromNone) {
  const Picked empty(R"({"origin":{"type":"","job_id":""},"target":{"ip":""}})");
  EXPECT_TRUE(empty.event.has_type && empty.event.has_job_id && empty.event.has_ip);
  EXPECT_EQ(empty.event.ip, "");
  const Picked none(R"({"origin":{}})");
  EXPECT_FALSE(none.event.has_type || none.event.has_job_id || none.event.has_ip);
  EXPECT_EQ(none.event.time_ms, std::nullopt);
  EXPECT_EQ(none.event.port, 0u);
}

TEST(EventHandler, CountsAFieldOfAnotherTypeAsNone) {
  const Picked picked(
      R"({"origin":{"type":1,"job_id":{"type":"x"},"country":["de"],"ts":"5","ip":true},"target":[]})");
  EXPECT_FALSE(picked.event.has_type || picked.event.has_job_id || picked.event.has_ip);
  EXPECT_EQ(picked.event.country, "");
  EXPECT_EQ(picked.event.time_ms, std::nullopt);
}

TEST(EventHandler, CountsATimeOutsideOfTheCalendarAsNone) {
  EXPECT_EQ(Picked(R"({"origin":{"ts":253402300799999}})").event.time_ms, 253402300799999);
  EXPECT_EQ(Picked(R"({"origin":{"ts":253402300800000}})").event.time_ms, std::nullopt);
  EXPECT_EQ(Picked(R"({"origin":{"ts":-1}})").event.time_ms, std::nullopt);
  EXPECT_EQ(Picked(R"({"origin":{"ts":-9223372036854775808}})").event.time_ms, std::nullopt);
}

TEST(EventHandler, ReadsAPortFromANumberOrAStringOfDigits) {
  const auto port = [](std::string_view value) {
    return Picked("{\"target\":{\"port\":" + std::string(value) + "}}").event.port;
  };
  EXPECT_EQ(port("23"), 23u);
  EXPECT_EQ(port("\"23\""), 23u);
  EXPECT_EQ(port("65535"), 65535u);
  EXPECT_EQ(port("8e1"), 80u);
  for (const std::string_view none :
       {"0", "-1", "65536", "1e400", "\"\"", "\" 23\"", "\"23x\"", "\"+23\"", "\"65536\"",
        "\"99999999999999999999\"", "null", "[23]"}) {
    EXPECT_EQ(port(none), 0u) << none;
  }
}

TEST(EventHandler, LooksAtNoOtherDepth) {
  const Picked picked(R"({"type":"a","ip":"a","x":{"origin":{"type":"b"},"ip":"b"},)"
                      R"("origin":{"origin":{"type":"c"},"x":["type","d",{"type":"e"}]},)"
                      R"("target":[{"ip":"f"},"ip","g"],"peer":[["ip","h"]]})");
  EXPECT_FALSE(picked.event.has_type || picked.event.has_ip);
}

TEST(EventHandler, GoesOnBehindNestedValuesOfASection) {
  const Picked picked(R"({"origin":{"a":{"b":[{}]},"type":"t","c":[[],{}],"ip":"i"},"z":1})");
  EXPECT_EQ(picked.event.type, "t");
  EXPECT_EQ(picked.event.ip, "i");
}

TEST(EventHandler, LetsTheLastOfTwoMembersWin) {
  EXPECT_EQ(Picked(R"({"origin":{"type":"a","type":"b"}})").event.type, "b");
  EXPECT_FALSE(Picked(R"({"origin":{"type":"a","type":null}})").event.has_type);
  EXPECT_FALSE(Picked(R"({"origin":{"type":"a","type":{"type":"b"}}})").event.has_type);
  EXPECT_FALSE(Picked(R"({"origin":{"type":"a"},"origin":{}})").event.has_type);
  EXPECT_FALSE(Picked(R"({"origin":{"type":"a"},"origin":5})").event.has_type);
  const Picked picked(R"({"target":{"ip":"a","port":1},"peer":{"ip":"p"},"target":{"port":2}})");
  EXPECT_EQ(picked.event.ip, "p");
  EXPECT_EQ(picked.event.port, 2u);
}

TEST(EventHandler, DecodesNamesAndValuesWithEscapes) {
  const Picked picked(
      R"({"orig\u0069n":{"t\u0079pe":"a\/b","job_id":"\u00e9","country":"plain"}})");
  EXPECT_EQ(picked.event.type, "a/b");
  EXPECT_EQ(picked.event.job_id, "\u00e9");
  EXPECT_EQ(picked.event.country, "plain");
  EXPECT_EQ(picked.decoded.size(), 2u);
}

TEST(EventHandler, LeavesPlainValuesAsViewsOfTheText) {
  const std::string text = R"({"origin":{"type":"port","x":"\n"}})";
  const Picked picked(text);
  EXPECT_EQ(picked.event.type.data(), text.data() + text.find("port"));
}

TEST(EventHandler, KeepsNothingOfTheTextBefore) {
  EventHandler handler;
  std::deque<std::string> decoded;
  for (const std::string_view text :
       {R"({"origin":{"type":"a","ts":1,"country":"b","ip":"c"},"target":{"ip":"d","port":1}})",
        R"({"origin":{"type":)"}) {
    handler.reset();
    parse_json(text, handler);
  }
  handler.reset();
  parse_json(std::string_view(R"({"a":"b"})"), handler);
  Event event;
  handler.fill(event, decoded);
  EXPECT_FALSE(event.has_type || event.has_ip || event.time_ms);
  EXPECT_EQ(event.country, "");
  EXPECT_EQ(event.port, 0u);
}

}  // namespace
}  // namespace penstock::extract
