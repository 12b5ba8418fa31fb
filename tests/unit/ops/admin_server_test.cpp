#include "penstock/ops/admin_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

Handlers handlers() {
  Handlers all;
  all.livez = [] { return Response{200, "application/json", R"({"alive":true})"}; };
  all.readyz = [] { return Response{503, "application/json", R"({"ready":false})"}; };
  all.metrics = [](MetricsFormat) { return std::string(256 * 1024, 'm'); };
  all.snapshot = []() -> StatusSnapshot { throw std::runtime_error("broken on purpose"); };
  all.version = [] { return Response{200, "application/json", "{}"}; };
  all.replay = [](const ReplayCall&, const Answer&) {};
  all.reload = [](const Answer& answer) { answer({202, "application/json", "{}"}); };
  return all;
}

// A client that sees the bytes as they are.
class Client {
 public:
  explicit Client(std::uint16_t port, int buffer = 0) : socket_(io_) {
    socket_.open(tcp::v4());
    if (buffer > 0) {
      socket_.set_option(asio::socket_base::receive_buffer_size(buffer));
    }
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // Reads up to the end of the next response's header.
  std::string header() {
    const std::size_t length =
        asio::read_until(socket_, asio::dynamic_buffer(received_), "\r\n\r\n");
    return take(length);
  }
  std::string body(std::size_t length) {
    if (received_.size() < length) {
      asio::read(socket_, asio::dynamic_buffer(received_),
                 asio::transfer_exactly(length - received_.size()));
    }
    return take(length);
  }
  void wait_for_bytes() { socket_.wait(tcp::socket::wait_read); }
  // Everything until the server closes, in order or not.
  std::string rest() {
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(received_), error);
    return take(received_.size());
  }

 private:
  std::string take(std::size_t length) {
    std::string taken = received_.substr(0, length);
    received_.erase(0, length);
    return taken;
  }
  asio::io_context io_;
  tcp::socket socket_;
  std::string received_;
};

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() : server_(io_, "127.0.0.1:0", handlers(), log_) {
    const auto started = server_.start();
    EXPECT_TRUE(started) << (started ? "" : started.error().what);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~AdminServerTest() override {
    asio::post(io_, [this] { server_.stop(); });
    thread_.join();  // stop() leaves the io_context nothing to do
  }
  std::string exchange(const std::string& request) {
    Client client(server_.port());
    client.send(request);
    return client.rest();
  }

  SilentLog log_;
  asio::io_context io_;
  AdminServer server_;
  std::thread thread_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(AdminServerTest, AnswersWithTheHandlersResponse) {
  const std::string response =
      exchange("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << response;
  EXPECT_TRUE(has(response, "Content-Type: application/json\r\n")) << response;
  EXPECT_TRUE(has(response, "X-Content-Type-Options: nosniff\r\n")) << response;
  EXPECT_FALSE(has(response, "Access-Control-Allow")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n{\"ready\":false}")) << response;
}

TEST_F(AdminServerTest, KeepsAConnectionForTheNextRequest) {
  Client client(server_.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.header().starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(client.body(14), R"({"alive":true})");
  }
}

TEST_F(AdminServerTest, SendsNoBodyToAHead) {
  const std::string response =
      exchange("HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(response, "Content-Length: 14\r\n")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n")) << response;
}

TEST_F(AdminServerTest, NamesTheMethodsItAllows) {
  const std::string response =
      exchange("DELETE /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 405 ")) << response;
  EXPECT_TRUE(has(response, "Allow: GET, HEAD\r\n")) << response;
}

TEST_F(AdminServerTest, AnswersAFailedHandlerWithFiveHundredAndGoesOn) {
  Client client(server_.port());
  client.send("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string header = client.header();
  EXPECT_TRUE(header.starts_with("HTTP/1.1 500 ")) << header;
  EXPECT_FALSE(has(header + client.body(1), "on purpose"));
  EXPECT_TRUE(has(exchange("GET /livez HTTP/1.0\r\n\r\n"), "{\"alive\":true}"));
}

TEST_F(AdminServerTest, RefusesARequestBody) {
  const std::string response =
      exchange("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 413 ")) << response;
}

TEST_F(AdminServerTest, RefusesATooLargeRequest) {
  const std::string filler(penstock::limits::admin_request.count, 'x');
  const std::string response =
      exchange("GET / HTTP/1.1\r\nHost: x\r\nX-Filler: " + filler + "\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 431 ")) << response;
}

