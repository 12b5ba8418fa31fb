// From the body of an answer to what it says.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "penstock/remote/rest_client.hpp"

namespace penstock::remote {

// A callback for RestClient::ask() that gives `done` what `parse` reads in the body.
template <class T, class Parse>
RestClient::Done parsed_for(std::function<void(RestResult<T>)> done, Parse parse) {
  return [done = std::move(done), parse = std::move(parse)](const RestResult<std::string>& body) {
    if (!body) {
      done(body.error());
      return;
    }
    auto parsed = parse(*body);
    if (parsed) {
      done(std::move(*parsed));
    } else {
      done(RestError{.kind = RestError::Kind::server_error, .detail = parsed.error().what});
    }
  };
}

}  // namespace penstock::remote
