#include "ops/password_verifier.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace penstock::ops {

void PasswordVerifier::ask(std::shared_ptr<const AdminUsers> users, Credentials credentials,
                           std::function<bool()> wanted, std::function<void(bool)> answer) {
  if (!thread_) {
    thread_.emplace(1);
  }
  boost::asio::post(
      *thread_, [&io = io_, users = std::move(users), credentials = std::move(credentials),
                 wanted = std::move(wanted), answer = std::move(answer)] {
        if (wanted()) {
          boost::asio::post(io, [answer, right = users->verify(credentials)] { answer(right); });
        }
      });
}

void PasswordVerifier::stop() {
  if (thread_) {
    thread_->stop();
    thread_->join();
  }
}

}  // namespace penstock::ops
