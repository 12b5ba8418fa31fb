#include "penstock/publish/router.hpp"

#include <gtest/gtest.h>

#include <map>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    event_.line = R"({"origin":{"type":"ssh"}})";
    event_.type = "ssh";
    event_.job_id = "client-1";
    event_.ip = "192.0.2.7";
    event_.time_ms = 1'464'558'594'512;
    event_.has_type = event_.has_job_id = event_.has_ip = true;
    batch_.block.received_at = WallTime(std::chrono::milliseconds(1'700'000'000'000));
    batch_.block.session = SessionId{3};
  }

  const Record& route(const RouterOptions& options) {
    router_.emplace(options);  // the record has views into it
    router_->route(event_, batch_, 0, record_);
    return record_;
  }
  std::map<std::string_view, std::string_view> headers() const {
    std::map<std::string_view, std::string_view> map;
    for (const Header& header : record_.headers) {
      map[header.name] = header.value;
    }
    return map;
  }

  Event event_;
  Batch batch_;
  std::optional<Router> router_;
  Record record_;
};

TEST_F(RouterTest, PublishesTheBytesAsReceived) {
  EXPECT_EQ(route({}).value, event_.line);
  EXPECT_EQ(record_.value.data(), event_.line.data());
}

TEST_F(RouterTest, TakesTheKeyFromTheFieldAskedFor) {
  EXPECT_EQ(route({.key = KeyField::ip}).key, "192.0.2.7");
  EXPECT_EQ(route({.key = KeyField::job_id}).key, "client-1");
  EXPECT_EQ(route({.key = KeyField::type}).key, "ssh");
  EXPECT_EQ(route({.key = KeyField::none}).key, std::nullopt);
}

TEST_F(RouterTest, GivesNoKeyWhereTheFieldIsMissingAndAnEmptyOneWhereItIsEmpty) {
  event_.has_ip = false;
  EXPECT_EQ(route({}).key, std::nullopt);
  event_.has_ip = true;
  event_.ip = "";
  EXPECT_EQ(route({}).key, "");
}

