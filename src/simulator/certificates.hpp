// A certification authority for one run, and a server certificate of it.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>

#include "penstock/core/error.hpp"
#include "penstock/simulator/simulator.hpp"

namespace penstock::simulator {

// Makes keys and certificates, gives `context` the server's, and writes the authority's to
// `ca_file`. Private keys stay in memory.
Result<void> make_certificates(SSL_CTX* context, ServerCertificate kind,
                               const std::filesystem::path& ca_file);

}  // namespace penstock::simulator
