#include "remote/requester.hpp"

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "remote/tls.hpp"
#include "remote/token_echo.hpp"
#include "remote/watch.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using outcome::FailureKind;

// A value that can stand in a header; the token comes from a file, with whatever is in it.
bool fits_header(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c > ' ' && c <= '~'; });
}

// The header lines of curl's own requests, in their order: what the documentation shows is known to
// work. So a body's type is what curl says of `-d`, and a POST without a body has no length.
std::string request_text(const Endpoint& target, const AccessOptions& options,
                         const std::string& token, const RequestForm& form) {
  std::string text(form.method == Method::post ? "POST " : "GET ");
  text += target.target + " HTTP/1.1\r\nHost: " + target.host_header() +
          "\r\nUser-Agent: " + options.user_agent + "\r\nAccept: */*\r\n";
  if (form.with_token) {
    text += options.token_header + ": " + token + "\r\n";
  }
  if (form.body) {
    text += "Content-Length: " + std::to_string(form.body->size()) +
            "\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  }
  text += "\r\n" + form.body.value_or("");
  return text;
}

}  // namespace

struct Access::State {
  AccessOptions options;
  std::uint64_t replaced = 0;               // how often
  std::optional<asio::ssl::context> tls{};  // made once: loading a trust store is expensive
  AddressChoice choice{};
};

Access::Access(AccessOptions options)
    : state_(std::make_shared<State>(State{.options = std::move(options)})) {}

// A file that was just checked is kept as it is now: the next connection may be days away.
void Access::replace(AccessOptions options) {
  state_->options = std::move(options);
  ++state_->replaced;
  state_->tls.reset();
  if (state_->options.ca_file) {
    if (auto made = make_tls_context(state_->options.ca_file)) {
      state_->tls.emplace(std::move(*made));
    }
  }
}

Result<void> check_trust(const std::optional<std::filesystem::path>& ca_file) {
  const auto made = make_tls_context(ca_file);
  return made ? Result<void>{} : made.error();
}

Requester::Requester(asio::io_context& io, Access access) : io_(io), access_(std::move(access)) {}

awaitable<Outcome> Requester::ask(Result<Endpoint> target, RequestForm form) {
  auto kept = std::exchange(connection_, nullptr);
  if (!target) {
    co_return outcome::Failed{FailureKind::local, target.error().what};
  }
  Access::State& access = *access_.state_;
  const auto proxy = choose_proxy(access.options.proxy, target->host, target->port);
  if (!proxy) {
    co_return outcome::Failed{FailureKind::local, proxy.error().what};
  }
  if (form.with_token) {
    const auto token = access.options.read_token();
    if (!token) {
      co_return outcome::Failed{FailureKind::token, token.error().what};
    }
    if (!fits_header(*token)) {
      co_return outcome::Failed{
          FailureKind::token, "the token is empty or has characters that no HTTP header may have"};
    }
    token_ = *token;
  }
  const std::string text = request_text(*target, access.options, token_, form);
  // What was verified by certificates that may be trusted no more isn't used again.
  kept_ = form.keep && kept && connected_by_ == access.replaced &&
          same_origin(*connected_to_, *target) && kept->is_reusable();
  if (kept_) {
    connection_ = std::move(kept);
    co_return without_token(co_await connection_->ask(*target, text));
  }
  kept.reset();
  if (!access.tls) {
    auto made = make_tls_context(access.options.ca_file);
    if (!made) {
      co_return outcome::Failed{FailureKind::local, made.error().what};
    }
    access.tls.emplace(std::move(*made));
  }
  const Duration connect_timeout = access.options.connect_timeout;
  connection_ = std::make_unique<Connection>(io_, *access.tls, access.choice, connect_timeout,
                                             form.header_timeout.value_or(connect_timeout));
  connected_to_ = *target;
  connected_by_ = access.replaced;
  Outcome what = co_await connection_->open(*target, *proxy, text);
  const auto* failure = std::get_if<outcome::Failed>(&what);
  if (failure != nullptr && failure->kind == FailureKind::untrusted) {
    connection_.reset();
    access.tls.reset();  // read the trust store anew next time: it may have been put right
  }
  co_return without_token(std::move(what));
}

awaitable<Outcome> Requester::read(ByteSink& sink, Counter& received, StallsAt stalls_at) {
  bool stalled = false;
  const Watch watch(io_.get_executor(), [&]() -> std::optional<MonotonicTime> {
    const MonotonicTime now = monotonic_now();
    const MonotonicTime at = stalls_at(connection_->last_byte());
    if (now < at) {
      return std::min<MonotonicTime>(at, now + limits::stall_look);
    }
    stalled = true;
    connection_->abort();
    return std::nullopt;
  });
  Outcome what = co_await connection_->read(sink, received);
  // What came just before the watch's end counts; only a read that it cut off has stalled.
  if (stalled && std::holds_alternative<outcome::Broken>(what)) {
    what = outcome::Stalled{};
  }
  co_return what;
}

void Requester::abort() {
  if (connection_) {
    connection_->abort();
  }
}

void Requester::drop_sink() {
  if (connection_) {
    connection_->drop_sink();
  }
}

// What of an answer's header may be shown.
Outcome Requester::without_token(Outcome what) const {
  if (auto* const answer = std::get_if<outcome::Answered>(&what)) {
    for (std::string* const text :
         {&answer->reason, &answer->location, &answer->content_encoding}) {
      if (quotes_token(*text)) {
        *text = "(left out: it quotes the token)";
      }
    }
  }
  return what;
}

bool Requester::quotes_token(std::string_view text) const { return quotes(text, token_); }

}  // namespace penstock::remote
