// Calls of the C library that fail, or do less than they are asked for, or take their time:
// LD_PRELOAD puts this between a program and the library. Variables say what happens:
//
//   FAULTY_CALLS  `memory`, `calls` (all others of this file), or names of calls
//   FAULTY_NOT    parts of names of libraries whose calls are left alone
//   FAULTY_ONLY   the same of those that alone are meant; `program`: the program itself
//   FAULTY_HOW    `fail`; `interrupt`: with EINTR, where a call may; `short`: of files, one byte;
//                 `slow`: a millisecond
//   FAULTY_AT     the number of the first call that it happens to; 0: none
//   FAULTY_EVERY  from there on to every so manieth
//   FAULTY_TIMES  how often at most; 0: for good
//   FAULTY_COUNT  a file of sizeof(Count) bytes: how many calls there were, the first faulty one
//
// Lists have commas. Calls within the C library itself (those of fopen(3), say) don't come by here.
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

struct Count {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> faults;
  char first[48];  // its name, and whose call it was
};

Count nowhere{};
Count* count = &nowhere;

Count* shared_count() {
  const char* const file = std::getenv("FAULTY_COUNT");
  const long descriptor = file == nullptr ? -1 : syscall(SYS_openat, AT_FDCWD, file, O_RDWR, 0);
  if (descriptor < 0) {
    return &nowhere;
  }
  void* const address = reinterpret_cast<void*>(
      syscall(SYS_mmap, 0L, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0L));
  syscall(SYS_close, descriptor);
  return static_cast<Count*>(address);
}

std::uint64_t number(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

// Nothing here is to allocate, so there are no strings.
bool lists(const char* list, const char* word, bool parts_of_it) {
  while (list != nullptr && *list != '\0') {
    const char* const comma = std::strchr(list, ',');
    const std::size_t size =
        comma == nullptr ? std::strlen(list) : static_cast<std::size_t>(comma - list);
    const bool found = parts_of_it
                           ? memmem(word, std::strlen(word), list, size) != nullptr
                           : std::strlen(word) == size && std::memcmp(word, list, size) == 0;
    if (found) {
      return true;
    }
    list = comma == nullptr ? nullptr : comma + 1;
  }
  return false;
}

enum class How { fail, interrupt, short_one, slow };

struct Settings {
  const char* calls = std::getenv("FAULTY_CALLS");
  const char* left_alone = std::getenv("FAULTY_NOT");
  const char* alone = std::getenv("FAULTY_ONLY");
  std::uint64_t at = number("FAULTY_AT");
  std::uint64_t every = number("FAULTY_EVERY");
  std::uint64_t times = number("FAULTY_TIMES");
  How how = how_named(std::getenv("FAULTY_HOW"));

  static How how_named(const char* name) {
    const auto is = [name](const char* other) {
      return name != nullptr && std::strcmp(name, other) == 0;
    };
    return is("interrupt") ? How::interrupt
           : is("short")   ? How::short_one
           : is("slow")    ? How::slow
                           : How::fail;
  }
};

Settings* settings = nullptr;  // none: not begun yet

// Once the libraries are there: what they need until then, none of them can do without.
void begin() {
  static Settings read;
  count = shared_count();
  settings = &read;
}

const char* file_of(const void* caller) {
  dl_find_object found{};
  if (_dl_find_object(const_cast<void*>(caller), &found) != 0) {
    return "?";
  }
  const char* const path = found.dlfo_link_map->l_name;
  const char* const slash = std::strrchr(path, '/');
  return *path == '\0' ? "program" : slash == nullptr ? path : slash + 1;
}

struct Call {
  const char* name;
  long failure = -1;           // what it returns
  int error = EIO;             // errno
  bool interruptible = false;  // by a signal
  bool is_sure = false;        // but for that
  bool is_memory = false;
};

// Whether this one is a faulty one.
bool is_due(const Call& call, const void* caller) {
  if (settings == nullptr || settings->calls == nullptr ||
      (!lists(settings->calls, call.is_memory ? "memory" : "calls", false) &&
       !lists(settings->calls, call.name, false))) {
    return false;
  }
  if (settings->how == How::interrupt ? !call.interruptible : call.is_sure) {
    return false;
  }
  const char* const file = file_of(caller);
  if (lists(settings->left_alone, file, true) ||
      (settings->alone != nullptr && !lists(settings->alone, file, true))) {
    return false;
  }
  const std::uint64_t n = count->calls.fetch_add(1) + 1;
  const bool due = settings->at != 0 && n >= settings->at &&
                   (n - settings->at) % settings->every == 0 &&
                   (settings->times == 0 || (n - settings->at) / settings->every < settings->times);
  if (due && count->faults.fetch_add(1) == 0) {
    std::strncpy(count->first, call.name, sizeof count->first - 1);
    std::strncat(count->first, " of ", sizeof count->first - 1 - std::strlen(count->first));
    std::strncat(count->first, file, sizeof count->first - 1 - std::strlen(count->first));
  }
  return due;
}

bool fails() { return settings->how == How::fail || settings->how == How::interrupt; }

long failed(const Call& call) {
  errno = settings->how == How::interrupt ? EINTR : call.error;
  return call.failure;
}

void wait_a_millisecond() {
  const timespec millisecond{0, 1'000'000};
  syscall(SYS_nanosleep, &millisecond, nullptr);
}

bool is_regular(long file) {
  struct stat about {};
  return syscall(SYS_fstat, file, &about) == 0 && S_ISREG(about.st_mode);
}

using Real = long (*)(long, long, long, long, long, long);

}  // namespace

