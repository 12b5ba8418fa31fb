#include "ops/admin_tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>

#include "penstock/core/text.hpp"
#include "penstock/core/time.hpp"

namespace penstock::ops {
namespace {

namespace ssl = boost::asio::ssl;

Error wrong(const char* key, const std::filesystem::path& file, const std::string& what) {
  return make_error(Errc::invalid_configuration,
                    std::string(key) + ": " + printable(file.string()) + " " + what);
}

}  // namespace

Result<ServerTls> make_server_tls(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key) {
  // shared: AdminAccess
  const auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Tickets are the client's to keep; a cache here would grow with strangers.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate.string(), error);
  if (error) {
    return wrong("admin.cert_file", certificate,
                 "can't be loaded: " + error.message() +
                     "; it has to hold a PEM certificate, and its chain behind it");
  }
  // Without it OpenSSL would ask the terminal for a passphrase.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                                 error);
  if (!error) {
    context->use_private_key_file(key.string(), ssl::context::pem, error);
  }
  if (error) {
    return wrong("admin.key_file", key,
                 "can't be loaded: " + error.message() +
                     "; it has to hold the certificate's key in PEM, without a passphrase");
  }
  const ASN1_TIME* const end = X509_get0_notAfter(SSL_CTX_get0_certificate(native));
  std::tm broken_down{};
  ServerTls made{context, "a time that can't be read", X509_cmp_current_time(end) < 0};
  if (ASN1_TIME_to_tm(end, &broken_down) == 1) {
    made.valid_until = to_rfc3339(WallTime(std::chrono::seconds(::timegm(&broken_down))));
  }
  return made;
}

}  // namespace penstock::ops
