#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "penstock/core/limits.hpp"
#include "penstock/ops/admin_server.hpp"

namespace penstock::ops {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;

class AdminServerSocket : public testing::Test {
 protected:
  AdminServerSocket() {
    std::string name = (std::filesystem::temp_directory_path() / "penstock-admin-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "admin.sock";
    handlers_.livez = [] { return Response{200, "application/json", "alive"}; };
    handlers_.readyz = handlers_.livez;
    handlers_.metrics = [](MetricsFormat) -> std::string { return ""; };
    handlers_.snapshot = [] { return StatusSnapshot{}; };
    handlers_.version = handlers_.livez;
    // The answer comes later, as from another thread.
    handlers_.replay = [this](const ReplayCall& call, const Answer& answer) {
      asked_.set_value();
      asio::post(io_, [call, answer] {
        answer({202, "application/json", call.job + (call.force ? " by force" : "")});
      });
    };
    handlers_.reload = [this](const Answer&) { asked_.set_value(); };  // never answers
    server_ = make_server();
  }
  ~AdminServerSocket() override {
    stop();
    std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<AdminServer> make_server() {
    return std::make_unique<AdminServer>(io_, "127.0.0.1:0", handlers_, log_);
  }
  void run() {
    const auto opened = server_->open_socket(path_);
    ASSERT_TRUE(opened) << opened.error().what;
    thread_ = std::thread([this] { io_.run(); });
  }
  void stop() {
    if (thread_.joinable()) {
      asio::post(io_, [this] { server_->stop(); });
      thread_.join();
    }
  }
  stream_protocol::socket connect() {
    stream_protocol::socket socket(client_io_);
    socket.connect(stream_protocol::endpoint(path_.string()));
    return socket;
  }
  // Everything that comes until the server closes.
  static std::string rest(stream_protocol::socket& socket) {
    std::string received;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(received), error);
    return received;
  }
  std::string exchange(const std::string& request) {
    stream_protocol::socket socket = connect();
    asio::write(socket, asio::buffer(request));
    return rest(socket);
  }

  NoLog log_;
  Handlers handlers_;
  std::promise<void> asked_;
  std::filesystem::path folder_, path_;
  asio::io_context io_, client_io_;
  std::unique_ptr<AdminServer> server_;
  std::thread thread_;
};

TEST_F(AdminServerSocket, ServesPagesAndCalls) {
  run();
  EXPECT_TRUE(exchange("GET /livez HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nalive"));
  const std::string taken =
      exchange("POST /replay/7?force=1 HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(taken.starts_with("HTTP/1.1 202 ") || taken.starts_with("HTTP/1.0 202 ")) << taken;
  EXPECT_TRUE(taken.ends_with("\r\n\r\n7 by force")) << taken;
}

TEST_F(AdminServerSocket, IsForTheOwnerAndTheGroupAlone) {
  run();
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0660U);
}

TEST_F(AdminServerSocket, IsRemovedWhenTheServerStops) {
  run();
  EXPECT_TRUE(std::filesystem::exists(path_));
  stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(AdminServerSocket, HasItsConnectionsApartFromThoseOfTcp) {
  ASSERT_TRUE(server_->start());
  run();
  std::list<asio::ip::tcp::socket> clients;
  for (std::size_t i = 0; i < limits::admin_connections; ++i) {
    clients.emplace_back(client_io_).connect({asio::ip::address_v4::loopback(), server_->port()});
  }
  const auto alive = [](auto& socket) {
    asio::write(socket, asio::buffer(std::string("GET /livez HTTP/1.0\r\n\r\n")));
    std::string received;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(received), error);
    return received.ends_with("alive");
  };
  EXPECT_TRUE(alive(clients.back()));  // so all before it are accepted
  stream_protocol::socket one = connect(), another = connect();
  EXPECT_TRUE(alive(one));
  EXPECT_TRUE(alive(another));
  EXPECT_TRUE(alive(clients.front()));
}

TEST_F(AdminServerSocket, StopsWhileAnAnswerIsOwed) {
  run();
  stream_protocol::socket socket = connect();
  asio::write(socket, asio::buffer(std::string("POST /reload HTTP/1.1\r\nHost: x\r\n\r\n")));
  asked_.get_future().wait();
  stop();
  EXPECT_EQ(rest(socket), "");
}

TEST_F(AdminServerSocket, TakesThePlaceOfOneThatNobodyAnswersOn) {
  { stream_protocol::acceptor left(client_io_, stream_protocol::endpoint(path_.string())); }
  ASSERT_TRUE(std::filesystem::exists(path_));
  run();
  EXPECT_TRUE(exchange("GET /livez HTTP/1.0\r\n\r\n").ends_with("alive"));
}

TEST_F(AdminServerSocket, LeavesOneAloneThatIsAnswered) {
  run();
  const auto opened = make_server()->open_socket(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::network);
  EXPECT_TRUE(exchange("GET /livez HTTP/1.0\r\n\r\n").ends_with("alive"));
}

TEST_F(AdminServerSocket, LeavesAFileAloneThatIsNoSocket) {
  std::ofstream(path_) << "a file";
  const auto opened = server_->open_socket(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid_argument);
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(AdminServerSocket, LeavesAFileAloneThatTookItsPlace) {
  run();
  std::filesystem::remove(path_);
  std::ofstream(path_) << "another's";
  stop();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(AdminServerSocket, SaysThatItsDirectoryIsMissing) {
  const auto opened = server_->open_socket(folder_ / "none" / "admin.sock");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
}

TEST_F(AdminServerSocket, SaysThatItsPathIsTooLong) {
  const auto opened = server_->open_socket(folder_ / std::string(100, 'x'));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid_argument);
  EXPECT_NE(opened.error().what.find("1 to 107 characters"), std::string::npos);
}

}  // namespace
}  // namespace penstock::ops
