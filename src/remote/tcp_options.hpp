// Socket options of a connection that is read for days, and what the kernel knows of it (tcp(7)).
#pragma once

#include <boost/system/error_code.hpp>

namespace penstock::remote {

// No delay for small writes; a peer that vanished is found within limits::dead_peer.
void set_tcp_options(int socket, boost::system::error_code& ec);

// The connection was ended or reset by the other side, or given up by the kernel.
bool ended_by_remote(int socket);

}  // namespace penstock::remote
