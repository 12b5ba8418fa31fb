// Whom a session trusts, and what it says where it doesn't.
#include "session_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class SessionTls : public SessionFixture {
 protected:
  // The first notice of a session to `url`, with attempts enough to see whether it gives in.
  std::string first_notice(SessionOptions chosen) {
    start(std::move(chosen));
    EXPECT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
    EXPECT_TRUE(stop());
    return recorder.notices.empty() ? "" : recorder.notices.front();
  }
};

TEST_F(SessionTls, TrustsACertificateForItsAddress) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_THAT(first_notice(options(server.url())), StartsWith("connected"));
  EXPECT_EQ(server.server_names()[0], "");  // no SNI for addresses
}

TEST_F(SessionTls, AsksForTheNameAndTrustsACertificateForIt) {
  TestServer server(io, ca.issue("DNS:localhost"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_THAT(first_notice(options(server.url("/", "localhost"))), StartsWith("connected"));
  EXPECT_EQ(server.server_names()[0], "localhost");
}

// Through a proxy, as not every resolver knows `localhost.`.
TEST_F(SessionTls, AsksForTheNameWithoutItsLastDotAndTrustsACertificateForIt) {
  TestServer server(io, ca.issue("DNS:stream.example"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  TestProxy proxy(io, server.port(), "HTTP/1.1 200 OK\r\n\r\n");
  auto chosen = options("https://stream.example./");
  chosen.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_THAT(first_notice(chosen), StartsWith("connected"));
  EXPECT_THAT(server.server_names(), ElementsAre("stream.example"));
  EXPECT_THAT(proxy.requests(), ElementsAre(StartsWith("CONNECT stream.example.:443 ")));
}

TEST_F(SessionTls, SaysThatACertificateIsForAnotherHost) {
  TestServer server(io, ca.issue("DNS:a.example,DNS:b.example,IP:192.0.2.1"), answering(""));
  const std::string notice = first_notice(options(server.url("/", "localhost")));
  EXPECT_THAT(notice, AllOf(HasSubstr("the certificate of localhost:"),
                            HasSubstr("is for another host: a.example, b.example, 192.0.2.1")));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_GE(disconnects(DisconnectCause::refused), 1u);
}

TEST_F(SessionTls, SaysThatACertificateIsForAnotherAddress) {
  TestServer server(io, ca.issue("DNS:localhost,IP:127.0.0.2"), answering(""));
  EXPECT_THAT(first_notice(options(server.url())),
              HasSubstr("is for another host: localhost, 127.0.0.2"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(SessionTls, SaysThatACertificateExpired) {
  TestServer server(io, ca.issue("IP:127.0.0.1", {.from = -48h, .until = -24h}), answering(""));
  EXPECT_THAT(first_notice(options(server.url())),
              AllOf(HasSubstr("the certificate of 127.0.0.1:"), HasSubstr(" expired on "),
                    HasSubstr(" GMT")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(SessionTls, SaysThatACertificateIsNotValidYet) {
  TestServer server(io, ca.issue("IP:127.0.0.1", {.from = 24h, .until = 48h}), answering(""));
  EXPECT_THAT(first_notice(options(server.url())),
              AllOf(HasSubstr("isn't valid before"), HasSubstr("clock")));
}

TEST_F(SessionTls, SaysThatACertificateIsSelfSigned) {
  TestServer server(io, self_signed("IP:127.0.0.1"), answering(""));
  EXPECT_THAT(first_notice(options(server.url())),
              AllOf(HasSubstr("is self-signed"), HasSubstr("api.ca_file")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(SessionTls, SaysThatACaIsUnknown) {
  const CertificateAuthority stranger("Stranger CA");
  TestServer server(io, stranger.issue("IP:127.0.0.1"), answering(""));
  EXPECT_THAT(
      first_notice(options(server.url())),
      AllOf(HasSubstr("comes from an unknown CA, CN = Stranger CA"), HasSubstr("api.ca_file")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(SessionTls, UsesTheSystemsTrustStoreByDefault) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  auto chosen = options(server.url());
  chosen.ca_file.reset();
  EXPECT_THAT(first_notice(chosen), HasSubstr("unknown CA, CN = test CA"));
}

TEST_F(SessionTls, SaysThatACaFileIsUnusable) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering(""));
  auto chosen = options(server.url());
  chosen.ca_file = "/nowhere/ca.pem";
  EXPECT_THAT(first_notice(chosen), HasSubstr("api.ca_file /nowhere/ca.pem can't be loaded"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SessionTls, TrustsACaFileThatWasPutRight) {
  const CertificateAuthority other("other CA");
  TestServer server(io, other.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  start(options(server.url()));
  ASSERT_TRUE(run_until([&] { return !recorder.notices.empty(); }));
  EXPECT_THAT(recorder.notices[0], HasSubstr("unknown CA"));
  std::ofstream(ca_file) << other.certificate();
  EXPECT_TRUE(run_until([&] { return recorder.noticed(SourceEvent::connected); }));
}

}  // namespace
}  // namespace penstock::remote
