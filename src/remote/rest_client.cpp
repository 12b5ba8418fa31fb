#include "penstock/remote/rest_client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/system_clock.hpp"
#include "remote/answer_text.hpp"
#include "remote/api_json.hpp"
#include "remote/requester.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using outcome::FailureKind;
using Kind = RestError::Kind;

// Keeps a body up to a bound; full beyond it.
class BoundedText final : public ByteSink {
 public:
  explicit BoundedText(Bytes limit) : limit_(static_cast<std::size_t>(limit.count)) {}

  std::span<char> writable() override {
    if (size_ == text_.size()) {
      constexpr std::size_t first = 16 * 1024;
      text_.resize(std::min(limit_, std::max(first, 2 * size_)));
    }
    return std::span(text_).subspan(size_);
  }
  void received(std::size_t count) override { size_ += count; }

  std::string take() {
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  std::size_t limit_;
  std::string text_;  // of it, size_ bytes are filled
  std::size_t size_ = 0;
};

RestError error_of(const outcome::Failed& failure) {
  RestError error{.kind = Kind::unreachable, .detail = failure.detail};
  switch (failure.kind) {
    case FailureKind::untrusted:
    case FailureKind::token:
      error.kind = Kind::refused;
      break;
    case FailureKind::malformed:
      error.kind = Kind::server_error;
      break;
    case FailureKind::unreachable:
    case FailureKind::proxy:
    case FailureKind::tls:
    case FailureKind::no_answer:
      // What a server works on for too long isn't asked again: that would only be more work for it.
      error.may_pass = !failure.late;
      break;
    case FailureKind::local:
      break;
  }
  return error;
}

Kind kind_of(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return Kind::refused;
    case 404:
      return Kind::not_found;
    case 420:
    case 429:
      return Kind::throttled;
    default:
      return Kind::server_error;
  }
}

bool may_pass(unsigned status) {
  constexpr std::array passing{408u, 420u, 429u, 500u, 502u, 503u, 504u};
  return std::ranges::find(passing, status) != passing.end();
}

// Of a POST only 307 and 308 ask for another POST; the others may be its success (RFC 9110, 15.4).
bool leads_on(const Outcome& what, Method method) {
  const auto* answer = std::get_if<outcome::Answered>(&what);
  return answer != nullptr && answer->redirect == Redirect::same_origin &&
         (method == Method::get || answer->status == 307 || answer->status == 308);
}

}  // namespace

class RestClient::Impl {
 public:
  // What is asked for, and who gets the answer.
  struct Call {
    RestRequest request;
    std::string url{};         // of a download, in place of the request
    ByteSink* sink = nullptr;  // none: the answer is kept, up to `limit`
    Bytes limit{};
    Done done;
  };

  Impl(asio::io_context& io, RestOptions options)
      : io_(io), options_(std::move(options)), requester_(io, options_.access), timer_(io) {}

