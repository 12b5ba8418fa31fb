#include "penstock/remote/rest_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
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
  switch (failure.kind) {
    case FailureKind::untrusted:
    case FailureKind::token:
      return {Kind::refused, std::nullopt, failure.detail};
    case FailureKind::malformed:
      return {Kind::server_error, std::nullopt, failure.detail};
    case FailureKind::unreachable:
    case FailureKind::proxy:
    case FailureKind::tls:
    case FailureKind::no_answer:
    case FailureKind::local:
      break;
  }
  return {Kind::unreachable, std::nullopt, failure.detail};
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

bool leads_on(const Outcome& what) {
  const auto* answer = std::get_if<outcome::Answered>(&what);
  return answer != nullptr && answer->redirect == Redirect::same_origin;
}

}  // namespace

class RestClient::Impl {
 public:
  Impl(asio::io_context& io, RestOptions options)
      : io_(io), options_(std::move(options)), requester_(io, options_.access) {}

  static void get(const std::shared_ptr<Impl>& self, std::vector<std::string> path, Bytes limit,
                  Done done) {
    self->calls_.push_back({std::move(path), limit, std::move(done)});
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
    requester_.abort();
  }

 private:
  using Answer = RestResult<std::string>;
  struct Call {
    std::vector<std::string> path;
    Bytes limit;
    Done done;
  };

  // `self` keeps the frame's references good.
  static awaitable<void> run(std::shared_ptr<Impl> self) {
    Impl& client = *self;
    while (true) {
      co_await asio::post(client.io_, asio::use_awaitable);  // leave get()
      if (client.abandoned_ || client.calls_.empty()) {
        break;
      }
      const Call call = std::move(client.calls_.front());
      client.calls_.pop_front();
      Answer answer = co_await client.ask(call);
      client.requester_.close();
      if (client.abandoned_) {
        break;
      }
      call.done(std::move(answer));
    }
    client.running_ = false;
  }

  // What it returns once abandoned is told to nobody.
  awaitable<Answer> ask(const Call& call) {
    const auto path = make_path(call.path);
    if (!path) {
      co_return RestError{Kind::not_found, std::nullopt, path.error().what};
    }
    Outcome what = co_await requester_.get(parse_endpoint(options_.url + *path));
    for (int i = 0; i < limits::redirects && leads_on(what) && !abandoned_; ++i) {
      what = co_await requester_.get(requester_.redirect());
    }
    if (const auto* failure = std::get_if<outcome::Failed>(&what)) {
      co_return error_of(*failure);
    }
    const auto& answer = std::get<outcome::Answered>(what);
    if (answer.redirect != Redirect::none) {
      const bool unusable = answer.redirect == Redirect::unusable;
      co_return RestError{unusable ? Kind::server_error : Kind::refused, answer.retry_after,
                          redirect_refused(answer)};
    }
    Answer body = co_await read(answer, call.limit);
    if (answer.status / 100 == 2) {
      co_return body;
    }
    // The status says it; what the body adds is welcome.
    std::string detail = status_line(answer);
    const std::string message = body ? parse_error_message(*body) : "";
    if (!message.empty() && !requester_.quotes_token(message)) {
      detail += ": " + message;
    }
    co_return RestError{kind_of(answer.status), answer.retry_after, std::move(detail)};
  }

  awaitable<Answer> read(const outcome::Answered& answer, Bytes limit) {
    if (std::string fault = coding_fault(answer); !fault.empty()) {
      co_return RestError{Kind::server_error, answer.retry_after, std::move(fault)};
    }
    BoundedText text(limit);
    Counter uncounted;
    const MonotonicTime deadline = monotonic_now() + options_.answer_time;
    const Outcome end =
        co_await requester_.read(text, uncounted, [deadline](MonotonicTime) { return deadline; });
    if (std::holds_alternative<outcome::BodyEnded>(end)) {
      co_return text.take();
    }
    if (std::holds_alternative<outcome::SinkFull>(end)) {
      co_return RestError{Kind::server_error, std::nullopt,
                          "the answer is longer than " + to_string(limit)};
    }
    const auto* broken = std::get_if<outcome::Broken>(&end);
    co_return RestError{Kind::unreachable, std::nullopt,
                        broken != nullptr
                            ? broken->detail
                            : "no end of the answer within " + to_string(options_.answer_time)};
  }

  asio::io_context& io_;
  RestOptions options_;
  Requester requester_;
  std::deque<Call> calls_;  // but the one under way
  bool running_ = false;
  bool abandoned_ = false;
};

RestClient::RestClient(asio::io_context& io, RestOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

RestClient::~RestClient() { impl_->abandon(); }

void RestClient::get(std::vector<std::string> path, Bytes limit, Done done) {
  Impl::get(impl_, std::move(path), limit, std::move(done));
}

}  // namespace penstock::remote
