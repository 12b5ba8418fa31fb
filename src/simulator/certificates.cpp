#include "simulator/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <string>

#include "penstock/core/text.hpp"

namespace penstock::simulator {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

constexpr long day = 24 * 60 * 60;

Error openssl_error(std::string_view what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return make_error(Errc::tls, std::string(what) + ": " + printable(text));
}

struct Request {
  const char* name;
  long serial;
  long from, to;  // validity, seconds from now
  std::initializer_list<std::pair<int, const char*>> extensions;
};

// Signed by `issuer`; by itself where that is null.
Certificate make_certificate(const Request& request, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  if (x == nullptr || X509_set_version(x, X509_VERSION_3) != 1 ||
      ASN1_INTEGER_set(X509_get_serialNumber(x), request.serial) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(x), request.from) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(x), request.to) == nullptr ||
      X509_set_pubkey(x, key) != 1 ||
      X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(request.name), -1, -1,
                                 0) != 1 ||
      X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x)) != 1) {
    return {};
  }
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer ? issuer : x, x, nullptr, nullptr, 0);
  for (const auto& [nid, value] : request.extensions) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    if (!extension || X509_add_ext(x, extension.get(), -1) != 1) {
      return {};
    }
  }
  if (X509_sign(x, issuer ? issuer_key : key, EVP_sha256()) == 0) {
    return {};
  }
  return certificate;
}

Result<void> write_pem(const std::filesystem::path& path, X509* certificate) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const File file(std::fopen(path.c_str(), "w"));
  if (!file || PEM_write_X509(file.get(), certificate) != 1 || std::fflush(file.get()) != 0) {
    return make_error(Errc::io, "can't write " + printable(path.string()));
  }
  return {};
}

std::string alternative_names(ServerCertificate kind, const std::vector<std::string>& hosts) {
  if (kind == ServerCertificate::other_host) {
    return "DNS:elsewhere.example";
  }
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& host : hosts) {
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    names += (no_address ? ",DNS:" : ",IP:") + host;
  }
  return names;
}

}  // namespace

Result<void> make_certificates(SSL_CTX* context, ServerCertificate kind,
                               const std::vector<std::string>& hosts,
                               const std::filesystem::path& ca_file) {
  const Key ca_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Key server_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!ca_key || !server_key) {
    return openssl_error("can't make a key");
  }
  const Certificate ca = make_certificate({"penstock-sim CA",
                                           1,
                                           -400 * day,
                                           400 * day,
                                           {{NID_basic_constraints, "critical,CA:TRUE"},
                                            {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                            {NID_subject_key_identifier, "hash"}}},
                                          ca_key.get(), nullptr, nullptr);
  if (!ca) {
    return openssl_error("can't make the authority's certificate");
  }
  const bool expired = kind == ServerCertificate::expired;
  const bool self_signed = kind == ServerCertificate::self_signed;
  const std::string names = alternative_names(kind, hosts);
  const Certificate server = make_certificate({"penstock-sim",
                                               2,
                                               expired ? -30 * day : -day,
                                               expired ? -day : 365 * day,
                                               {{NID_basic_constraints, "critical,CA:FALSE"},
                                                {NID_key_usage, "critical,digitalSignature"},
                                                {NID_ext_key_usage, "serverAuth"},
                                                {NID_subject_alt_name, names.c_str()}}},
                                              server_key.get(), self_signed ? nullptr : ca.get(),
                                              self_signed ? nullptr : ca_key.get());
  if (!server || SSL_CTX_use_certificate(context, server.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, server_key.get()) != 1) {
    return openssl_error("can't make the server's certificate");
  }
  return write_pem(ca_file, ca.get());
}

}  // namespace penstock::simulator
