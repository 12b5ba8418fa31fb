// Whose journal it is: a lock on the whole file `released`, of the open file (F_OFD_SETLK,
// fcntl(2)). Unlike with flock(2), one can ask for it without taking it, and so without being in
// the way.
#pragma once

#include <fcntl.h>

namespace penstock::journal {

namespace detail {

inline struct flock whole_file(short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace detail

// Held as long as the file is open. False: errno is EAGAIN where another process has it.
inline bool lock_journal(int released) noexcept {
  struct flock lock = detail::whole_file(F_WRLCK);
  return ::fcntl(released, F_OFD_SETLK, &lock) == 0;
}

inline bool is_locked(int released) noexcept {
  struct flock lock = detail::whole_file(F_RDLCK);
  return ::fcntl(released, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace penstock::journal
