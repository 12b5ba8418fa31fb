#include "app/admin_access.hpp"

#include <boost/asio/ip/address.hpp>

namespace penstock::app {

std::string listen_text(const settings::Endpoint& endpoint) {
  const bool v6 = endpoint.address.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
         std::to_string(endpoint.port);
}

std::string_view exposure(const settings::Admin& admin) {
  boost::system::error_code none;
  const auto address = boost::asio::ip::make_address(admin.listen.address, none);
  if (!none && address.is_loopback()) {
    return {};
  }
  if (!admin.password_file) {
    return "whoever reaches it reads figures and status: set admin.password_file, or see that only "
           "those who may reach it";
  }
  return admin.cert_file ? std::string_view()
                         : "passwords come in the clear: set admin.cert_file, or put TLS before it";
}

Result<ops::AdminAccess> admin_access(const settings::Admin& admin) {
  return ops::read_admin_access(
      {.certificate = admin.cert_file, .key = admin.key_file, .passwords = admin.password_file});
}

Result<ops::AdminAccess> admin_access(const settings::Admin& admin, Log& log) {
  auto access = admin_access(admin);
  if (access) {
    const std::string listen = listen_text(admin.listen);
    log.info("admin endpoint", {{"listen", listen}, {"secured", access->summary}});
    if (const auto exposed = exposure(admin); !exposed.empty()) {
      log.warning("the admin endpoint is exposed", {{"listen", listen}, {"how", exposed}});
    }
  }
  return access;
}

}  // namespace penstock::app
