#include "test_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace penstock::remote::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void require(bool done) {
  if (!done) {
    throw std::runtime_error("OpenSSL refused to make a test certificate");
  }
}

Owned<EVP_PKEY> new_key() {
  Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  require(key != nullptr);
  return key;
}

void extend(X509* certificate, int nid, const std::string& value) {
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Not signed yet.
Owned<X509> draft(const std::string& name, EVP_PKEY* key, Validity validity) {
  Owned<X509> certificate(X509_new());
  require(certificate != nullptr);
  X509* x = certificate.get();
  static long serial = 0;
  require(X509_set_version(x, X509_VERSION_3) == 1 &&
          ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) == 1 &&
          X509_gmtime_adj(X509_getm_notBefore(x), validity.from.count()) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(x), validity.until.count()) != nullptr &&
          X509_set_pubkey(x, key) == 1 &&
          X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
          X509_sign(certificate, key, EVP_sha256()) != 0);
}

template <class Write>
std::string pem(Write write) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  require(bio && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string pem(EVP_PKEY* key) {
  return pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name) : key_(new_key().release()) {
  certificate_.reset(draft(name, key_.get(), {}).release());
  extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(certificate_.get(), certificate_.get(), key_.get());
  certificate_pem_ = pem(certificate_.get());
}

Identity CertificateAuthority::issue(const std::string& names, Validity validity) const {
  const auto key = new_key();
  const auto certificate = draft("test server", key.get(), validity);
  extend(certificate.get(), NID_subject_alt_name, names);
  sign(certificate.get(), certificate_.get(), key_.get());
  return {pem(certificate.get()), pem(key.get())};
}

Identity self_signed(const std::string& names) {
  const auto key = new_key();
  const auto certificate = draft("self-signed server", key.get(), {});
  extend(certificate.get(), NID_subject_alt_name, names);
  sign(certificate.get(), certificate.get(), key.get());
  return {pem(certificate.get()), pem(key.get())};
}

}  // namespace penstock::remote::test
