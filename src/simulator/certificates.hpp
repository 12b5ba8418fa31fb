// A certification authority for one run, and a server certificate of it.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/simulator/simulator.hpp"

namespace penstock::simulator {

// Makes keys and certificates, gives `context` the server's, and writes the authority's to
// `ca_file`. Private keys stay in memory. `hosts`: names and addresses besides those of loopback.
Result<void> make_certificates(SSL_CTX* context, ServerCertificate kind,
                               const std::vector<std::string>& hosts,
                               const std::filesystem::path& ca_file);

}  // namespace penstock::simulator
