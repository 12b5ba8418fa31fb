// The API token, kept from being printed by accident.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>

#include "penstock/core/error.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::settings {

class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  // The only way to the text: each call is a place to look at in a review.
  const std::string& reveal() const noexcept { return text_; }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::string text_;
};

// Reads api.token_file, else $CREDENTIALS_DIRECTORY/token, else PENSTOCK_API_TOKEN. White space at
// the end is cut off. What is left is visible ASCII, as it goes into a header. Errors never show
// it. Meant to be called again whenever the remote refuses the token: it may have been replaced.
Result<Secret> read_token(const Api& api, const Environment& environment);

}  // namespace penstock::settings
