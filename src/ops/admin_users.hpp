// Who may read admin.listen: names and hashes of passwords, and whether a request's are right.
//
// A hash that is worth its name takes some 50 ms: verify() is for a thread of its own. Who was
// found right is remembered as a keyed digest, so that a scrape every few seconds costs
// microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/error.hpp"

namespace penstock::ops {

// What stands in the header `Authorization` (RFC 7617).
struct Credentials {
  std::string name;
  std::string password;
};
// None: it isn't of the scheme Basic, or can't be read.
std::optional<Credentials> read_basic(std::string_view header);

class AdminUsers {
 public:
  // The content of a password file. An error says which line is wrong and why, never what it holds.
  static Result<AdminUsers> parse(std::string_view text);

  std::size_t count() const { return users_.size(); }

  // Whether verify() was true for them before. Of one thread, as is remember().
  bool remembers(const Credentials& credentials) const;
  void remember(const Credentials& credentials);

  // By the hash; as slow for a name that nobody has. From any thread.
  bool verify(const Credentials& credentials) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  struct User {
    std::string hash;
    std::optional<Digest> verified;  // of the password that was right
  };

  AdminUsers();
  Digest digest(const Credentials& credentials) const;

  std::array<unsigned char, 32> key_{};  // of this process, and this reading of the file
  std::map<std::string, User, std::less<>> users_;
};

}  // namespace penstock::ops
