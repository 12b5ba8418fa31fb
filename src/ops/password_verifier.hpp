// Verifies passwords on a thread of its own, one after the other: guesses cost the daemon's other
// work nothing, and there are as few a second as the hash allows.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "ops/admin_users.hpp"

namespace penstock::ops {

class PasswordVerifier {
 public:
  explicit PasswordVerifier(boost::asio::io_context& io) : io_(io) {}

  // `answer` is called on the io_context's thread. `wanted` is asked when its turn comes, on the
  // verifier's: who asked may be gone.
  // shared: users may be read anew meanwhile
  void ask(std::shared_ptr<const AdminUsers> users, Credentials credentials,
           std::function<bool()> wanted, std::function<void(bool)> answer);
  // Waits for the one that is looked at. Nothing is answered after it, and nothing asked.
  void stop();

 private:
  boost::asio::io_context& io_;
  std::optional<boost::asio::thread_pool> thread_;  // of one, from the first question on
};

}  // namespace penstock::ops