TEST_F(RouterTest, TakesTheTimeOfReceiptOrOfTheEvent) {
  EXPECT_EQ(route({}).timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(route({.timestamp = TimestampField::event}).timestamp_ms, 1'464'558'594'512);
  event_.time_ms.reset();
  EXPECT_EQ(route({.timestamp = TimestampField::event}).timestamp_ms, 1'700'000'000'000);
  for (const std::int64_t no_time : {-5, 0}) {  // librdkafka takes 0 for the time of its sending
    event_.time_ms = no_time;
    EXPECT_EQ(route({.timestamp = TimestampField::event}).timestamp_ms, 1'700'000'000'000);
    route({.headers = HeaderSet::cloudevents});
    EXPECT_EQ(headers()["ce_time"], "2023-11-14T22:13:20.000Z");
  }
}

TEST_F(RouterTest, HasNoHeadersByDefault) { EXPECT_TRUE(route({}).headers.empty()); }

TEST_F(RouterTest, WritesBasicHeaders) {
  route({.headers = HeaderSet::basic});
  EXPECT_EQ(headers(), (std::map<std::string_view, std::string_view>{
                           {"penstock.type", "ssh"}, {"penstock.job_id", "client-1"}}));
  event_.has_job_id = false;
  route({.headers = HeaderSet::basic});
  EXPECT_EQ(headers().count("penstock.job_id"), 0u);
}

TEST_F(RouterTest, MarksWhatCameByAReplay) {
  batch_.channel_kind = ChannelKind::replay;
  route({.headers = HeaderSet::basic});
  EXPECT_EQ(headers()["penstock.replayed"], "1");
  EXPECT_TRUE(route({.headers = HeaderSet::none}).headers.empty());
}

TEST_F(RouterTest, WritesCloudEventsInBinaryMode) {
  route({.headers = HeaderSet::cloudevents, .stream_url = "https://example.net/v1/stream"});
  auto found = headers();
  EXPECT_EQ(found["ce_specversion"], "1.0");
  EXPECT_EQ(found["ce_source"], "https://example.net/v1/stream");
  EXPECT_EQ(found["ce_type"], "io.binaryedge.ssh");
  EXPECT_EQ(found["ce_time"], "2016-05-29T21:49:54.512Z");
  EXPECT_EQ(found["ce_subject"], "192.0.2.7");
  EXPECT_EQ(found["content-type"], "application/json");
  // SHA-256 of the line, cut to 128 bits
  EXPECT_EQ(found["ce_id"], "7d9b836b1c3b4c37a5c5e95502fcaa79");
}

TEST_F(RouterTest, NamesNoSubjectWhereTheAddressIsTheScanners) {
  event_.ip_is_origin = true;
  EXPECT_EQ(route({.headers = HeaderSet::cloudevents}).key, "192.0.2.7");
  EXPECT_EQ(headers().count("ce_subject"), 0u);
}

// A live and a replayed copy may be written differently; their value is the same.
TEST_F(RouterTest, TakesTheCloudEventsIdFromTheFingerprintWhereTheChannelHasALedger) {
  batch_.fingerprints = {{.high = 0x0123456789abcdef, .low = 0x0011223344556677}};
  batch_.copies = {1};
  route({.headers = HeaderSet::cloudevents});
  EXPECT_EQ(headers()["ce_id"], "0123456789abcdef0011223344556677");
  event_.line = R"({"origin": {"type": "ssh"}})";
  batch_.channel_kind = ChannelKind::replay;
  route({.headers = HeaderSet::cloudevents});
  EXPECT_EQ(headers()["ce_id"], "0123456789abcdef0011223344556677");
}

TEST_F(RouterTest, TakesTheCloudEventsIdFromTheBytesWhereTheEventHasNoFingerprint) {
  batch_.fingerprints = {{}};
  batch_.copies = {0};
  route({.headers = HeaderSet::cloudevents});
  EXPECT_EQ(headers()["ce_id"], "7d9b836b1c3b4c37a5c5e95502fcaa79");
}

TEST_F(RouterTest, NumbersTheTwinsOfAJob) {
  batch_.fingerprints.assign(3, {.high = 1, .low = 2});
  batch_.copies = {1, 2, 3};
  const Router router({.headers = HeaderSet::cloudevents});
  std::vector<std::string> ids;
  for (std::size_t index = 0; index < 3; ++index) {
    router.route(event_, batch_, index, record_);
    ids.emplace_back(headers()["ce_id"]);
  }
  const std::string id = "00000000000000010000000000000002";
  EXPECT_EQ(ids, (std::vector{id, id + "-2", id + "-3"}));
}

TEST_F(RouterTest, KeepsNothingOfTheEventBefore) {
  route({.headers = HeaderSet::cloudevents});
  event_.has_ip = false;
  route({.headers = HeaderSet::none});
  EXPECT_TRUE(record_.headers.empty());
  EXPECT_EQ(record_.key, std::nullopt);
}

TEST_F(RouterTest, DescribesADeadLetter) {
  const DeadLetter letter{DeadLetterReason::too_large, "{\"a\"", 20'000'000};
  Router::route_dead_letter(letter, "firehose", batch_.block, 0, 1, letter.bytes, record_);
  EXPECT_EQ(record_.value, "{\"a\"");
  EXPECT_EQ(record_.key, std::nullopt);
  EXPECT_EQ(headers(), (std::map<std::string_view, std::string_view>{
                           {"penstock.reason", "too_large"},
                           {"penstock.source", "firehose"},
                           {"penstock.session", "3"},
                           {"penstock.received_at", "2023-11-14T22:13:20.000Z"},
                           {"penstock.size", "20000000"}}));
}

TEST_F(RouterTest, WritesALargeDeadLetterInNumberedParts) {
  const std::string bytes(limits::dead_letter_part.count + 1, 'x');
  const auto parts = Router::parts(bytes, limits::dead_letter_part);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(std::string(parts[0]) + std::string(parts[1]), bytes);
  Router::route_dead_letter({}, "firehose", batch_.block, 1, 2, parts[1], record_);
  EXPECT_EQ(headers()["penstock.part"], "2/2");
}

TEST_F(RouterTest, CutsADeadLetterIntoPartsOfTheSizeAskedFor) {
  EXPECT_EQ(Router::parts("abcdefg", Bytes{3}), (std::vector<std::string_view>{"abc", "def", "g"}));
  EXPECT_EQ(Router::parts("abcdef", Bytes{3}), (std::vector<std::string_view>{"abc", "def"}));
  EXPECT_EQ(Router::parts("", Bytes{3}), (std::vector<std::string_view>{""}));
}

}  // namespace
}  // namespace penstock::publish
