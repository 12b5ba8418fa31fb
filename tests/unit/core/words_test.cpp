#include <gtest/gtest.h>

#include <set>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/session_end.hpp"

namespace penstock {
namespace {

// The words of the first `count` values.
template <class Word>
std::set<std::string> words(std::size_t count) {
  std::set<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace(to_string(static_cast<Word>(i)));
  }
  return all;
}

TEST(Words, OfDeadLettersAreThoseOfTheContract) {
  EXPECT_EQ(words<DeadLetterReason>(dead_letter_reasons),
            (std::set<std::string>{"invalid_json", "not_an_object", "invalid_utf8", "too_deep",
                                   "too_large", "rejected_by_broker"}));
}

TEST(Words, OfDisconnectsAreThoseOfTheContract) {
  EXPECT_EQ(
      words<DisconnectCause>(disconnect_causes),
      (std::set<std::string>{"ended", "aborted", "stalled", "refused", "throttled", "server_error",
                             "unreachable", "paused", "daemon_down", "journal_damaged"}));
}

TEST(Words, OfKafkasTransactionAreThoseOfTheMetric) {
  EXPECT_EQ(
      words<KafkaTransaction>(kafka_transaction_states),
      (std::set<std::string>{"starting", "idle", "open", "committing", "aborting", "failed"}));
}

TEST(Words, OfSessionEndsAreThoseThatASessionCanEndFor) {
  const auto all = words<DisconnectCause>(session_end_causes);
  EXPECT_EQ(all.size(), session_end_causes);
  EXPECT_TRUE(all.contains("paused"));
  EXPECT_FALSE(all.contains("daemon_down") || all.contains("journal_damaged"));
}

TEST(Words, OfSourceEventsAreAllDifferent) {
  constexpr auto count = static_cast<std::size_t>(SourceEvent::publishing_held) + 1;
  const auto all = words<SourceEvent>(count);
  EXPECT_EQ(all.size(), count);
  EXPECT_FALSE(all.contains("unknown"));
}

TEST(Words, OfErrorsNameThemAndTheirCategory) {
  const std::error_code code = Errc::kafka;
  EXPECT_STREQ(code.category().name(), "penstock");
  EXPECT_EQ(code.message(), "Kafka error");
  constexpr int first = static_cast<int>(Errc::invalid_argument),
                last = static_cast<int>(Errc::full);
  std::set<std::string> all;
  for (int i = first; i <= last; ++i) {
    all.insert(penstock_category().message(i));
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(last - first) + 1);
  EXPECT_FALSE(all.contains("unknown error"));
}

TEST(Result, ThrowsItsErrorWhereAValueIsTakenFromAFailure) {
  const Result<int> failed = make_error(Errc::io, "can't read /x");
  try {
    static_cast<void>(failed.value());
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), Errc::io);
    EXPECT_NE(std::string(error.what()).find("can't read /x"), std::string::npos);
  }
}

}  // namespace
}  // namespace penstock
