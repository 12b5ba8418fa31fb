// What penstock-sim takes on its command line.
#pragma once

#include <string>
#include <vector>

#include "penstock/simulator/simulator.hpp"

namespace CLI {
class App;
}

namespace penstock::simulator {

struct Arguments {
  std::string listen = "127.0.0.1:8443";
  std::string cert_dir;
  std::vector<std::string> hosts;
  std::uint64_t seed = 1;
  std::string rate = "100";
  std::string token;
  std::string faults;
  std::string mix = "mixed";
  std::string write;
  std::string source = "firehose";
  std::string bytes = "300MB";
  std::string start_time;
  std::string jobs_every;
  std::string jobs_lasting = "20s";
  std::string replay_kept;
  std::string archives;
  JobOptions jobs;
  std::size_t tasks_listed = Options{}.tasks_listed;
};

// Gives the parser its name, its texts and its options, which parse into `arguments`.
void define(CLI::App& parser, Arguments& arguments);

}  // namespace penstock::simulator
