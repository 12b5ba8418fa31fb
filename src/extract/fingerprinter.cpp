#include "extract/fingerprinter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

std::uint64_t big_endian(std::span<const unsigned char, 8> bytes) {
  std::uint64_t number = 0;
  for (const unsigned char byte : bytes) {
    number = number << 8 | byte;
  }
  return number;
}

}  // namespace

Fingerprinter::Fingerprinter()
    : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  if (sha256_ == nullptr || context_ == nullptr) {
    throw std::runtime_error("OpenSSL gives no SHA-256");
  }
}

Fingerprint Fingerprinter::of(std::string_view event) {
  constexpr std::size_t large = limits::fingerprint_buffers.count / 4;  // they hold it twice
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  bool good = EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1;
  const auto update = [&](std::string_view piece) {
    good = good && EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1;
  };
  if (event.size() > large) {
    canonical_.tell(event, update);
  } else {
    update(canonical_.of(event));
  }
  if (!good || EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL fails to hash");
  }
  if (canonical_.memory() > limits::fingerprint_buffers) {
    canonical_ = {};
  }
  const std::span<const unsigned char, EVP_MAX_MD_SIZE> bytes(digest);
  return {big_endian(bytes.subspan<0, 8>()), big_endian(bytes.subspan<8, 8>())};
}

}  // namespace penstock::extract
