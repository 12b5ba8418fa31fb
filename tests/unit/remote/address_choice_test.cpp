#include "remote/address_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock::remote {
namespace {

using outcome::FailureKind;
using testing::ElementsAre;
using Address = AddressChoice::Address;

Address address(std::string_view text) { return {boost::asio::ip::make_address(text), 443}; }

const Address a = address("2001:db8::1");
const Address b = address("192.0.2.1");
const Address c = address("192.0.2.2");

const std::string host = "api.example:443";

Outcome failure(FailureKind kind = FailureKind::tls) { return outcome::Failed{kind, ""}; }

Outcome answer(unsigned status = 200) {
  outcome::Answered answered;
  answered.status = status;
  return answered;
}

TEST(AddressChoice, KeepsTheResolversOrderWhileNothingFails) {
  AddressChoice choice;
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(a, b, c));
  choice.tried(host, b, answer());
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(a, b, c));
}

TEST(AddressChoice, BeginsBehindTheOneThatFailed) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(b, c, a));
  choice.tried(host, b, failure());
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(c, a, b));
  choice.tried(host, c, failure());
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(a, b, c));
}

TEST(AddressChoice, PassesTheOneThatFailedOverInAnyOrderOfTheResolver) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  EXPECT_THAT(choice.ordered(host, {b, a}), ElementsAre(b, a));
  EXPECT_THAT(choice.ordered(host, {b, a, c}), ElementsAre(c, b, a));
}

TEST(AddressChoice, StaysWithTheOneThatServedAfterAFailure) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  choice.tried(host, c, answer());  // TCP to b failed
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(c, a, b));
  EXPECT_THAT(choice.ordered(host, {b, c, a}), ElementsAre(c, a, b));
}

TEST(AddressChoice, TakesTheResolversOrderWhereItNamesTheOneNoMore) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  EXPECT_THAT(choice.ordered(host, {b, c}), ElementsAre(b, c));
  choice.tried(host, b, answer());
  EXPECT_THAT(choice.ordered(host, {c, a}), ElementsAre(c, a));
  EXPECT_THAT(choice.ordered(host, {}), ElementsAre());
}

TEST(AddressChoice, KnowsEachHost) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  choice.tried("other.example:443", b, answer());
  choice.tried("third.example:443", c, failure());
  EXPECT_THAT(choice.ordered(host, {a, b, c}), ElementsAre(b, c, a));
  EXPECT_THAT(choice.ordered("other.example:443", {a, b, c}), ElementsAre(a, b, c));
}

TEST(AddressChoice, KnowsTheLastHostsThatFailed) {
  AddressChoice choice;
  choice.tried(host, a, failure());
  for (std::size_t i = 0; i < AddressChoice::hosts_kept; ++i) {
    const std::string other = std::to_string(i) + ".example:443";
    choice.tried(other, a, failure());
    EXPECT_THAT(choice.ordered(other, {a, b}), ElementsAre(b, a));
  }
  EXPECT_THAT(choice.ordered(host, {a, b}), ElementsAre(a, b));
}

TEST(AddressChoice, KnowsWhatAnotherAddressMayDoBetter) {
  const auto passed_over = [](const Outcome& what) {
    AddressChoice choice;
    choice.tried(host, a, what);
    return choice.ordered(host, {a, b}).front() == b;
  };
  for (const auto kind : {FailureKind::unreachable, FailureKind::proxy, FailureKind::tls,
                          FailureKind::untrusted, FailureKind::no_answer, FailureKind::malformed}) {
    EXPECT_TRUE(passed_over(failure(kind))) << static_cast<int>(kind);
  }
  for (const unsigned status : {500u, 502u, 503u, 504u, 999u}) {
    EXPECT_TRUE(passed_over(answer(status))) << status;
  }
  for (const unsigned status : {200u, 204u, 307u, 401u, 403u, 404u, 420u, 429u}) {
    EXPECT_FALSE(passed_over(answer(status))) << status;
  }
}

}  // namespace
}  // namespace penstock::remote
