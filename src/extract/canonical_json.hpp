// One form for each JSON value, however it is written. Pure.
//
//   null, true, false   n t f
//   number              its exact value (canonical_number): 1.10 and 11e-1 are +11e-1;
//   string              " and its characters in UTF-8, escapes resolved, then a byte FF
//   array               [ and its values, then ]
//   object              { and its members, each a name as a string and a value, then }
//
// Members are sorted by their names' bytes. Where a name stands twice, all its members are kept, in
// the order they are written in: which of them counts is a matter of that order for most readers
// (for EventHandler it is the last). An escaped surrogate without its partner becomes the three
// bytes that UTF-8 would have for it.
//
// The form is injective: each piece tells by its first byte what it is and by itself where it ends,
// as valid UTF-8 has no FF. Ledgers keep hashes of it: a change of the form makes what they hold
// worthless.
//
// For hostile texts: time goes with the size, times its logarithm for the names of one object;
// depth costs nothing, as each byte is moved once. Memory is 25 bytes at most for each byte of
// text. Told in pieces, an object of a million members, of 12 bytes each, takes 50 MB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "extract/json_text.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/units.hpp"

namespace penstock::extract {

template <class Handler>
class JsonParser;

// Keeps its buffers from text to text.
class CanonicalJson {
 public:
  // Precondition: `text` is a JSON text that JsonParser accepts, and UTF-8. The result is good
  // until the next call.
  std::string_view of(std::string_view text);

  // The same, told in pieces: it is nowhere as a whole, so that a large one takes less memory.
  void tell(std::string_view text, const std::function<void(std::string_view)>& piece);

  Bytes memory() const;  // of the buffers, as allocated

 private:
  // Offsets are of text_. The largest form, 5/3 of its text (`10,` → `+1e1;`), has 32 bits for
  // them.
  static_assert(limits::largest_event.count < UINT32_MAX / 2);

  // A piece of text_, and the first of objects_ that can be in it.
  struct Range {
    std::uint32_t begin, end, object;
  };
  // Of an object that is still open; its innermost one's are the last.
  struct Member {
    std::uint64_t prefix;  // the name's first eight bytes, big-endian: mostly they decide
    std::uint32_t name, name_size, end, object;
  };
  // Of all objects in the order of their beginnings, but for ones that need nothing done.
  struct Object {
    std::uint32_t begin, end;         // of the members
    std::uint32_t behind;             // the first of objects_ that isn't within
    std::uint32_t first_part, parts;  // the members in their order; none: they stand in it
  };
  struct Frame {
    std::uint32_t object, first_member;
    bool is_object, in_order;
  };

  friend class JsonParser<CanonicalJson>;
  void begin_object();
  void begin_array();
  void end();
  void key(const JsonString& name);
  void string(const JsonString& value);
  void number(std::string_view value);
  void literal(std::string_view word);

  char* room(std::size_t size);
  void put(char c);
  void open(char bracket, bool is_object);
  void end_object(Frame& frame);
  void read(std::string_view text);
  void sort(std::span<Member> members);
  int order(const Member& a, const Member& b) const;  // below 0: `a` is before `b`
  template <class Put>
  void arrange(Put put) const;

  std::vector<char> text_;          // what the parser reported, in canonical pieces
  std::size_t used_ = 0;            // of text_
  const char* text_end_ = nullptr;  // of the text that is being read
  std::vector<char> result_;        // the same with members in order
  std::vector<Object> objects_;
  std::vector<Range> parts_;
  std::vector<Member> members_, scratch_;
  std::array<Frame, limits::max_depth> frames_;
  std::size_t depth_ = 0;
};

}  // namespace penstock::extract
