#include "fuzz/received_stream.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "extract/extractor.hpp"
#include "fuzz/check.hpp"
#include "journal/segment.hpp"
#include "penstock/core/byte_sink.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/journal/ring.hpp"
#include "remote/sink_body.hpp"

namespace penstock::fuzz {
namespace {

namespace http = boost::beast::http;

class Source final : public ByteSink {
 public:
  Source(const Geometry& geometry, std::mt19937* random, Received& received)
      : lane_{.max_line = Bytes{geometry.max_line}},
        random_(random),
        received_(received),
        store_(Bytes{geometry.segment_size}),
        ring_({.max_size = Bytes{geometry.segment_size * geometry.segments},
               .max_line = lane_.max_line,
               .segment_size = Bytes{geometry.segment_size},
               .block_size = Bytes{geometry.block_size}},
              store_) {
    ring_.open_session(ChannelId{1}, SessionId{1}, WallTime{});
  }

  std::span<char> writable() override {
    auto room = ring_.writable();
    if (room.empty()) {
      ring_.seal();
      extract();
      room = ring_.writable();
    }
    must(!room.empty(), "a ring whose blocks were all released has room");
    return room;
  }
  void received(std::size_t count) override {
    ring_.received(count, WallTime{});
    if (random_ != nullptr) {
      if ((*random_)() % 4 == 0) {
        ring_.seal();
      }
      if ((*random_)() % 4 == 0) {
        extract();
      }
    }
  }
  void end() {
    ring_.close_session(DisconnectCause::ended);
    extract();
    ring_.make_room();
    extract();
    must(ring_.used().count == 0, "nothing is left in the journal");
  }

 private:
  void extract() {
    while (const auto block = ring_.next()) {
      take(extractor_.extract(*block, lane_, 1));
      ring_.release(block->sequence);
    }
  }

  // In the order of the block's bytes.
  void take(const Batch& batch) {
    received_.truncated_bytes += batch.truncated_bytes;
    auto event = batch.events.begin();
    auto letter = batch.dead_letters.begin();
    while (event != batch.events.end() || letter != batch.dead_letters.end()) {
      if (letter == batch.dead_letters.end() ||
          (event != batch.events.end() && event->line.data() < letter->bytes.data())) {
        received_.lines.push_back({true, {}, std::string(event->line), event->line.size()});
        ++event;
      } else {
        received_.lines.push_back(
            {false, letter->reason, std::string(letter->bytes), letter->size});
        ++letter;
      }
    }
  }

  extract::LaneOptions lane_;
  std::mt19937* random_;
  Received& received_;
  journal::MemorySegments store_;
  journal::Ring ring_;
  extract::Extractor extractor_;
};

}  // namespace

// As Connection::read() does it.
Received receive(std::string_view answer, const Geometry& geometry, std::mt19937* cut) {
  Received received;
  Source source(geometry, cut, received);
  http::response_parser<remote::SinkBody> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits::response_header.count));
  parser.body_limit(boost::none);
  auto& body = parser.get().body();
  body.sink = &source;
  boost::beast::flat_buffer buffer(limits::receive_buffer.count);
  boost::system::error_code ec;
  while (received.is_http && !parser.is_done() && !answer.empty()) {
    constexpr std::size_t small = 40, large = 4'000;
    const std::size_t wanted = cut == nullptr      ? answer.size()
                               : (*cut)() % 8 == 0 ? (*cut)() % large
                               : (*cut)() % 2 == 0 ? 1
                                                   : (*cut)() % small;
    const std::size_t count = std::min(
        {std::max<std::size_t>(wanted, 1), answer.size(), buffer.max_size() - buffer.size()});
    std::copy_n(answer.begin(), count, static_cast<char*>(buffer.prepare(count).data()));
    buffer.commit(count);
    answer.remove_prefix(count);
    ec = {};
    while (buffer.size() > 0 && !parser.is_done() && !ec) {
      buffer.consume(parser.put(buffer.data(), ec));
      parser.eager(parser.is_header_done());
    }
    received.is_http = !ec || ec == http::error::need_more;
    if (received.is_http && !parser.is_done() && buffer.size() == buffer.max_size()) {
      received.is_http = false;
    }
  }
  if (received.is_http && parser.is_header_done() && !parser.is_done()) {
    parser.put_eof(ec);
  }
  received.is_http = received.is_http && parser.is_header_done();
  received.ended = received.is_http && (parser.is_done() || !ec);
  received.body_bytes = body.received;
  source.end();
  return received;
}

}  // namespace penstock::fuzz
