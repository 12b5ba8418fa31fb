#include "penstock/remote/lookup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "penstock/core/thread_name.hpp"

namespace penstock::remote {

namespace asio = boost::asio;

struct Lookup::Desk {
  std::mutex mutex;
  Lookup* asker;  // none: nobody waits any more. Changes on the I/O thread alone.
};

asio::awaitable<std::optional<Lookup::Answer>> Lookup::find(const std::string& host,
                                                            std::uint16_t port,
                                                            MonotonicTime until) {
  answer_.reset();
  desk_ = std::make_shared<Desk>();
  desk_->asker = this;
  done_.expires_at(until);
  try {
    std::thread(look_up, desk_, host, port).detach();
  } catch (const std::system_error& failure) {
    co_return Answer{failure.code(), {}};
  }
  auto [woken] = co_await done_.async_wait(asio::as_tuple(asio::use_awaitable));
  static_cast<void>(woken);  // what counts is whether there is an answer
  if (!answer_) {
    abandon();
  }
  co_return std::exchange(answer_, std::nullopt);
}

void Lookup::abandon() {
  if (desk_) {
    const std::lock_guard lock(desk_->mutex);
    desk_->asker = nullptr;
  }
  desk_.reset();
  done_.cancel();
}

void Lookup::look_up(const std::shared_ptr<Desk>& desk, const std::string& host,
                     std::uint16_t port) {
  name_this_thread("look up");
  asio::io_context none;  // nothing runs in it: the call below is getaddrinfo
  Answer answer;
  for (const auto& found :
       asio::ip::tcp::resolver(none).resolve(host, std::to_string(port), answer.error)) {
    answer.addresses.push_back(found.endpoint());
  }
  const std::lock_guard lock(desk->mutex);
  if (desk->asker == nullptr) {
    return;
  }
  asio::post(desk->asker->io_, [desk, answer = std::move(answer)]() mutable {
    if (desk->asker != nullptr) {
      desk->asker->answer_ = std::move(answer);
      desk->asker->done_.cancel();
    }
  });
}

}  // namespace penstock::remote
