// The open connections of the admin server, and what they wait for. On the io_context's thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace penstock::ops {

// A connection of TCP or of the socket, and one under TLS.
using Plain = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;
using Secured = boost::beast::ssl_stream<Plain>;

// What somebody else owes. Shared with who gives it, perhaps when nobody waits any more.
template <class T>
struct Owed {
  explicit Owed(boost::asio::io_context& io) : given(io) {}
  void give(T what) {  // the first counts
    if (!value) {
      value = std::move(what);
      given.cancel();
    }
  }
  std::optional<T> value;
  boost::asio::steady_timer given;  // cancelled then, and when the server stops
};

class Connections {
 public:
  // The entry of one, as long as it is open.
  class Entry {
   public:
    Entry(Connections& all, Plain& stream) : all_(all), stream_(stream) { all_.open_.insert(this); }
    ~Entry() { all_.open_.erase(this); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // shared: with who gives it. None: for nothing but its stream.
    void waits_for(std::shared_ptr<boost::asio::steady_timer> given) { given_ = std::move(given); }

   private:
    friend Connections;
    Connections& all_;
    Plain& stream_;
    std::shared_ptr<boost::asio::steady_timer> given_;
  };

  std::size_t count() const { return open_.size(); }
  // What they wait for ends with an error.
  void close() {
    for (Entry* entry : open_) {
      entry->stream_.close();
      if (entry->given_) {
        entry->given_->cancel();
      }
    }
  }

 private:
  std::set<Entry*> open_;
};

}  // namespace penstock::ops
