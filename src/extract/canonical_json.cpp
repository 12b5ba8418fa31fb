#include "extract/canonical_json.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "extract/canonical_number.hpp"
#include "extract/json_parser.hpp"
#include "extract/merge_sort.hpp"

namespace penstock::extract {
namespace {

constexpr char end_of_string = '\xff';
constexpr std::size_t many = 32 * 1024;  // members of one object; real ones have some hundred
constexpr std::size_t step = 16;         // what is copied at once; buffers have room for one more

// Most pieces are short: a call of memcpy would cost more than the copy. Reads and writes up to
// `step` bytes behind the end.
char* copy_in_steps(const char* from, std::size_t size, char* to) {
  constexpr std::size_t long_piece = 8 * step;
  if (size > long_piece) {
    std::memcpy(to, from, size);
  } else {
    for (std::size_t at = 0; at < size; at += step) {
      std::memcpy(to + at, from + at, step);
    }
  }
  return to + size;
}

// The first eight bytes as a big-endian number, NULs behind the end of shorter texts. Eight bytes
// must be readable at `text`.
std::uint64_t first_eight(const char* text, std::size_t size) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  if constexpr (std::endian::native == std::endian::little) {
    bytes = __builtin_bswap64(bytes);
  }
  return size >= sizeof bytes ? bytes : bytes & ~(~std::uint64_t{0} >> 8 * size);
}

}  // namespace

std::string_view CanonicalJson::of(std::string_view text) {
  read(text);
  if (parts_.empty()) {
    return {text_.data(), used_};
  }
  result_.resize(std::max(result_.size(), text_.size()));
  char* out = result_.data();
  arrange([&](std::uint32_t begin, std::uint32_t end) {
    out = copy_in_steps(text_.data() + begin, end - begin, out);
  });
  return {result_.data(), used_};
}

void CanonicalJson::tell(std::string_view text,
                         const std::function<void(std::string_view)>& piece) {
  text_.resize(std::max(text_.size(), text.size()));  // growing to it would take more for a while
  read(text);
  arrange([&](std::uint32_t begin, std::uint32_t end) {
    piece({text_.data() + begin, end - begin});
  });
}

void CanonicalJson::read(std::string_view text) {
  used_ = 0;
  depth_ = 0;
  objects_.clear();
  parts_.clear();
  members_.clear();
  text_end_ = text.data() + text.size();
  parse_json(text, *this);
}

Bytes CanonicalJson::memory() const {
  return Bytes{text_.capacity() + result_.capacity() + objects_.capacity() * sizeof(Object) +
               parts_.capacity() * sizeof(Range) +
               (members_.capacity() + scratch_.capacity()) * sizeof(Member)};
}

// Room for `size` bytes and one step at the end of text_.
char* CanonicalJson::room(std::size_t size) {
  const std::size_t needed = used_ + size + step;
  if (needed > text_.size()) [[unlikely]] {
    text_.resize(std::max(needed, text_.size() + text_.size() / 2));
  }
  return text_.data() + used_;
}

void CanonicalJson::put(char c) {
  *room(1) = c;
  ++used_;
}

void CanonicalJson::open(char bracket, bool is_object) {
  put(bracket);
  frames_[depth_++] = {static_cast<std::uint32_t>(objects_.size()),
                       static_cast<std::uint32_t>(members_.size()), is_object, true};
}

void CanonicalJson::begin_array() { open('[', false); }

void CanonicalJson::begin_object() {
  open('{', true);
  const auto begin = static_cast<std::uint32_t>(used_);
  objects_.push_back({begin, begin, 0, 0, 0});
}

void CanonicalJson::end() {
  Frame& frame = frames_[--depth_];
  if (frame.is_object) {
    end_object(frame);
  }
  put(frame.is_object ? '}' : ']');
}

void CanonicalJson::end_object(Frame& frame) {
  const std::span<Member> members = std::span(members_).subspan(frame.first_member);
  if (frame.in_order) {
    if (objects_.size() == frame.object + 1) {
      objects_.pop_back();
    }
  } else {
    members.back().end = static_cast<std::uint32_t>(used_);
    sort(members);
    Object& object = objects_[frame.object];
    object.end = static_cast<std::uint32_t>(used_);
    object.behind = static_cast<std::uint32_t>(objects_.size());
    object.first_part = static_cast<std::uint32_t>(parts_.size());
    object.parts = static_cast<std::uint32_t>(members.size());
    if (members.size() > many) {
      parts_.reserve(parts_.size() + members.size());
    }
    for (const Member& member : members) {
      parts_.push_back({member.name - 1, member.end, member.object});
    }
  }
  members_.resize(frame.first_member);
}

