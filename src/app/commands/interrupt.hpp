// SIGINT and SIGTERM as something that can be waited for.
#pragma once

#include <pthread.h>
#include <sys/signalfd.h>

#include <csignal>

namespace penstock::app {

// Readable once SIGINT or SIGTERM came; from now on they do nothing else. The caller's to close.
inline int interrupt_descriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace penstock::app
