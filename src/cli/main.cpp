#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "cli/exit_status.hpp"
#include "cli/run.hpp"

namespace {

// Wherever it is that memory ends, in any thread: without some nothing can be tidied up, and
// nothing has to be, as what was received is in the journal.
[[noreturn]] void end_without_memory() {
  std::fputs("penstock: out of memory\n", stderr);
  _exit(penstock::cli::exit_failed);
}

// Boost throws by itself, without asking the handler above.
[[noreturn]] void end_unhandled() {
  try {
    if (std::current_exception()) {
      throw;
    }
  } catch (const std::bad_alloc&) {
    end_without_memory();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "penstock: %s, which nobody expected\n", error.what());
  }
  std::abort();
}

// Before all else, as what is made before main() may need some, too.
[[gnu::constructor(101)]] void watch_memory() {
  std::set_new_handler(end_without_memory);
  std::set_terminate(end_unhandled);
}

// What is closed would become the number of a journal or a socket, and what is printed would get
// into it. Reading finds an end now, and writing fails.
void open_closed_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool closed = fcntl(number, F_GETFD) < 0 && errno == EBADF;
    if (closed && open("/dev/null", O_RDONLY) != number) {
      std::fputs("penstock: /dev/null can't be opened for a closed standard descriptor\n", stderr);
      _exit(penstock::cli::exit_failed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_closed_descriptors();
  return penstock::cli::run(argc, argv);
}
