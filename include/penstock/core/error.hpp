// Expected failures as values.
//
// A function that can fail for a reason its caller has to handle returns Result<T>. Exceptions are
// left for start-up steps that can't go on. An Error's text says what failed, where, and what to do
// about it; it never holds a secret, and what it quotes from outside went through printable().
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <system_error>
#include <utility>

namespace penstock {

enum class Errc {
  invalid_argument = 1,  // a value of a caller or a user that can't be used
  invalid_configuration,
  not_found,
  io,        // a file or the disk
  network,   // name resolution, TCP, a proxy
  tls,       // handshake, certificate
  protocol,  // the remote answered what it must not
  kafka,
  corrupt,  // stored data that fails its check
  full,     // a bound was reached
};

const std::error_category& penstock_category() noexcept;
std::error_code make_error_code(Errc code) noexcept;

struct Error {
  std::error_code code;
  std::string what;
};

inline Error make_error(Errc code, std::string what) {
  return Error{make_error_code(code), std::move(what)};
}

// Result<T>::value() of a failed result throws this; use it only where start-up can't go on.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace penstock

template <>
struct std::is_error_code_enum<penstock::Errc> : std::true_type {};
