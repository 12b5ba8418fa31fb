#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <future>
#include <list>
#include <thread>

#include "penstock/ops/admin_server.hpp"
#include "unit/ops/identity.hpp"

namespace penstock::ops {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Of "right": bcrypt of cost 4, for tests that can't wait.
constexpr const char* users = "anna:$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC\n";
const std::string right = "Authorization: Basic YW5uYTpyaWdodA==\r\n";
const std::string wrong = "Authorization: Basic YW5uYTp3cm9uZw==\r\n";

Handlers handlers() {
  Handlers all;
  all.livez = [] { return Response{200, "application/json", R"({"alive":true})"}; };
  all.readyz = all.livez;
  all.metrics = [](MetricsFormat) -> std::string { return std::string(200'000, 'm'); };
  all.snapshot = [] {
    StatusSnapshot snapshot;
    snapshot.host = "secret";
    return snapshot;
  };
  all.version = [] { return Response{200, "application/json", "{}"}; };
  all.replay = [](const ReplayCall&, const Answer&) {};
  all.reload = [](const Answer& answer) { answer({202, "application/json", "{}"}); };
  return all;
}

std::string request(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n";
}

bool is(const std::string& response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

class AdminServerSecured : public testing::Test {
 protected:
  AdminServerSecured() : server_(io_, "127.0.0.1:0", handlers(), log_) {
    std::string name =
        (std::filesystem::temp_directory_path() / "penstock-secured-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    write_identity(folder_ / "admin.pem");
    std::ofstream(folder_ / "passwords") << users;
  }
  ~AdminServerSecured() override {
    asio::post(io_, [this] { server_.stop(); });
    if (thread_.joinable()) {
      thread_.join();
    }
    std::filesystem::remove_all(folder_);
  }
  void start(bool tls, bool passwords) {
    secure(tls, passwords);
    const auto started = server_.start();
    ASSERT_TRUE(started) << started.error().what;
    thread_ = std::thread([this] { io_.run(); });
  }
  void secure(bool tls, bool passwords) {
    AdminFiles files;
    if (tls) {
      files.certificate = folder_ / "admin.pem";
    }
    if (passwords) {
      files.passwords = folder_ / "passwords";
    }
    auto access = read_admin_access(files);
    ASSERT_TRUE(access) << access.error().what;
    server_.secure(std::move(*access));
  }
  // As secure(), while the server runs.
  void secure_again(bool tls, bool passwords) {
    std::promise<void> done;
    asio::post(io_, [&] {
      secure(tls, passwords);
      done.set_value();
    });
    done.get_future().wait();
  }
  tcp::socket connected() {
    tcp::socket socket(client_io_);
    socket.connect({asio::ip::address_v4::loopback(), server_.port()});
    return socket;
  }
  std::string plain(const std::string& bytes) {
    tcp::socket socket = connected();
    asio::write(socket, asio::buffer(bytes));
    return rest(socket);
  }
  // Trusts the certificate in `admin.pem` alone.
  std::string secured(const std::string& bytes, int highest_version = TLS1_3_VERSION) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_max_proto_version(context.native_handle(), highest_version);
    context.set_verify_mode(asio::ssl::verify_peer);
    context.load_verify_file((folder_ / "admin.pem").string());
    asio::ssl::stream<tcp::socket> stream(connected(), context);
    error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) {
      return "";
    }
    asio::write(stream, asio::buffer(bytes));
    return rest(stream);
  }
  template <class Stream>
  std::string rest(Stream& stream) {
    std::string received;
    asio::read(stream, asio::dynamic_buffer(received), ended_);
    return received;
  }

  NoLog log_;
  std::filesystem::path folder_;
  asio::io_context io_;
  asio::io_context client_io_;
  AdminServer server_;
  std::thread thread_;
  error_code ended_;  // how the last answer did
};

TEST_F(AdminServerSecured, AnswersUnderTlsAndEndsItInOrder) {
  start(true, false);
  EXPECT_TRUE(is(secured(request("/livez")), 200));
  EXPECT_EQ(ended_, asio::error::eof) << "a close_notify, not a cut: " << ended_.message();
  EXPECT_GT(secured(request("/metrics")).size(), 200'000u);
  EXPECT_TRUE(is(secured(request("/livez"), TLS1_2_VERSION), 200));
  EXPECT_EQ(secured(request("/livez"), TLS1_1_VERSION), "");
}

TEST_F(AdminServerSecured, AnswersNothingWithoutAHandshake) {
  start(true, false);
  EXPECT_EQ(plain(request("/livez")).find("HTTP/"), std::string::npos);
}

TEST_F(AdminServerSecured, ServesOthersWhileAHandshakeIsAwaited) {
  start(true, false);
  std::list<tcp::socket> silent;
  for (int i = 0; i < 10; ++i) {
    silent.push_back(connected());
  }
  EXPECT_TRUE(is(secured(request("/livez")), 200));
  asio::post(io_, [this] { server_.stop(); });
  EXPECT_EQ(rest(silent.front()), "") << "a stop ends it";
}

TEST_F(AdminServerSecured, ShowsTheProbesAloneWithoutAPassword) {
  start(false, true);
  const std::string refused = plain(request("/status"));
  EXPECT_TRUE(is(refused, 401)) << refused;
  EXPECT_NE(refused.find("WWW-Authenticate: Basic realm=\"penstock\""), std::string::npos);
  EXPECT_EQ(refused.find("secret"), std::string::npos);
  const std::string probed = plain(request("/livez"));
  EXPECT_TRUE(is(probed, 200)) << probed;
  EXPECT_EQ(probed.find("alive"), std::string::npos);
}

TEST_F(AdminServerSecured, ShowsAllToThoseWithAPasswordAndNothingToThoseWithAWrongOne) {
  start(false, true);
  for (int i = 0; i < 2; ++i) {  // by the hash, and as remembered
    EXPECT_NE(plain(request("/status", right)).find(R"("host":"secret")"), std::string::npos);
    EXPECT_TRUE(is(plain(request("/status", wrong)), 401));
  }
  EXPECT_TRUE(is(plain(request("/livez", wrong)), 401)) << "who gives one wants to know";
  EXPECT_TRUE(is(plain(request("/status", "Authorization: Bearer x\r\n")), 401));
  EXPECT_NE(plain(request("/readyz", right)).find("alive"), std::string::npos);
}

TEST_F(AdminServerSecured, MayStopWhilePasswordsAreLookedAt) {
  start(false, true);
  std::list<tcp::socket> asking;
  for (int i = 0; i < 20; ++i) {
    asking.push_back(connected());
    asio::write(asking.back(), asio::buffer(request("/status", wrong)));
  }
  asio::post(io_, [this] { server_.stop(); });
  for (tcp::socket& socket : asking) {
    const std::string answer = rest(socket);
    EXPECT_TRUE(answer.empty() || is(answer, 401)) << answer;
  }
}

TEST_F(AdminServerSecured, TakesAnotherCertificateAndOtherPasswordsForTheNextConnections) {
  start(true, true);
  EXPECT_TRUE(is(secured(request("/status", right)), 200));
  write_identity(folder_ / "admin.pem");
  EXPECT_EQ(secured(request("/livez")), "") << "the new one isn't known yet";
  std::ofstream(folder_ / "passwords") << "bert" + std::string(users).substr(4);
  secure_again(true, true);
  EXPECT_TRUE(is(secured(request("/livez")), 200));
  EXPECT_TRUE(is(secured(request("/status", right)), 401)) << "anna is gone, remembered or not";
  secure_again(false, false);
  EXPECT_TRUE(is(plain(request("/status")), 200));
}

}  // namespace
}  // namespace penstock::ops