// Stably, as a name that stands later begins later, too. With many there is no memory for a second
// place for them.
void CanonicalJson::sort(std::span<Member> members) {
  if (members.size() > many) {
    std::ranges::sort(members, [this](const Member& a, const Member& b) {
      const int found = order(a, b);
      return found != 0 ? found < 0 : a.name < b.name;
    });
    return;
  }
  merge_sort(members, scratch_,
             [this](const Member& a, const Member& b) { return order(a, b) < 0; });
}

void CanonicalJson::key(const JsonString& name) {
  const auto begin = static_cast<std::uint32_t>(used_);
  string(name);
  const std::size_t size = used_ - begin - 2;  // between its first byte and its last
  // Of two places with the same bytes, the parser's is read without waiting for what was just
  // written.
  const bool in_place = !name.escaped && text_end_ - name.raw.data() >= 8;
  const char* const bytes = in_place ? name.raw.data() : text_.data() + begin + 1;
  members_.emplace_back(first_eight(bytes, size), begin + 1, static_cast<std::uint32_t>(size), 0u,
                        static_cast<std::uint32_t>(objects_.size()));
  Frame& frame = frames_[depth_ - 1];
  if (members_.size() > frame.first_member + 1) {
    Member& last = *(members_.end() - 2);
    last.end = begin;
    frame.in_order = frame.in_order && order(members_.back(), last) >= 0;
  }
}

void CanonicalJson::string(const JsonString& value) {
  char* const start = room(value.raw.size() + 2);
  char* out = start;
  *out++ = '"';
  if (value.escaped) {
    out = unescape_into(value.raw, out, LoneSurrogate::keep);
  } else if (static_cast<std::size_t>(text_end_ - value.raw.data()) >= value.raw.size() + step) {
    out = copy_in_steps(value.raw.data(), value.raw.size(), out);
  } else {
    out = std::copy(value.raw.begin(), value.raw.end(), out);
  }
  *out++ = end_of_string;
  used_ += static_cast<std::size_t>(out - start);
}

void CanonicalJson::number(std::string_view value) {
  char* const out = room(value.size() + canonical_number_growth);
  used_ += static_cast<std::size_t>(write_canonical_number(value, out) - out);
}

void CanonicalJson::literal(std::string_view word) { put(word.front()); }

int CanonicalJson::order(const Member& a, const Member& b) const {
  if (a.prefix != b.prefix) {
    return a.prefix < b.prefix ? -1 : 1;
  }
  const int found =
      std::memcmp(text_.data() + a.name, text_.data() + b.name, std::min(a.name_size, b.name_size));
  return found != 0 ? found : (a.name_size > b.name_size) - (a.name_size < b.name_size);
}

// Tells text_ piece by piece. An object whose members aren't in order interrupts the range it
// stands in: its members' ranges come first, then what is left of that one.
template <class Put>
void CanonicalJson::arrange(Put put) const {
  struct Level {
    Range rest;
    std::uint32_t next_part, last_part;
  };
  std::array<Level, limits::max_depth> levels;
  std::size_t level = 0;
  Range range{0, static_cast<std::uint32_t>(used_), 0};
  for (;;) {
    const auto has_object = [&] {
      return range.object < objects_.size() && objects_[range.object].begin < range.end;
    };
    while (has_object() && objects_[range.object].parts == 0) {
      ++range.object;
    }
    if (has_object()) {
      const Object& object = objects_[range.object];
      put(range.begin, object.begin);
      levels[level++] = {{object.end, range.end, object.behind},
                         object.first_part,
                         object.first_part + object.parts};
    } else {
      put(range.begin, range.end);
    }
    if (level == 0) {
      return;
    }
    Level& inner = levels[level - 1];
    if (inner.next_part != inner.last_part) {
      range = parts_[inner.next_part++];
    } else {
      range = inner.rest;
      --level;
    }
  }
}

}  // namespace penstock::extract
