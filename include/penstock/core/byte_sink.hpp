// Where a session puts the bytes of a response body. The journal's ring stands behind it.
#pragma once

#include <cstddef>
#include <span>

namespace penstock {

// Used from the I/O thread only.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Room for the next bytes. Empty: there is none now; stop reading until told to go on.
  virtual std::span<char> writable() = 0;
  // There is room, but reading on is to wait a little: what came before is on its way.
  virtual bool is_ahead() { return false; }
  // The first `count` bytes of what writable() returned last are filled.
  virtual void received(std::size_t count) = 0;
};

}  // namespace penstock
