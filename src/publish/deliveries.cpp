#include "publish/deliveries.hpp"

#include <algorithm>
#include <chrono>

#include "penstock/core/system_clock.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {
namespace {

// A flush that succeeds isn't told so, as reports are of errors only: librdkafka looks every 10 ms,
// and once more at the end of the time it is given. So it is given little: an eighth of what it has
// taken so far.
constexpr Duration shortest_step{1};
constexpr Duration longest_step{16};
// While it flushes, librdkafka's thread polls without a pause for as long as a partition has both a
// request under way and more to send: of much, that is a quarter of all CPU. Full batches go
// without a flush. So where there is much, it is called when those have gone: when less is left
// than a batch a partition, and nothing of it is answered for a while.
constexpr Bytes many_batches = 8_MiB;
constexpr double batch_bytes = 1e6;  // librdkafka's batch.size
constexpr Duration last_batches_wait{10};
constexpr Duration full_batch_wait{100};  // no more: with events of very different sizes it guesses
constexpr Duration answer_wait{5'000};    // for the next answer, whatever is left

// How long the brokers have answered nothing. An answer is seen where two calls differ.
class Silence {
 public:
  explicit Silence(rd_kafka_t* client)
      : client_(client), left_(rd_kafka_outq_len(client)), since_(monotonic_now()) {}

  bool longer_than(Duration duration) {
    const MonotonicTime now = monotonic_now();
    if (const int left = rd_kafka_outq_len(client_); left < left_) {
      left_ = left;
      since_ = now;
    }
    return now - since_ > duration;
  }
  int left() const { return left_; }  // records without an answer

 private:
  rd_kafka_t* client_;
  int left_;
  MonotonicTime since_;
};

}  // namespace

void Deliveries::queued(Bytes value) noexcept {
  bytes_.count += value.count;
  ++records_;
}

void Deliveries::forget() noexcept {
  bytes_ = {};
  records_ = 0;
}

bool Deliveries::await(rd_kafka_t* client, const std::function<bool()>& failed) {
  if (bytes_ > many_batches) {
    await_full_batches(client, failed);
  }
  forget();
  Duration step = shortest_step;
  const MonotonicTime begun = monotonic_now();
  Silence silence(client);
  while (!failed() && rd_kafka_flush(client, milliseconds(step)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const auto taken = std::chrono::duration_cast<Duration>(monotonic_now() - begun);
    step = std::clamp(taken / 8, shortest_step, longest_step);
    if (silence.longer_than(answer_wait)) {
      return false;
    }
  }
  return true;
}

void Deliveries::await_full_batches(rd_kafka_t* client, const std::function<bool()>& failed) const {
  const double mean = static_cast<double>(bytes_.count) / records_;
  Silence silence(client);
  while (silence.left() > 0 && !failed()) {
    const bool one_is_full = silence.left() * mean > partitions_ * batch_bytes;
    if (silence.longer_than(one_is_full ? full_batch_wait : last_batches_wait)) {
      return;
    }
    rd_kafka_poll(client, milliseconds(shortest_step));
  }
}

// Its thread looks at what there is as soon as a flush begins.
void Deliveries::hasten(rd_kafka_t* client) { rd_kafka_flush(client, milliseconds(shortest_step)); }

}  // namespace penstock::publish
