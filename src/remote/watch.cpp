#include "remote/watch.hpp"

namespace penstock::remote {

Watch::Watch(const boost::asio::any_io_executor& executor, Look look)
    : state_(std::make_shared<State>(State{boost::asio::steady_timer(executor), std::move(look)})) {
  step(state_);
}

Watch::~Watch() {
  state_->look = nullptr;
  state_->timer.cancel();
}

void Watch::step(const std::shared_ptr<State>& state) {
  const auto next = state->look ? state->look() : std::nullopt;
  if (!next) {
    return;
  }
  state->timer.expires_at(*next);
  state->timer.async_wait([state](const boost::system::error_code&) { step(state); });
}

}  // namespace penstock::remote
