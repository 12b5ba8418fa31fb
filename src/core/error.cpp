#include "penstock/core/error.hpp"

namespace penstock {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "penstock"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::invalid_argument:
        return "invalid argument";
      case Errc::invalid_configuration:
        return "invalid configuration";
      case Errc::not_found:
        return "not found";
      case Errc::io:
        return "input/output error";
      case Errc::network:
        return "network error";
      case Errc::tls:
        return "TLS error";
      case Errc::protocol:
        return "protocol error";
      case Errc::kafka:
        return "Kafka error";
      case Errc::corrupt:
        return "damaged data";
      case Errc::full:
        return "limit reached";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& penstock_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), penstock_category()};
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::system_error(error.code, error.what);
}

}  // namespace penstock
