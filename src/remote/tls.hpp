// TLS as a client: which versions, whom to trust, and what to say when trust fails.
#pragma once

#include <openssl/x509_vfy.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/remote/endpoint.hpp"

namespace penstock::remote {

// TLS 1.2 or later; the peer's chain is verified against `ca_file`, else the system's trust store.
Result<boost::asio::ssl::context> make_tls_context(
    const std::optional<std::filesystem::path>& ca_file);

// Before the handshake: the name to ask for (SNI, RFC 6066 section 3: names only) and to insist on.
Result<void> expect_host(SSL* ssl, const Endpoint& endpoint);

// Why the chain in `store` isn't trusted for `host`, and what to do. Called from a verify callback
// that was told of the failure; printable.
std::string distrust(X509_STORE_CTX* store, const std::string& host);

}  // namespace penstock::remote
