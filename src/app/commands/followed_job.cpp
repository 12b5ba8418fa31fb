#include "app/commands/followed_job.hpp"

#include <algorithm>
#include <array>

#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/tasks_client.hpp"

namespace penstock::app {
namespace {

std::string all_of(const std::string& id) {
  return "`penstock replay " + id + " --to-stdout` prints all of its events";
}

// The API has said what there is to say: another question would have no other answer.
bool is_final(const remote::RestError& error) {
  return !error.may_pass && error.kind != remote::RestError::Kind::unreachable;
}

bool is_over(std::string_view status) {
  constexpr std::array<std::string_view, 3> ends{"success", "failed", "revoked"};
  return std::ranges::any_of(ends,
                             [&](std::string_view end) { return iequals_ascii(end, status); });
}

}  // namespace

FollowedJob::FollowedJob(boost::asio::io_context& io, const settings::Loaded& loaded,
                         const settings::Inputs& inputs, std::string task, Say say)
    : client_(io, command_rest_options(loaded, inputs)),
      timer_(io),
      waits_(loaded.settings.api.backoff.http_first, loaded.settings.api.backoff.http_max),
      task_(std::move(task)),
      say_(std::move(say)) {}

void FollowedJob::saw(std::uint64_t events, const std::optional<JobFlags>& flags) {
  events_ += events;
  started_ = started_ || (flags && flags->started.value_or(false));
}

std::string FollowedJob::progress(MonotonicTime now) const {
  if (!created()) {
    return {};
  }
  const auto since = std::chrono::floor<std::chrono::seconds>(now - created_at_);
  return "job " + id_ + (started_ ? " started, " : " requested, ") + std::to_string(events_) +
         " events, " + to_string(Duration(since));
}

void FollowedJob::create(std::function<void(bool)> done) {
  remote::create_task(
      client_, std::move(task_),
      [this, done = std::move(done)](const remote::RestResult<remote::CreatedTask>& answer) {
        if (answer) {
          id_ = printable(normal_job_id(answer->job_id));
          created_at_ = monotonic_now();
          say_("job " + id_ + " is requested; its events follow");
        } else {
          say_(created_error(answer.error()).what);
        }
        done(answer.has_value());
      });
}

void FollowedJob::connected_again(std::function<void()> over) {
  ++disconnects_;
  over_ = std::move(over);
  waits_.reset();
  ask_whether_over();
}

void FollowedJob::ask_whether_over() {
  // What was asked before the last disconnect doesn't count: the job may have ended in that.
  const auto is_current = [this, asked = disconnects_] { return asked == disconnects_; };
  remote::ask_status(client_, id_, [this, is_current](const remote::RestResult<Task>& answer) {
    if (!is_current()) {
      return;
    }
    if (answer && is_over(answer->status)) {
      say_("job " + id_ + " ended (" + printable(answer->status) +
           "); events of it may be missing: " + all_of(id_));
      over_();
    } else if (!answer && is_final(answer.error())) {
      say_("whether job " + id_ + " has ended isn't known: " + answer.error().detail +
           "; events of it may be missing: " + all_of(id_));
      over_();
    } else if (!answer) {
      const Duration wait =
          std::max(waits_.next(), answer.error().retry_after.value_or(Duration{0}));
      say_("whether job " + id_ + " has ended isn't known: " + answer.error().detail +
           "; asked again in " + to_string(wait));
      timer_.expires_after(wait);
      timer_.async_wait([this, is_current](const boost::system::error_code& error) {
        if (!error && is_current()) {
          ask_whether_over();
        }
      });
    }
  });
}

int FollowedJob::ended(const JobFlags& flags) const {
  const bool revoked = flags.revoked.value_or(false);
  const bool success = !revoked && flags.success.value_or(true);
  const char* const outcome = revoked ? "was revoked" : success ? "ended with success" : "failed";
  say_("job " + id_ + " " + outcome +
       (disconnects_ > 0 ? "; events of it may be missing: " + all_of(id_) : ""));
  return success && disconnects_ == 0 ? 0 : 1;
}

}  // namespace penstock::app
