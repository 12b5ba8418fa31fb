// How admin.listen is secured: its certificate, and who has a password.
//
// The password file has a user a line, `name:hash`, as `htpasswd -B` and `openssl passwd -6` make
// hashes: bcrypt or SHA-512 crypt (crypt(3)). Empty lines and lines that begin with # are left out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"

namespace boost::asio::ssl {
class context;
}

namespace penstock::ops {

class AdminUsers;

struct AdminFiles {
  std::optional<std::filesystem::path> certificate;  // PEM, with the chain behind it; none: no TLS
  std::optional<std::filesystem::path> key;          // PEM; none: it is in the certificate's file
  std::optional<std::filesystem::path> passwords;    // none: everybody is answered
};

// What the files hold.
struct AdminAccess {
  // shared: a connection ends with what it began with, whatever is read since
  std::shared_ptr<boost::asio::ssl::context> tls;
  std::shared_ptr<AdminUsers> users;
  std::string summary;  // for the log: `no TLS, no passwords`
};

// The error names the key of the configuration, and holds nothing of a hash.
Result<AdminAccess> read_admin_access(const AdminFiles& files);

}  // namespace penstock::ops