extern "C" int begin_program(long a, long b, long c, long d, long e, long f,
                             long g) __asm__("__libc_start_main");
extern "C" int begin_program(long a, long b, long c, long d, long e, long f, long g) {
  begin();
  using Start = int (*)(long, long, long, long, long, long, long);
  return reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"))(a, b, c, d, e, f, g);
}

// All take whole numbers and pointers, six at most, and so are alike to the caller. The names are
// those of the linker, as headers declare them otherwise.
#define FAULTY(name_, size_, ...)                                                                 \
  extern "C" long faulty_##name_(long a, long b, long c, long d, long e, long f) __asm__(#name_); \
  extern "C" long faulty_##name_(long a, long b, long c, long d, long e, long f) {                \
    static constexpr Call call{.name = #name_ __VA_OPT__(, ) __VA_ARGS__};                        \
    static Real real = nullptr;                                                                   \
    if (real == nullptr) {                                                                        \
      real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, #name_));                                    \
    }                                                                                             \
    if (is_due(call, __builtin_return_address(0))) {                                              \
      if (fails()) {                                                                              \
        return failed(call);                                                                      \
      }                                                                                           \
      if (settings->how == How::slow) {                                                           \
        wait_a_millisecond();                                                                     \
      } else if (size_ && c > 1 && is_regular(a)) {                                               \
        c = 1;                                                                                    \
      }                                                                                           \
    }                                                                                             \
    return real(a, b, c, d, e, f);                                                                \
  }

constexpr bool with_size = true, without_size = false;

