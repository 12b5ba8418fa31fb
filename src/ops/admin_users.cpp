#include "ops/admin_users.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

constexpr std::string_view crypt_alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t bcrypt_size = 60;  // of the whole hash
constexpr std::size_t bcrypt_tail = 53;  // salt and digest
constexpr std::size_t sha512_digest = 86;
constexpr std::size_t sha512_salt = 16;  // at most

bool is_crypt_text(std::string_view text) {
  return text.find_first_not_of(crypt_alphabet) == std::string_view::npos;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

constexpr std::string_view unfinished = "the hash is no whole bcrypt or SHA-512 one";
constexpr std::string_view too_dear =
    "the hash costs too much: bcrypt up to 13, SHA-512 up to "
    "1000000 rounds";

// $2y$10$<22 of salt><31 of digest>
std::string_view wrong_bcrypt(std::string_view hash) {
  const auto cost = number(hash.substr(4, 2));
  if (hash.size() != bcrypt_size || hash[6] != '$' || !cost ||
      !is_crypt_text(hash.substr(bcrypt_size - bcrypt_tail))) {
    return unfinished;
  }
  return *cost > limits::bcrypt_cost ? too_dear : std::string_view();
}

// $6$[rounds=5000$]<salt>$<digest>
std::string_view wrong_sha512(std::string_view hash) {
  constexpr std::string_view rounds_are = "rounds=";
  hash.remove_prefix(3);
  if (hash.starts_with(rounds_are)) {
    const auto end = hash.find('$');
    const auto rounds = number(hash.substr(0, end).substr(rounds_are.size()));
    if (end == std::string_view::npos || !rounds) {
      return unfinished;
    }
    if (*rounds > limits::sha512_rounds) {
      return too_dear;
    }
    hash.remove_prefix(end + 1);
  }
  const auto salt = hash.substr(0, hash.find('$'));
  if (salt.size() > sha512_salt || hash.size() != salt.size() + 1 + sha512_digest ||
      !is_crypt_text(hash.substr(salt.size() + 1))) {
    return unfinished;
  }
  return {};
}

// What is wrong with a hash, or nothing.
std::string_view wrong_hash(std::string_view hash) {
  if (hash.starts_with("$2y$") || hash.starts_with("$2b$")) {
    return wrong_bcrypt(hash);
  }
  if (hash.starts_with("$6$")) {
    return wrong_sha512(hash);
  }
  return "no hash that is taken: `htpasswd -nB NAME` or `openssl passwd -6` makes one";
}

Error wrong_line(std::size_t line, std::string_view what) {
  return make_error(Errc::invalid_configuration,
                    "line " + std::to_string(line) + ": " + std::string(what));
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<Credentials> read_basic(std::string_view header) {
  constexpr std::string_view scheme = "basic ";
  if (!iequals_ascii(header.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  header.remove_prefix(std::min(header.find_first_not_of(' ', scheme.size()), header.size()));
  if (header.empty() || header.size() % 4 != 0 || header.size() > limits::admin_request.count) {
    return std::nullopt;
  }
  std::string text(header.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(header.data()),
                                   static_cast<int>(header.size()));
  if (size < 0) {
    return std::nullopt;
  }
  // Padding is decoded as zeros.
  const std::size_t padding = header.ends_with("==") ? 2 : header.ends_with('=') ? 1 : 0;
  text.resize(static_cast<std::size_t>(size) - padding);
  const auto colon = text.find(':');
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
  });
  if (colon == std::string::npos || has_control) {
    return std::nullopt;
  }
  return Credentials{text.substr(0, colon), text.substr(colon + 1)};
}

AdminUsers::AdminUsers() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random numbers");
  }
}

Result<AdminUsers> AdminUsers::parse(std::string_view text) {
  AdminUsers all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return wrong_line(number, "is not `name:hash`");
    }
    const std::string_view hash = line.substr(colon + 1);
    if (const auto wrong = wrong_hash(hash); !wrong.empty()) {
      return wrong_line(number, wrong);
    }
    if (!all.users_.try_emplace(std::string(line.substr(0, colon)), User{std::string(hash), {}})
             .second) {
      return wrong_line(number, "the name stands above already");
    }
    if (all.users_.size() > limits::admin_users) {
      return wrong_line(number,
                        "there are more than " + std::to_string(limits::admin_users) + " users");
    }
  }
  if (all.users_.empty()) {
    return make_error(Errc::invalid_configuration, "nobody is in it");
  }
  return all;
}

AdminUsers::Digest AdminUsers::digest(const Credentials& credentials) const {
  Digest made{};
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(credentials.password.data()),
       credentials.password.size(), made.data(), nullptr);
  return made;
}

bool AdminUsers::remembers(const Credentials& credentials) const {
  const auto found = users_.find(credentials.name);
  if (found == users_.end() || !found->second.verified) {
    return false;
  }
  const Digest given = digest(credentials);
  return CRYPTO_memcmp(given.data(), found->second.verified->data(), given.size()) == 0;
}

void AdminUsers::remember(const Credentials& credentials) {
  if (const auto found = users_.find(credentials.name); found != users_.end()) {
    found->second.verified = digest(credentials);
  }
}

bool AdminUsers::verify(const Credentials& credentials) const {
  const auto found = users_.find(credentials.name);
  // The hash of somebody else takes as long, and its answer doesn't count.
  const std::string& hash = (found == users_.end() ? users_.begin() : found)->second.hash;
  const auto scratch = std::make_unique<crypt_data>();  // 32 KiB, zeros
  const char* const made = crypt_r(credentials.password.c_str(), hash.c_str(), scratch.get());
  const bool right = made != nullptr && equal(made, hash);
  OPENSSL_cleanse(scratch.get(), sizeof(crypt_data));
  return right && found != users_.end();
}

}  // namespace penstock::ops