TEST_F(AdminServerTest, RefusesWhatIsNoHttp) {
  const std::string response = exchange("what's this?\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 400 ")) << response;
}

TEST_F(AdminServerTest, ClosesWhoWaitsLongestForARequestWhereItHasTooMany) {
  std::list<Client> clients;
  for (std::size_t i = 0; i < penstock::limits::admin_connections; ++i) {
    clients.emplace_back(server_.port());
  }
  for (Client* const client : {&clients.back(), &clients.front()}) {
    client->send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    client->header();  // of the last: so all before it are accepted
    client->body(14);
  }
  EXPECT_TRUE(has(exchange("GET /livez HTTP/1.0\r\n\r\n"), "{\"alive\":true}"));
  EXPECT_EQ(std::next(clients.begin())->rest(), "");
  // Since its answer it hasn't waited for as long.
  clients.front().send("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has(clients.front().rest(), "{\"alive\":true}"));
}

// They have their answer, and the server only waits for them to close.
TEST_F(AdminServerTest, ClosesWhoWasAnsweredAndNeverClosesWhereItHasTooMany) {
  for (const std::string last : {"GET /livez HTTP/1.0\r\n\r\n", "x\r\n\r\n"}) {
    std::list<Client> clients;
    for (std::size_t i = 0; i < penstock::limits::admin_connections; ++i) {
      clients.emplace_back(server_.port()).send(last);
      EXPECT_FALSE(clients.back().rest().empty());
    }
    EXPECT_TRUE(has(exchange("GET /livez HTTP/1.0\r\n\r\n"), "{\"alive\":true}")) << last;
  }
}

// More answers than the system has buffers for.
TEST_F(AdminServerTest, ClosesWhoReadsNoAnswersWhereItHasTooMany) {
  std::string requests;
  for (int i = 0; i < 64; ++i) {
    requests += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  std::list<Client> clients;
  for (std::size_t i = 0; i < penstock::limits::admin_connections; ++i) {
    clients.emplace_back(server_.port(), 1).send(requests);
  }
  for (Client& client : clients) {
    client.wait_for_bytes();
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(has(exchange("GET /livez HTTP/1.0\r\n\r\n"), "{\"alive\":true}"));
  }
  // Who is slow is served, as long as others have been so for longer.
  EXPECT_TRUE(has(clients.back().header(), "200 OK"));
  EXPECT_EQ(clients.back().body(256 * 1024), std::string(256 * 1024, 'm'));
}

TEST_F(AdminServerTest, ClosesOpenConnectionsWhenItStops) {
  Client client(server_.port());
  client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  client.header();
  client.body(14);
  asio::post(io_, [this] { server_.stop(); });
  EXPECT_EQ(client.rest(), "");
}

TEST_F(AdminServerTest, SaysWhichAddressIsTaken) {
  SilentLog log;
  asio::io_context io;
  const std::string listen = "127.0.0.1:" + std::to_string(server_.port());
  const auto started = AdminServer(io, listen, handlers(), log).start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::network);
  EXPECT_EQ(started.error().what,
            "admin.listen: can't listen on " + listen + ": Address already in use");
}

TEST(AdminServer, MayGoAwayWhileConnectionsAreOpenAndTheIoContextRunsOn) {
  SilentLog log;
  asio::io_context io;
  auto server = std::make_unique<AdminServer>(io, "127.0.0.1:0", handlers(), log);
  ASSERT_TRUE(server->start());
  Client client(server->port());
  client.send("GET /livez HTTP/1.1\r\n");
  io.poll();
  server.reset();
  io.run();
  EXPECT_EQ(client.rest(), "");
}

TEST(AdminServer, MayEndWithoutTheIoContextEverRunning) {
  SilentLog log;
  asio::io_context io;
  AdminServer server(io, "localhost:0", handlers(), log);
  EXPECT_EQ(server.port(), 0);
  ASSERT_TRUE(server.start());
  EXPECT_NE(server.port(), 0);
}

TEST(AdminServer, RefusesAnAddressThatIsNone) {
  SilentLog log;
  asio::io_context io;
  for (const char* listen :
       {"", "9469", ":9469", "localhost:", "localhost:http", "::1:9469", "[]:9469"}) {
    const auto started = AdminServer(io, listen, handlers(), log).start();
    ASSERT_FALSE(started) << listen;
    EXPECT_EQ(started.error().code, Errc::invalid_argument) << listen;
  }
}

}  // namespace
}  // namespace penstock::ops
