// An answer's status line and headers: the same for any cut of the bytes, and what is made of them
// leads nowhere else and can be shown.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <random>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/retry_after.hpp"
#include "remote/answer_text.hpp"
#include "remote/http_header.hpp"
#include "remote/sink_body.hpp"

namespace penstock::fuzz {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::response_parser<remote::SinkBody>;

// Gives the bytes in pieces.
class Pieces {
 public:
  Pieces(asio::io_context& io, std::string_view bytes, std::mt19937* cut)
      : io_(io), rest_(bytes), cut_(cut) {}

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this, buffers](auto handler) {
          constexpr std::size_t small = 30;
          std::size_t count = asio::buffer_copy(
              buffers, asio::buffer(rest_), cut_ == nullptr ? rest_.size() : 1 + (*cut_)() % small);
          rest_.remove_prefix(count);
          const error_code ec = count == 0 ? asio::error::eof : error_code();
          asio::post(io_,
                     [handler = std::move(handler), ec, count]() mutable { handler(ec, count); });
        },
        token);
  }

 private:
  asio::io_context& io_;
  std::string_view rest_;
  std::mt19937* cut_;
};

struct Head {
  bool whole = false;
  std::string text;  // all of it that is looked at
  unsigned status = 0;
  std::string reason, location, retry_after, encoding;
};

Head read(std::string_view bytes, std::mt19937* cut) {
  asio::io_context io;
  Pieces stream(io, bytes, cut);
  boost::beast::flat_buffer buffer(limits::receive_buffer.count);
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits::response_header.count));
  parser.body_limit(boost::none);
  error_code result;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        const auto read = [&](asio::mutable_buffer room) {
          return stream.async_read_some(room, asio::as_tuple(asio::use_awaitable));
        };
        result = co_await remote::read_until_header(read, buffer, parser, buffer.max_size());
      },
      asio::detached);
  io.run();
  Head head;
  head.whole = !result && parser.is_header_done();
  if (!head.whole) {
    must(static_cast<bool>(result), "what isn't whole has an error", std::string(bytes));
    return head;
  }
  const auto field = [&](http::field name) { return std::string(parser.get()[name]); };
  head.status = parser.get().result_int();
  head.reason = std::string(parser.get().reason());
  head.location = field(http::field::location);
  head.retry_after = field(http::field::retry_after);
  head.encoding = field(http::field::content_encoding);
  for (const auto& one : parser.get().base()) {
    head.text += std::string(one.name_string()) + ":" + std::string(one.value()) + "\n";
  }
  return head;
}

void look_at(const Head& head, const remote::Endpoint& from) {
  const WallTime now{std::chrono::milliseconds(1'790'000'000'000)};
  const auto wait = remote::parse_retry_after(head.retry_after, now);
  must(!wait || (*wait >= limits::retry_after_min && *wait <= limits::retry_after_max),
       "a wait is within its bounds", head.retry_after);

  const remote::RedirectTarget target = remote::judge_redirect(from, head.location);
  must(target.endpoint.has_value() == (target.kind == remote::Redirect::same_origin),
       "only within the origin there is somewhere to go", head.location);
  if (target.endpoint) {
    const remote::Endpoint& to = *target.endpoint;
    must(to.host == from.host && to.port == from.port, "the token stays at its host",
         head.location);
    must(to.target.starts_with('/') && is_printable(to.target) &&
             to.target.find(' ') == std::string::npos,
         "it can stand in a request line", to.target);
    const auto again = remote::parse_endpoint("https://" + to.authority() + to.target);
    must(again && *again == to, "it is an endpoint", to.target);
  }
  const remote::outcome::Answered answer{.status = head.status,
                                         .reason = printable(head.reason),
                                         .retry_after = wait,
                                         .redirect = target.kind,
                                         .location = printable(head.location),
                                         .content_encoding = printable(head.encoding),
                                         .address = {}};
  for (const std::string& text :
       {remote::status_line(answer), remote::redirect_refused(answer),
        remote::post_not_repeated(answer), remote::coding_fault(answer)}) {
    must(is_printable(text), "what is said of it is printable", text);
  }
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  std::mt19937 cut(choices.byte());
  const std::string bytes(choices.rest());
  const fuzz::Head head = fuzz::read(bytes, nullptr);
  const fuzz::Head in_pieces = fuzz::read(bytes, &cut);
  fuzz::must(head.whole == in_pieces.whole && head.status == in_pieces.status &&
                 head.reason == in_pieces.reason && head.text == in_pieces.text,
             "a head is the same for any cut", bytes);
  static const auto named = remote::parse_endpoint("https://api.test/v1/stream?a=b");
  static const auto address = remote::parse_endpoint("https://[2001:db8::1]:8443/");
  fuzz::look_at(head, *named);
  fuzz::look_at(head, *address);
  return 0;
}
