#include "penstock/ops/admin_access.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "ops/admin_tls.hpp"
#include "ops/admin_users.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

Error wrong(const std::filesystem::path& file, const std::string& what) {
  return make_error(Errc::invalid_configuration,
                    "admin.password_file: " + printable(file.string()) + " " + what);
}

// shared: AdminAccess
Result<std::shared_ptr<AdminUsers>> read_users(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  std::string text(limits::value_file.count + 1, '\0');
  const std::size_t size = file ? std::fread(text.data(), 1, text.size(), file.get()) : 0;
  if (!file || std::ferror(file.get()) != 0) {
    return wrong(path, "can't be read: " + std::generic_category().message(errno));
  }
  if (size == text.size()) {
    return wrong(path, "is larger than " + to_string(limits::value_file));
  }
  auto users = AdminUsers::parse(std::string_view(text).substr(0, size));
  if (!users) {
    return wrong(path, users.error().what);
  }
  return std::make_shared<AdminUsers>(std::move(*users));
}

}  // namespace

Result<AdminAccess> read_admin_access(const AdminFiles& files) {
  AdminAccess access{.tls = nullptr, .users = nullptr, .summary = "no TLS"};
  if (files.certificate) {
    auto tls = make_server_tls(*files.certificate, files.key.value_or(*files.certificate));
    if (!tls) {
      return tls.error();
    }
    access.tls = std::move(tls->context);
    access.summary = "TLS, the certificate " +
                     std::string(tls->is_expired ? "EXPIRED at " : "is valid until ") +
                     tls->valid_until;
  }
  if (files.passwords) {
    auto users = read_users(*files.passwords);
    if (!users) {
      return users.error();
    }
    access.users = std::move(*users);
  }
  access.summary += access.users ? "; users: " + std::to_string(access.users->count())
                                 : std::string("; no passwords");
  return access;
}

}  // namespace penstock::ops
