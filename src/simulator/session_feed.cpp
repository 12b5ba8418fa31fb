#include "simulator/session_feed.hpp"

#include <algorithm>
#include <charconv>

namespace penstock::simulator {
namespace {

constexpr std::size_t batch_size = 64 * 1024;   // a write; a line may exceed it
constexpr std::size_t header_room = 18;         // 16 hex digits and CRLF
constexpr std::size_t kept_capacity = 1 << 20;  // buffers that one huge line grew are given back
constexpr std::size_t tiny_stretch = 2 * 1024;
constexpr std::size_t split_stretch = 64 * 1024;
constexpr std::string_view last_chunk_text = "0\r\n\r\n";

LineKind line_kind(FaultKind fault) {
  switch (fault) {
    case FaultKind::malformed:
      return LineKind::invalid_json;
    case FaultKind::truncated_line:
      return LineKind::truncated;
    case FaultKind::not_an_object:
      return LineKind::not_an_object;
    case FaultKind::invalid_utf8:
      return LineKind::invalid_utf8;
    case FaultKind::too_deep:
      return LineKind::too_deep;
    case FaultKind::too_large:
      return LineKind::too_large;
    default:
      return LineKind::event;
  }
}

}  // namespace

SessionFeed::SessionFeed(const FeedSource& source, const Shape& shape, std::uint64_t seed,
                         std::uint64_t random_stream)
    : source_(source),
      shape_(shape),
      session_(source.truth.open_session()),
      random_(seed, random_stream, ++source.endpoint.sessions) {}

Step SessionFeed::next(MonotonicTime now, std::uint64_t allowance) {
  source_.endpoint.faults.advance(now);
  clear();
  fill(allowance);
  if (lines_ + batch_.size() >= shape_.breaks_from) {
    if (const std::optional<Fault> fault = source_.endpoint.faults.take(FaultGroup::ending)) {
      return ending(*fault);
    }
  }
  const bool done = lines_ + batch_.size() >= shape_.max_lines;
  frame(done);
  hand_out(body_end_);
  return {out_, done ? Step::Then::end : Step::Then::go_on};
}

Step SessionFeed::after_stall() {
  hand_out(body_end_);
  return {out_.substr(held_back_), Step::Then::go_on};
}

std::string_view SessionFeed::whole_body() {
  clear();
  while (batch_.size() < shape_.max_lines) {
    fill(Pace::unlimited);
  }
  hand_out(body_.size());
  return std::string_view(body_).substr(header_room);
}

void SessionFeed::clear() {
  for (std::string* buffer : {&body_, &framed_}) {
    if (buffer->capacity() > kept_capacity) {
      std::string().swap(*buffer);
    }
  }
  body_.assign(header_room, ' ');
  framed_.clear();
  batch_.clear();
  borders_.clear();
  chunks_.clear();
  out_ = {};
  handed_out_ = header_room;
  listed_ = 0;
}

void SessionFeed::fill(std::uint64_t allowance) {
  const auto take_shapes = [this] {
    while (const std::optional<Fault> shape = source_.endpoint.faults.take(FaultGroup::shape)) {
      start_shape(shape->kind);
    }
  };
  take_shapes();
  const std::size_t begin = body_.size();
  while (batch_.size() < allowance && lines_ + batch_.size() < shape_.max_lines &&
         body_.size() - begin < batch_size) {
    source_.endpoint.faults.on_event();
    take_shapes();
    const std::optional<Fault> fault = source_.endpoint.faults.take(FaultGroup::line);
    append_line(fault ? line_kind(fault->kind) : LineKind::event);
  }
}

void SessionFeed::start_shape(FaultKind kind) {
  switch (kind) {
    case FaultKind::tiny_chunks:
      tiny_bytes_ += tiny_stretch;
      break;
    case FaultKind::split_chunks:
      split_bytes_ += split_stretch;
      break;
    case FaultKind::crlf:
      crlf_lines_ += random_.between(100, 500);
      break;
    default:
      append_blank_lines();
  }
}

void SessionFeed::append_blank_lines() {
  for (std::uint64_t i = 0, count = random_.between(1, 3); i < count; ++i) {
    body_ += random_.one_in(2) ? "\n" : "\r\n";
  }
}

void SessionFeed::append_line(LineKind kind) {
  Line line{source_.next++, kind, body_.size(), 0, 0};
  source_.script.append(body_, line.n, kind);
  line.end = body_.size();
  if (crlf_lines_ > 0) {
    --crlf_lines_;
    body_ += "\r\n";
  } else {
    body_ += split_bytes_ > 0 ? "\r\n" : source_.script.line_end(line.n);
  }
  line.next = body_.size();
  batch_.push_back(line);
  add_borders(line);
}

void SessionFeed::add_borders(const Line& line) {
  if (tiny_bytes_ > 0) {
    const std::size_t count = std::min(tiny_bytes_, line.next - line.begin);
    for (std::size_t i = 0; i <= count; ++i) {
      borders_.push_back(line.begin + i);
    }
    tiny_bytes_ -= count;
  } else if (split_bytes_ > 0) {
    for (std::size_t i = line.begin; i < line.end; ++i) {
      if (static_cast<unsigned char>(body_[i]) >= 0xc0) {
        borders_.push_back(i + 1);
      }
    }
    borders_.push_back(line.next - 1);
    split_bytes_ -= std::min(split_bytes_, line.next - line.begin);
  }
}

// Keeps the first `lines` lines of the batch; the source sends the others later.
void SessionFeed::trim(std::size_t lines) {
  if (lines >= batch_.size()) {
    return;
  }
  source_.next = batch_[lines].n;
  body_.resize(batch_[lines].begin);
  batch_.resize(lines);
  std::erase_if(borders_, [this](std::size_t border) { return border > body_.size(); });
}

void SessionFeed::frame(bool last_chunk) {
  body_end_ = body_.size();
  if (shape_.framing == Framing::none) {
    chunks_ = {{header_room, 0, body_.size() - header_room}};
    out_ = std::string_view(body_).substr(header_room);
    return;
  }
  const std::size_t size = body_end_ - header_room;
  if (size == 0 || !borders_.empty()) {
    std::size_t begin = header_room;
    for (const std::size_t border : borders_) {
      append_chunk(begin, border);
      begin = border;
    }
    append_chunk(begin, body_.size());
    framed_ += last_chunk ? last_chunk_text : std::string_view{};
    out_ = framed_;
    return;
  }
  // In place: the header ends where the body begins.
  char digits[16];
  const char* end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
  const auto length = static_cast<std::size_t>(end - digits);
  const std::size_t begin = header_room - 2 - length;
  std::copy_n(digits, length, body_.data() + begin);
  std::copy_n("\r\n", 2, body_.data() + header_room - 2);
  chunks_ = {{header_room, length + 2, size}};
  body_ += "\r\n";
  body_ += last_chunk ? last_chunk_text : std::string_view{};
  out_ = std::string_view(body_).substr(begin);
}

void SessionFeed::append_chunk(std::size_t begin, std::size_t end) {
  if (begin == end) {
    return;
  }
  char digits[16];
  framed_.append(digits, std::to_chars(digits, digits + sizeof digits, end - begin, 16).ptr);
  framed_ += "\r\n";
  chunks_.push_back({begin, framed_.size(), end - begin});
  framed_.append(body_, begin, end - begin);
  framed_ += "\r\n";
}

Step SessionFeed::ending(const Fault& fault) {
  if (fault.kind == FaultKind::end) {
    trim(random_.below(batch_.size() + 1));
    frame(true);
    hand_out(body_end_);
    return {out_, Step::Then::end};
  }
  if (fault.kind == FaultKind::stall) {
    // Only the line that it stops in is held back.
    const std::size_t line = batch_.empty() ? 0 : random_.below(batch_.size());
    trim(line + 1);
    frame(false);
    held_back_ = random_cut(line);
    hand_out(body_sent(held_back_));
    return {out_.substr(0, held_back_), Step::Then::stall, fault.lasts.value_or(default_stall)};
  }
  frame(false);
  const std::size_t cut = random_cut(0);
  const std::size_t sent = body_sent(cut);
  hand_out(sent);
  for (const Line& line : batch_) {
    if (line.begin >= sent) {
      source_.next = line.n;
      break;
    }
  }
  const Step::Then then = fault.kind == FaultKind::fin     ? Step::Then::fin
                          : fault.kind == FaultKind::reset ? Step::Then::reset
                                                           : Step::Then::tls_truncate;
  return {out_.substr(0, cut), then};
}

// Where to cut out_: any byte from the begin of a line of the batch on, or the end of a line.
std::size_t SessionFeed::random_cut(std::size_t first_line) {
  const auto framed_at = [this](std::size_t body) {
    for (const Chunk& chunk : chunks_) {
      if (body <= chunk.body + chunk.size) {
        return chunk.framed + (body - chunk.body);
      }
    }
    return out_.size();
  };
  if (batch_.empty()) {
    return random_.between(0, out_.size());
  }
  if (random_.one_in(4)) {
    return framed_at(batch_[random_.between(first_line, batch_.size() - 1)].next);
  }
  return random_.between(first_line == 0 ? 0 : framed_at(batch_[first_line].begin), out_.size());
}

std::size_t SessionFeed::body_sent(std::size_t framed_sent) const {
  std::size_t sent = header_room;
  for (const Chunk& chunk : chunks_) {
    if (framed_sent <= chunk.framed) {
      break;
    }
    sent = chunk.body + std::min(chunk.size, framed_sent - chunk.framed);
  }
  return sent;
}

// The body is, up to `sent`, with the shell.
void SessionFeed::hand_out(std::size_t sent) {
  for (std::size_t i = listed_ == 0 ? 0 : listed_ - 1; i < batch_.size(); ++i) {
    const Line& line = batch_[i];
    if (line.begin >= sent) {
      break;
    }
    if (i >= listed_) {
      source_.truth.add_line(session_, line.n, line.kind);
      ++listed_;
    }
    if (line.next > sent) {
      source_.truth.set_cut(session_, std::min(sent, line.end) - line.begin);
    } else if (line.next > handed_out_) {
      source_.truth.set_cut(session_, std::nullopt);
      const std::string_view text =
          std::string_view(body_).substr(line.begin, line.end - line.begin);
      source_.endpoint.lines += is_blank(text) ? 0u : 1u;
      ++lines_;
    }
  }
  source_.endpoint.bytes += sent - handed_out_;
  handed_out_ = sent;
}

}  // namespace penstock::simulator
