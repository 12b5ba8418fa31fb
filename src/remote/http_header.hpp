// Reads the header of an HTTP answer.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace penstock::remote {

// Another answer follows (RFC 9110 section 15.2), but for 101: that ends HTTP on the connection.
constexpr bool is_interim(unsigned status) { return status / 100 == 1 && status != 101; }

// Reads until the parser has a whole header, at most `chunk` bytes at a time. An error of the
// parser has Beast's http category. `read(mutable_buffer)` awaits (error, bytes).
template <class Read, class Parser>
boost::asio::awaitable<boost::system::error_code> read_until_header(
    Read read, boost::beast::flat_buffer& buffer, Parser& parser, std::size_t chunk) {
  namespace http = boost::beast::http;
  while (true) {
    boost::system::error_code ec;
    if (buffer.size() > 0) {
      buffer.consume(parser.put(buffer.data(), ec));
      if (parser.is_header_done() || (ec && ec != http::error::need_more)) {
        co_return ec;
      }
      if (!ec) {
        continue;
      }
    }
    const std::size_t room = std::min(chunk, buffer.max_size() - buffer.size());
    if (room == 0) {
      co_return http::make_error_code(http::error::header_limit);
    }
    auto [error, count] = co_await read(buffer.prepare(room));
    buffer.commit(count);
    if (error) {
      co_return error;
    }
  }
}

}  // namespace penstock::remote
