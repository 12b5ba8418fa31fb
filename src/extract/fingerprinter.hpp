// Makes fingerprints of events (core/fingerprint).
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "extract/canonical_json.hpp"
#include "penstock/core/fingerprint.hpp"
#include "penstock/core/units.hpp"

namespace penstock::extract {

// Keeps its buffers from event to event, up to limits::fingerprint_buffers. One thread at a time.
class Fingerprinter {
 public:
  Fingerprinter();  // throws where OpenSSL has no SHA-256, or no memory

  // Precondition: `event` is a valid event's line.
  Fingerprint of(std::string_view event);

  Bytes memory() const { return canonical_.memory(); }  // of the buffers

 private:
  struct Deleter {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  CanonicalJson canonical_;
  // Fetched once: OpenSSL's look-up takes longer than the hash of a small event.
  std::unique_ptr<EVP_MD, Deleter> sha256_;
  std::unique_ptr<EVP_MD_CTX, Deleter> context_;
};

}  // namespace penstock::extract
