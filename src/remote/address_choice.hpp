// Which of a host's addresses an attempt begins with. Pure.
//
// An attempt goes on to the next address where TCP fails, and nowhere else: behind an address that
// takes connections and does no more, none would ever be tried. So the next attempt passes it over.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "penstock/remote/session_fsm.hpp"

namespace penstock::remote {

class AddressChoice {
 public:
  using Address = boost::asio::ip::tcp::endpoint;
  // Of which something failed: api.url, api.stream_url, a proxy, and where pictures are.
  static constexpr std::size_t hosts_kept = 16;

  // `found` is all that the resolver names for `authority` (host:port), in its order, which stays
  // (RFC 6724) but for where it begins: at the address that served last, or behind the one that
  // failed, while they are named. Without a failure it isn't changed: servers spread their load by
  // it.
  std::vector<Address> ordered(const std::string& authority, std::vector<Address> found) const;

  // What became of an attempt that TCP brought to `address`.
  void tried(const std::string& authority, const Address& address, const Outcome& what);

 private:
  struct Last {
    Address address;
    bool served;
  };
  std::map<std::string, Last> last_;  // by authority, from its first failure on
};

}  // namespace penstock::remote
