// A job that a command creates and whose events it prints.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "app/commands/api_calls.hpp"
#include "penstock/core/job_words.hpp"

namespace penstock::app {

// Says on standard error what becomes of the job. On the io_context's one thread.
class FollowedJob {
 public:
  FollowedJob(boost::asio::io_context& io, const settings::Loaded& loaded,
              const settings::Inputs& inputs, std::string task);

  // Once; `done` is told whether there is the job now.
  void create(std::function<void(bool created)> done);
  bool created() const { return !id_.empty(); }
  const std::string& id() const { return id_; }

  // Events may have been missed; so may the job's end: then `over` is called.
  void connected_again(std::function<void()> over);

  // What the process's exit status is after this last status of the job.
  int ended(const JobFlags& flags) const;

 private:
  remote::RestClient client_;
  std::string task_;
  std::string id_;
  bool missed_ = false;
};

}  // namespace penstock::app
