#include "penstock/settings/secret.hpp"

#include <algorithm>

#include "penstock/core/limits.hpp"
#include "settings/small_file.hpp"

namespace penstock::settings {
namespace {

Error wrong(const std::string& where, const std::string& what) {
  return make_error(Errc::invalid_configuration, "the token of " + where + " " + what);
}

Result<Secret> checked(std::string text, const std::string& where) {
  constexpr std::string_view white_space = " \t\r\n";
  text.resize(text.find_last_not_of(white_space) + 1);  // npos + 1 is 0
  if (text.empty()) {
    return wrong(where, "is empty");
  }
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    return wrong(where, "holds white space, control or non-ASCII characters");
  }
  return Secret(std::move(text));
}

Result<Secret> from_file(const std::filesystem::path& file, const std::string& where) {
  auto text = read_small_file(file, limits::token_file);
  if (!text) {
    return wrong(where, "can't be read: " + text.error().what);
  }
  return checked(std::move(*text), where);
}

}  // namespace

Result<Secret> read_token(const Api& api, const Environment& environment) {
  if (api.token_file) {
    return from_file(*api.token_file, "api.token_file, " + api.token_file->string() + ",");
  }
  if (const auto directory = environment.find("CREDENTIALS_DIRECTORY");
      directory != environment.end()) {
    const std::filesystem::path file = std::filesystem::path(directory->second) / "token";
    std::error_code error;
    if (std::filesystem::status(file, error).type() != std::filesystem::file_type::not_found) {
      return from_file(file, "the systemd credential `token`");
    }
  }
  if (const auto variable = environment.find("PENSTOCK_API_TOKEN"); variable != environment.end()) {
    return checked(variable->second, "PENSTOCK_API_TOKEN");
  }
  return make_error(Errc::not_found,
                    "there is no token: set api.token_file, load the systemd credential `token`, "
                    "or set PENSTOCK_API_TOKEN");
}

}  // namespace penstock::settings
