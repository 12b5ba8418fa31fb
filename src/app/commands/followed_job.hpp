// A job that a command creates and whose events it prints.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/commands/api_calls.hpp"
#include "penstock/core/backoff.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app {

// Says what becomes of the job. On the io_context's one thread.
class FollowedJob {
 public:
  using Say = std::function<void(const std::string&)>;

  FollowedJob(boost::asio::io_context& io, const settings::Loaded& loaded,
              const settings::Inputs& inputs, std::string task, Say say);

  // Once; `done` is told whether there is the job now.
  void create(std::function<void(bool created)> done);
  bool created() const { return !id_.empty(); }
  const std::string& id() const { return id_; }

  // Events may have been missed; so may the job's end: then `over` is called. The API is asked
  // until it answers; where it refuses to, `over` is called, too.
  void connected_again(std::function<void()> over);

  // For a progress line; empty before there is the job.
  void saw(std::uint64_t events, const std::optional<JobFlags>& flags);
  std::string progress(MonotonicTime now) const;

  // What the process's exit status is after this last status of the job.
  int ended(const JobFlags& flags) const;

 private:
  void ask_whether_over();

  remote::RestClient client_;
  boost::asio::steady_timer timer_;  // of the next question
  DoublingBackoff waits_;
  std::string task_;
  Say say_;
  std::string id_;
  MonotonicTime created_at_{};
  std::uint64_t events_ = 0;
  bool started_ = false;
  std::uint64_t disconnects_ = 0;
  std::function<void()> over_;
};

}  // namespace penstock::app
