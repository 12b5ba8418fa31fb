// Reads the header of an HTTP answer.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace penstock::remote {

// Reads until the parser has a whole header, at most `chunk` bytes at a time. An error of the
// parser has Beast's http category.
template <class Stream, class Parser>
boost::asio::awaitable<boost::system::error_code> read_until_header(
    Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser, std::size_t chunk) {
  namespace asio = boost::asio;
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
    auto [error, count] =
        co_await stream.async_read_some(buffer.prepare(room), asio::as_tuple(asio::use_awaitable));
    buffer.commit(count);
    if (error) {
      co_return error;
    }
  }
}

}  // namespace penstock::remote
