#include "penstock/app/commands/replay.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "penstock/ops/admin_server.hpp"

namespace penstock::app {
namespace {

class AskForReplay : public testing::Test {
 protected:
  AskForReplay() {
    std::string name = (std::filesystem::temp_directory_path() / "penstock-ask-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "admin.sock";
  }
  ~AskForReplay() override {
    if (thread_.joinable()) {
      boost::asio::post(io_, [this] { server_->stop(); });
      thread_.join();
    }
    std::filesystem::remove_all(folder_);
  }
  void serve(int status, std::string body) {
    ops::Handlers handlers;
    handlers.replay = [this, status, body](const ops::ReplayCall& call, const ops::Answer& answer) {
      call_ = call;
      answer({status, "application/json", body});
    };
    server_ = std::make_unique<ops::AdminServer>(io_, "127.0.0.1:0", std::move(handlers), log_);
    ASSERT_TRUE(server_->open_socket(path_));
    thread_ = std::thread([this] { io_.run(); });
  }

  NoLog log_;
  std::filesystem::path folder_, path_;
  boost::asio::io_context io_;
  std::unique_ptr<ops::AdminServer> server_;
  std::thread thread_;
  ops::ReplayCall call_;
};

TEST_F(AskForReplay, SaysWhatTheDaemonAccepted) {
  serve(202, R"({"accepted":true,"job_id":"7","source":"my stream"})");
  const auto answer =
      ask_for_replay(path_, {.job = "client-7/8", .force = true, .source = "my stream"});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(*answer,
            "accepted: job 7 of the source my stream is replayed as soon as its turn comes");
  EXPECT_EQ(call_.job, "client-7/8");
  EXPECT_TRUE(call_.force);
  EXPECT_EQ(call_.source, "my stream");
}

TEST_F(AskForReplay, SaysWhyTheDaemonRefused) {
  serve(409, "{\"error\":\"job 7 is settled\\u001b[2J\"}");
  const auto answer = ask_for_replay(path_, {.job = "7"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().what, "job 7 is settled\\x1b[2J");
  EXPECT_FALSE(call_.force);
  EXPECT_EQ(call_.source, "");
}

TEST_F(AskForReplay, NamesTheStatusOfAnAnswerWithoutAReason) {
  serve(500, "oops");
  const auto answer = ask_for_replay(path_, {.job = "7"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().what, "the daemon answered 500");
}

TEST_F(AskForReplay, SaysThatThereIsNoDaemon) {
  const auto answer = ask_for_replay(path_, {.job = "7"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().what,
            "no daemon answers on " + path_.string() + ": No such file or directory");
}

TEST_F(AskForReplay, RefusesWhatIsNoJobId) {
  for (const char* job : {"", ".", ".."}) {
    const auto answer = ask_for_replay(path_, {.job = job});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::invalid_argument);
  }
  EXPECT_EQ(ask_for_replay(std::string(200, 'x'), {.job = "7"}).error().code,
            Errc::invalid_argument);
}

}  // namespace
}  // namespace penstock::app
