// A Beast body (http/concepts/Body) that goes straight into a ByteSink.
#pragma once

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <cstdint>
#include <cstring>
#include <span>

#include "penstock/core/byte_sink.hpp"

namespace penstock::remote {

struct SinkBody {
  struct value_type {
    ByteSink* sink = nullptr;  // none: no room
    std::uint64_t received = 0;
  };

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& ec) { ec = {}; }

    // Takes what there is room for; need_buffer: bytes are left, to be given again later.
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& ec) {
      ec = {};
      std::size_t taken = 0;
      for (boost::asio::const_buffer in : boost::beast::buffers_range_ref(buffers)) {
        while (in.size() > 0) {
          const std::span<char> room =
              body_.sink == nullptr ? std::span<char>() : body_.sink->writable();
          if (room.empty()) {
            ec = boost::beast::http::error::need_buffer;
            return taken;
          }
          const std::size_t count = std::min(room.size(), in.size());
          std::memcpy(room.data(), in.data(), count);
          body_.sink->received(count);
          body_.received += count;
          taken += count;
          in += count;
        }
      }
      return taken;
    }

    void finish(boost::system::error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace penstock::remote
