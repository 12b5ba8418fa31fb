// Certificates made on the spot: a CA, what it signs, and what nobody signed.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>

namespace penstock::remote::test {

// In PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct Validity {
  std::chrono::seconds from = -std::chrono::hours(1);  // from now
  std::chrono::seconds until = std::chrono::hours(1);
};

class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name);

  // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  Identity issue(const std::string& names, Validity validity = {}) const;
  const std::string& certificate() const { return certificate_pem_; }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
  std::string certificate_pem_;
};

Identity self_signed(const std::string& names);

}  // namespace penstock::remote::test