FAULTY(open, without_size, .error = EMFILE)
FAULTY(open64, without_size, .error = EMFILE)
FAULTY(__open_2, without_size, .error = EMFILE)
FAULTY(openat, without_size, .error = EMFILE)
FAULTY(fopen, without_size, .failure = 0, .error = EMFILE)
FAULTY(fopen64, without_size, .failure = 0, .error = EMFILE)
FAULTY(opendir, without_size, .failure = 0, .error = EMFILE)
FAULTY(fdopendir, without_size, .failure = 0, .error = ENOMEM)
FAULTY(readdir, without_size, .failure = 0)
FAULTY(mkdir, without_size, .error = ENOSPC)
FAULTY(unlink, without_size)
FAULTY(rename, without_size)
FAULTY(renameat2, without_size)
FAULTY(chmod, without_size, .error = EPERM)
FAULTY(stat, without_size)
FAULTY(lstat, without_size)
FAULTY(fstat, without_size)
FAULTY(fstatfs, without_size)
FAULTY(ftruncate, without_size, .error = ENOSPC)
FAULTY(fallocate, without_size, .error = ENOSPC, .interruptible = true)
FAULTY(fsync, without_size)
FAULTY(fdatasync, without_size)
FAULTY(fcntl, without_size, .error = ENOLCK)
FAULTY(ioctl, without_size, .error = ENOTTY)
FAULTY(mmap, without_size, .error = ENOMEM)
FAULTY(madvise, without_size, .error = ENOMEM)
FAULTY(read, with_size, .interruptible = true)
FAULTY(pread, with_size, .interruptible = true)
FAULTY(write, with_size, .error = ENOSPC, .interruptible = true)
FAULTY(writev, without_size, .error = ENOSPC, .interruptible = true)
FAULTY(socket, without_size, .error = EMFILE)
FAULTY(bind, without_size, .error = EADDRINUSE)
FAULTY(listen, without_size, .error = EADDRINUSE)
FAULTY(accept, without_size, .error = EMFILE, .interruptible = true)
FAULTY(connect, without_size, .error = ENETUNREACH)
FAULTY(setsockopt, without_size, .error = ENOBUFS)
FAULTY(getsockopt, without_size, .error = ENOBUFS)
FAULTY(getsockname, without_size, .error = ENOBUFS)
FAULTY(recv, without_size, .error = ECONNRESET, .interruptible = true)
FAULTY(recvmsg, without_size, .error = ECONNRESET, .interruptible = true)
FAULTY(send, without_size, .error = ECONNRESET, .interruptible = true)
FAULTY(sendmsg, without_size, .error = ECONNRESET, .interruptible = true)
FAULTY(poll, without_size, .error = ENOMEM, .interruptible = true)
FAULTY(epoll_create, without_size, .error = EMFILE)
FAULTY(epoll_create1, without_size, .error = EMFILE)
FAULTY(epoll_ctl, without_size, .error = ENOSPC)
FAULTY(epoll_wait, without_size, .interruptible = true, .is_sure = true)
FAULTY(eventfd, without_size, .error = EMFILE)
FAULTY(timerfd_create, without_size, .error = EMFILE)
FAULTY(pipe, without_size, .error = EMFILE)
FAULTY(pipe2, without_size, .error = EMFILE)
FAULTY(inotify_init1, without_size, .error = EMFILE)
FAULTY(inotify_add_watch, without_size, .error = ENOSPC)
FAULTY(pthread_create, without_size, .failure = EAGAIN, .error = EAGAIN)
FAULTY(getaddrinfo, without_size, .failure = EAI_MEMORY, .error = ENOMEM)

#define MEMORY(name_, parameters, failure_, otherwise)                            \
  extern "C" long faulty_##name_ parameters __asm__(#name_);                      \
  extern "C" long faulty_##name_ parameters {                                     \
    static constexpr Call call{                                                   \
        .name = #name_, .failure = failure_, .error = ENOMEM, .is_memory = true}; \
    if (is_due(call, __builtin_return_address(0)) && fails()) {                   \
      return failed(call);                                                        \
    }                                                                             \
    return otherwise;                                                             \
  }

namespace {

long address(void* memory) { return reinterpret_cast<long>(memory); }

int aligned(void** memory, std::size_t alignment, std::size_t size) {
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

}  // namespace

MEMORY(malloc, (std::size_t size), 0, address(__libc_malloc(size)))
MEMORY(calloc, (std::size_t n, std::size_t size), 0, address(__libc_calloc(n, size)))
MEMORY(realloc, (void* memory, std::size_t size), 0, address(__libc_realloc(memory, size)))
MEMORY(memalign, (std::size_t alignment, std::size_t size), 0,
       address(__libc_memalign(alignment, size)))
MEMORY(aligned_alloc, (std::size_t alignment, std::size_t size), 0,
       address(__libc_memalign(alignment, size)))
MEMORY(posix_memalign, (void** memory, std::size_t alignment, std::size_t size), ENOMEM,
       aligned(memory, alignment, size))
