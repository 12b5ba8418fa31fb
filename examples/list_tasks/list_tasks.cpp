// Lists the account's latest tasks and in which state each is.
//
//   PENSTOCK_API_TOKEN=… list_tasks https://api.example.net [CA_FILE]
//
// Prints `ID STATE`, a task a line. Exit status 1 where the API didn't answer as it should.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "penstock/core/text.hpp"
#include "penstock/remote/rest_client.hpp"
#include "penstock/remote/tasks_client.hpp"

namespace {

using namespace std::chrono_literals;

// Called before each request, so a token that changes while the program runs would be taken over.
penstock::Result<std::string> token_of_environment() {
  const char* token = std::getenv("PENSTOCK_API_TOKEN");
  if (token == nullptr) {
    return penstock::make_error(penstock::Errc::invalid_argument, "PENSTOCK_API_TOKEN isn't set");
  }
  return std::string(token);
}

penstock::remote::RestOptions options_of(std::string url, const char* ca_file) {
  penstock::remote::AccessOptions access{
      .token_header = "X-Token",
      .read_token = token_of_environment,
      .ca_file = {},  // the system's trust store
      .connect_timeout = 10s,
      .user_agent = "list_tasks/1",
      .proxy = penstock::remote::read_proxy_environment(
          [](const char* name) -> const char* { return std::getenv(name); })};
  if (ca_file != nullptr) {
    access.ca_file = ca_file;
  }
  return {.url = std::move(url), .access = penstock::remote::Access(std::move(access))};
}

class TaskList {
 public:
  TaskList(boost::asio::io_context& io, penstock::remote::RestOptions options)
      : client_(io, std::move(options)) {}

  // Asks for the list, and goes on when it is there.
  void start() {
    penstock::remote::list_tasks(client_, [this](auto tasks) {
      if (!tasks) {
        fail("no list of tasks", tasks.error());
        return;
      }
      for (const penstock::Task& task : *tasks) {
        show(task);
      }
    });
  }

  bool failed() const { return failed_; }

 private:
  // An entry may lack its status. Then it is asked for; the client sends such requests one after
  // another.
  void show(const penstock::Task& task) {
    if (!task.status.empty()) {
      print(task);
      return;
    }
    penstock::remote::ask_status(client_, task.job_id, [this, id = task.job_id](auto answer) {
      if (answer) {
        print(*answer);
      } else {
        fail("no status of task " + penstock::printable(id), answer.error());
      }
    });
  }

  // What comes from elsewhere goes to a terminal as printable text only.
  static void print(const penstock::Task& task) {
    std::cout << penstock::printable(task.job_id) << ' ' << penstock::printable(task.status)
              << '\n';
  }

  void fail(const std::string& what, const penstock::remote::RestError& error) {
    failed_ = true;
    std::cerr << "list_tasks: " << what << ": " << error.detail << '\n';
  }

  penstock::remote::RestClient client_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: list_tasks URL [CA_FILE]\n";
    return 2;
  }
  boost::asio::io_context io;
  TaskList tasks(io, options_of(argv[1], argc == 3 ? argv[2] : nullptr));
  tasks.start();
  io.run();  // until nothing is asked for any more
  return tasks.failed() ? 1 : 0;
}
