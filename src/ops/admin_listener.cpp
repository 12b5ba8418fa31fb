#include "ops/admin_listener.hpp"

#include <optional>
#include <string_view>

#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> split_host_port(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view host = listen.substr(0, colon);
  const std::string_view port = listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const bool number = port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || port.empty() || !number) {
    return std::nullopt;
  }
  return HostPort{std::string(host), std::string(port)};
}

error_code listen_on(tcp::acceptor& acceptor, const HostPort& address) {
  error_code error;
  const auto found = tcp::resolver(acceptor.get_executor())
                         .resolve(address.host, address.port,
                                  tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) {
    return error;
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(tcp::acceptor::max_listen_connections, error);
  }
  return error;
}

}  // namespace

Result<void> open_listener(tcp::acceptor& acceptor, const std::string& listen) {
  const auto address = split_host_port(listen);
  if (!address) {
    return make_error(Errc::invalid_argument, "admin.listen: `" + printable(listen) +
                                                  "` is not host:port; write it like "
                                                  "127.0.0.1:9469 or [::1]:9469");
  }
  if (const error_code error = listen_on(acceptor, *address)) {
    error_code ignored;
    acceptor.close(ignored);
    return make_error(Errc::network, "admin.listen: can't listen on " + printable(listen) + ": " +
                                         error.message());
  }
  return {};
}

}  // namespace penstock::ops
