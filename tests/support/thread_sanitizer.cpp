// What ThreadSanitizer builds need because librdkafka, a Debian package, isn't instrumented.
//
// Its threads are glibc's C11 threads, which ThreadSanitizer doesn't intercept: it doesn't
// know the threads so started, crashes in the first function that it does intercept, and sees none
// of their locks. Linked into an executable, the functions below take the place of glibc's; its
// types are the pthread ones under other names.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

pthread_mutex_t* pthread(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* pthread(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int c11(int error) {
  return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* raw) {
  const std::unique_ptr<Start> start(static_cast<Start*>(raw));
  start->function(start->argument);
  return nullptr;
}

}  // namespace

extern "C" {

// Its reference counts are atomic instructions that ThreadSanitizer doesn't see: the free() of a
// message that another thread has let go of looks like a race. The price: our callbacks, which have
// its frames below them, aren't watched either. They touch an atomic and the log.
const char* __tsan_default_suppressions() { return "race:librdkafka.so.1\n"; }

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, run, start.get());
  if (error == 0) {
    static_cast<void>(start.release());
  }
  return c11(error);
}

int thrd_join(thrd_t thread, int* result) {
  if (result != nullptr) {
    *result = 0;  // librdkafka's threads return nothing that anybody reads
  }
  return c11(pthread_join(thread, nullptr));
}

int thrd_detach(thrd_t thread) { return c11(pthread_detach(thread)); }

int mtx_init(mtx_t* mutex, int type) noexcept {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) {
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  }
  const int error = pthread_mutex_init(pthread(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return c11(error);
}

void mtx_destroy(mtx_t* mutex) noexcept { pthread_mutex_destroy(pthread(mutex)); }
int mtx_lock(mtx_t* mutex) { return c11(pthread_mutex_lock(pthread(mutex))); }
int mtx_trylock(mtx_t* mutex) noexcept {
  return pthread_mutex_trylock(pthread(mutex)) == 0 ? thrd_success : thrd_busy;
}
int mtx_unlock(mtx_t* mutex) noexcept { return c11(pthread_mutex_unlock(pthread(mutex))); }

int cnd_init(cnd_t* condition) noexcept {
  return c11(pthread_cond_init(pthread(condition), nullptr));
}
void cnd_destroy(cnd_t* condition) noexcept { pthread_cond_destroy(pthread(condition)); }
int cnd_signal(cnd_t* condition) noexcept { return c11(pthread_cond_signal(pthread(condition))); }
int cnd_broadcast(cnd_t* condition) noexcept {
  return c11(pthread_cond_broadcast(pthread(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return c11(pthread_cond_wait(pthread(condition), pthread(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return c11(pthread_cond_timedwait(pthread(condition), pthread(mutex), until));
}

}  // extern "C"