  static void add(const std::shared_ptr<Impl>& self, Call call) {
    self->calls_.push_back(std::move(call));
    if (self->running_) {
      return;
    }
    self->running_ = true;
    asio::co_spawn(self->io_, run(self), [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);  // out of io_context::run
      }
    });
  }

  void abandon() {
    abandoned_ = true;
    calls_.clear();
    requester_.drop_sink();
    requester_.abort();
    timer_.cancel();
  }

 private:
  using Answer = RestResult<std::string>;

  // `self` keeps the frame's references good.
  static awaitable<void> run(std::shared_ptr<Impl> self) {
    Impl& client = *self;
    while (true) {
      co_await asio::post(client.io_, asio::use_awaitable);  // leave add()
      if (client.abandoned_ || client.calls_.empty()) {
        break;
      }
      const Call call = std::move(client.calls_.front());
      client.calls_.pop_front();
      Answer answer = co_await client.carry_out(call);
      if (client.abandoned_) {
        break;
      }
      call.done(std::move(answer));
    }
    client.running_ = false;
  }

  // What it returns once abandoned is told to nobody; so of what it calls.
  awaitable<Answer> carry_out(const Call& call) {
    Retries retries(options_.retries);
    while (true) {
      Answer answer = co_await attempt(call);
      if (answer || abandoned_) {
        co_return answer;
      }
      const bool repeatable = call.request.method == Method::get;
      const auto wait = retries.after(answer.error(), repeatable);
      if (!wait) {
        co_return answer;
      }
      requester_.close();
      if (options_.on_retry) {
        options_.on_retry(answer.error(), *wait);
      }
      if (!abandoned_) {
        timer_.expires_after(*wait);
        auto [ec] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ec);
      }
      if (abandoned_) {
        co_return answer;
      }
    }
  }

  // An error: the path would hold what no path can.
  Result<std::string> url_of(const Call& call) const {
    if (!call.url.empty()) {
      return call.url;
    }
    const auto path = make_path(call.request.path);
    return path ? Result<std::string>(options_.url + *path + make_query(call.request.query))
                : path.error();
  }

  awaitable<Outcome> send(const Call& call, Result<Endpoint> target) {
    RequestForm form{.method = call.request.method,
                     .body = call.request.body,
                     .with_token = call.url.empty(),
                     // A kept connection may be gone, and what was sent on it is in doubt.
                     .keep = call.request.method == Method::get,
                     .header_timeout = options_.header_time};
    Outcome what = co_await requester_.ask(target, form);
    const auto* failed = std::get_if<outcome::Failed>(&what);
    if (failed != nullptr && failed->kind == FailureKind::no_answer && !failed->late &&
        requester_.was_kept() && !abandoned_) {
      form.keep = false;
      what = co_await requester_.ask(target, form);
    }
    co_return what;
  }

  awaitable<Answer> attempt(const Call& call) {
    const auto url = url_of(call);
    if (!url) {
      co_return RestError{.kind = Kind::not_found, .detail = url.error().what, .was_sent = false};
    }
    Outcome what = co_await send(call, parse_endpoint(*url));
    for (int i = 0; i < limits::redirects && leads_on(what, call.request.method) && !abandoned_;
         ++i) {
      what = co_await send(call, requester_.redirect());
    }
    if (abandoned_) {
      co_return RestError{};  // what would take the body may be gone
    }
    if (const auto* failure = std::get_if<outcome::Failed>(&what)) {
      RestError error = error_of(*failure);
      error.was_sent = requester_.was_sent();
      co_return error;
    }
    const auto& answer = std::get<outcome::Answered>(what);
    if (answer.redirect != Redirect::none) {
      const bool unusable = answer.redirect == Redirect::unusable;
      const bool not_again =
          answer.redirect == Redirect::same_origin && !leads_on(what, call.request.method);
      co_return RestError{
          .kind = unusable ? Kind::server_error : Kind::refused,
          .retry_after = answer.retry_after,
          .detail = not_again ? post_not_repeated(answer) : redirect_refused(answer)};
    }
    if (answer.status / 100 != 2) {
      co_return co_await read_refusal(answer);
    }
    if (std::string fault = coding_fault(answer); !fault.empty()) {
      co_return RestError{.kind = Kind::server_error,
                          .retry_after = answer.retry_after,
                          .detail = std::move(fault)};
    }
    if (call.sink == nullptr) {
      co_return co_await read_kept(call.limit);
    }
    co_return co_await read_into(*call.sink);
  }

  // The status says it; what the body adds is welcome.
  awaitable<Answer> read_refusal(outcome::Answered answer) {
    RestError error{.kind = kind_of(answer.status),
                    .retry_after = answer.retry_after,
                    .detail = status_line(answer),
                    .may_pass = may_pass(answer.status)};
    if (coding_fault(answer).empty()) {
      BoundedText text(limits::error_answer);
      co_await read(text, monotonic_now() + options_.answer_time);
      error.body = text.take();
    }
    if (requester_.quotes_token(error.body)) {
      error.body.clear();
    }
    if (const std::string message = parse_error_message(error.body); !message.empty()) {
      error.detail += ": " + message;
    }
    co_return error;
  }

  awaitable<Answer> read_kept(Bytes limit) {
    BoundedText text(limit);
    const Outcome end = co_await read(text, monotonic_now() + options_.answer_time);
    if (std::holds_alternative<outcome::BodyEnded>(end)) {
      co_return text.take();
    }
    if (std::holds_alternative<outcome::SinkFull>(end)) {
      co_return RestError{.kind = Kind::server_error,
                          .detail = "the answer is longer than " + to_string(limit)};
    }
    co_return RestError{.kind = Kind::unreachable,
                        .detail = detail_of(end, "no end of the answer within "),
                        .may_pass = true};
  }

  awaitable<Answer> read_into(ByteSink& sink) {
    const Outcome end = co_await read(sink, std::nullopt);
    if (std::holds_alternative<outcome::BodyEnded>(end)) {
      co_return std::string();
    }
    const bool told = !abandoned_ && requester_.connection().received() > 0;
    if (std::holds_alternative<outcome::SinkFull>(end)) {
      requester_.close();  // what is left of the answer would stand before the next one
      co_return RestError{.kind = Kind::unwanted,
                          .detail = "the rest of the answer isn't wanted",
                          .was_told = told};
    }
    co_return RestError{.kind = Kind::unreachable,
                        .detail = detail_of(end, "the answer stands still, for "),
                        .may_pass = true,
                        .was_told = told};
  }

  // Without a deadline `answer_time` runs anew from each byte.
  awaitable<Outcome> read(ByteSink& sink, std::optional<MonotonicTime> deadline) {
    Counter uncounted;
    Outcome end =
        co_await requester_.read(sink, uncounted, [this, deadline](MonotonicTime last_byte) {
          return deadline.value_or(last_byte + options_.answer_time);
        });
    co_return end;
  }

  std::string detail_of(const Outcome& end, const std::string& late) const {
    const auto* broken = std::get_if<outcome::Broken>(&end);
    return broken != nullptr ? broken->detail : late + to_string(options_.answer_time);
  }

  asio::io_context& io_;
  RestOptions options_;
  Requester requester_;
  asio::steady_timer timer_;  // between attempts
  std::deque<Call> calls_;    // but the one under way
  bool running_ = false;
  bool abandoned_ = false;
};

RestClient::RestClient(asio::io_context& io, RestOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

RestClient::~RestClient() { impl_->abandon(); }

void RestClient::ask(RestRequest request, Bytes limit, Done done) {
  Impl::add(impl_, {.request = std::move(request), .limit = limit, .done = std::move(done)});
}

namespace {

RestClient::Done without_body(RestClient::Ended ended) {
  return [ended = std::move(ended)](const RestResult<std::string>& answer) {
    answer ? ended({}) : ended(answer.error());
  };
}

}  // namespace

void RestClient::stream(RestRequest request, ByteSink& sink, Ended ended) {
  Impl::add(impl_,
            {.request = std::move(request), .sink = &sink, .done = without_body(std::move(ended))});
}

void RestClient::download(std::string url, ByteSink& sink, Ended ended) {
  Impl::add(impl_, {.request = {},
                    .url = std::move(url),
                    .sink = &sink,
                    .done = without_body(std::move(ended))});
}

}  // namespace penstock::remote
