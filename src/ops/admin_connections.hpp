// The open connections of one listener of the admin server, and what they wait for. On the
// io_context's thread.
#pragma once

#include <algorithm>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "penstock/core/limits.hpp"

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
  // The entry of one, as long as it is open. It begins waiting for a request, and may be closed.
  class Entry {
   public:
    Entry(Connections& all, Plain& stream) : all_(all), stream_(stream) {
      all_.open_.push_back(this);
    }
    ~Entry() { std::erase(all_.open_, this); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // It waits for its client: for a request, for its taking the answer, or for its end.
    void may_be_closed() {
      may_be_closed_ = true;
      std::erase(all_.open_, this);
      all_.open_.push_back(this);
    }
    void must_stay() { may_be_closed_ = false; }

    // shared: with who gives it. None: for nothing but its stream.
    void waits_for(std::shared_ptr<boost::asio::steady_timer> given) { given_ = std::move(given); }

   private:
    friend Connections;
    Connections& all_;
    Plain& stream_;
    bool may_be_closed_ = true;
    std::shared_ptr<boost::asio::steady_timer> given_;
  };

  // Where there is none for one more, the one that has waited longest for its client is closed: who
  // neither asks, nor reads, nor closes keeps nobody out. False: in all of them an answer is made.
  bool make_room() {
    if (open_.size() < limits::admin_connections) {
      return true;
    }
    const auto longest = std::ranges::find_if(open_, &Entry::may_be_closed_);
    if (longest == open_.end()) {
      return false;
    }
    (*longest)->must_stay();  // not again, until its coroutine finds the end
    (*longest)->stream_.close();
    return true;
  }
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
  std::vector<Entry*> open_;  // those that may be closed: the one that began to wait first in front
};

}  // namespace penstock::ops
