#include "remote/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <memory>

#include "penstock/core/text.hpp"

namespace penstock::remote {
namespace {

namespace ssl = boost::asio::ssl;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// What `print` writes into a BIO.
template <class Print>
std::string printed(Print print) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  if (!bio) {
    return {};
  }
  print(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return printable(std::string_view(data, static_cast<std::size_t>(size)));
}

std::string name_text(const X509_NAME* name) {
  return printed([&](BIO* bio) {
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~unsigned{ASN1_STRFLGS_ESC_MSB});
  });
}

std::string time_text(const ASN1_TIME* time) {
  return printed([&](BIO* bio) { ASN1_TIME_print(bio, time); });
}

std::string address_text(const ASN1_OCTET_STRING* octets) {
  const unsigned char* data = ASN1_STRING_get0_data(octets);
  const int size = ASN1_STRING_length(octets);
  if (size == 4) {
    boost::asio::ip::address_v4::bytes_type bytes;
    std::copy_n(data, bytes.size(), bytes.begin());
    return boost::asio::ip::make_address_v4(bytes).to_string();
  }
  if (size == 16) {
    boost::asio::ip::address_v6::bytes_type bytes;
    std::copy_n(data, bytes.size(), bytes.begin());
    return boost::asio::ip::make_address_v6(bytes).to_string();
  }
  return "?";
}

// The names and addresses a certificate is for, or its subject where it lists none.
std::string certified_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string list;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) {
      const ASN1_IA5STRING* dns = name->d.dNSName;
      text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(dns)),
                  static_cast<std::size_t>(ASN1_STRING_length(dns)));
    } else if (name->type == GEN_IPADD) {
      text = address_text(name->d.iPAddress);
    } else {
      continue;
    }
    list += (list.empty() ? "" : ", ") + text;
  }
  return list.empty() ? name_text(X509_get_subject_name(certificate)) : printable(list);
}

std::string last_openssl_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

}  // namespace

Result<ssl::context> make_tls_context(const std::optional<std::filesystem::path>& ca_file) {
  ssl::context context(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  context.set_verify_mode(ssl::verify_peer);
  boost::system::error_code ec;
  if (ca_file) {
    context.load_verify_file(ca_file->string(), ec);
    if (ec) {
      return make_error(Errc::tls, "api.ca_file " + printable(ca_file->string()) +
                                       " can't be loaded: " + ec.message() +
                                       "; it has to be a file of PEM certificates");
    }
  } else {
    context.set_default_verify_paths(ec);
    if (ec) {
      return make_error(Errc::tls, "the system's trust store can't be loaded: " + ec.message());
    }
  }
  return context;
}

Result<void> expect_host(SSL* ssl, const Endpoint& endpoint) {
  const std::string name(without_last_dot(endpoint.host));
  bool done = false;
  if (endpoint.is_address) {
    done = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    done = SSL_set1_host(ssl, name.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(name.c_str())) == 1;
  }
  if (!done) {
    return make_error(Errc::tls, "the host name can't be used: " + last_openssl_error());
  }
  return {};
}

std::string distrust(X509_STORE_CTX* store, const std::string& host) {
  const int code = X509_STORE_CTX_get_error(store);
  const bool is_leaf = X509_STORE_CTX_get_error_depth(store) == 0;
  const X509* certificate = X509_STORE_CTX_get_current_cert(store);
  const std::string generic = X509_verify_cert_error_string(code);
  if (certificate == nullptr) {
    return "the certificate of " + host + " isn't trusted: " + generic;
  }
  const std::string whose = is_leaf ? "the certificate of " + host
                                    : "a CA certificate above that of " + host + ", " +
                                          name_text(X509_get_subject_name(certificate)) + ",";
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return whose + " is for another host: " + certified_names(certificate) +
             "; check the host in api.url and api.stream_url";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return whose + " expired on " + time_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return whose + " isn't valid before " + time_text(X509_get0_notBefore(certificate)) +
             "; check this machine's clock";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return whose + " is self-signed; to trust it, name its file in api.ca_file";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return whose + " comes from an unknown CA, " + name_text(X509_get_issuer_name(certificate)) +
             "; to trust it, name its file in api.ca_file";
    default:
      return whose + " isn't trusted: " + generic;
  }
}

}  // namespace penstock::remote
