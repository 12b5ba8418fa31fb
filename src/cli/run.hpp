// The command line: parses it, loads the configuration, calls what does the work.
#pragma once

namespace penstock::cli {

// The exit status of the process. Data goes to standard output, messages to standard error.
int run(int argc, const char* const* argv);

}  // namespace penstock::cli
