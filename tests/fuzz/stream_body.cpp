// An answer's body, chunked, as lines: the same events for any cut of the bytes, and those that the
// reference finds. The input is a body, which is chunked here, or a whole answer.
#include <deque>

#include "extract/line_parser.hpp"
#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/received_stream.hpp"
#include "fuzz/reference/chunked.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::fuzz {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// What is to come of a body's bytes.
Received expected(std::string_view body, std::size_t max_line) {
  static extract::LineParser parser;
  Received result;
  for (const Line& line : lines_of(body)) {
    // One more may be half of a line end.
    if (!line.ended && line.bytes.size() > max_line + 1) {
      result.lines.push_back(
          {false, DeadLetterReason::too_large, std::string(line.bytes), line.bytes.size()});
      continue;
    }
    std::string_view text = line.bytes;
    text.remove_suffix(text.ends_with('\r') ? 1 : 0);
    // Whether a long line is blank isn't looked at where it came in pieces.
    if (is_blank(text) && text.size() <= max_line) {
      continue;
    }
    Seen seen{true, {}, std::string(text), text.size()};
    Event event;
    std::deque<std::string> decoded;
    const auto refused = text.size() > max_line ? std::optional(DeadLetterReason::too_large)
                                                : parser.parse(text, event, decoded);
    if (refused == DeadLetterReason::too_large || (refused && line.ended)) {
      seen.is_event = false;
      seen.reason = *refused;
    } else if (refused) {
      result.truncated_bytes += line.bytes.size();
      continue;
    }
    result.lines.push_back(std::move(seen));
  }
  return result;
}

void compare(const Received& found, const Received& wanted, const std::string& shown) {
  must(found.lines.size() == wanted.lines.size(), "there are as many lines", shown);
  for (std::size_t i = 0; i < found.lines.size(); ++i) {
    const Seen &a = found.lines[i], &b = wanted.lines[i];
    must(a.is_event == b.is_event && a.reason == b.reason && a.size == b.size, "lines agree",
         shown);
    const bool oversized = !a.is_event && a.reason == DeadLetterReason::too_large;
    must(oversized ? b.bytes.starts_with(a.bytes) || a.bytes.starts_with(b.bytes)
                   : a.bytes == b.bytes,
         "bytes agree", shown);
  }
  must(found.truncated_bytes == wanted.truncated_bytes, "as much was cut off", shown);
}

std::string chunked(std::string_view body, std::mt19937& random) {
  constexpr std::string_view extensions[] = {"", "", "", ";a", ";name=value", ";a;b=c"};
  constexpr std::string_view trailers[] = {"", "", "Expires: never\r\n"};
  std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  while (!body.empty()) {
    const std::size_t most = random() % 3 == 0 ? 4 : 300;
    const std::string_view chunk = body.substr(0, 1 + random() % most);
    char size[20];
    std::snprintf(size, sizeof size, random() % 2 == 0 ? "%zx" : "0%zX", chunk.size());
    answer += size;
    answer.append(extensions[random() % std::size(extensions)]).append("\r\n");
    answer.append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return answer.append("0\r\n").append(trailers[random() % std::size(trailers)]).append("\r\n");
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const bool is_body = choices.byte() % 4 != 0;
  const std::size_t max_line = 8 + choices.below(250);
  const fuzz::Geometry geometry{.max_line = max_line,
                                .block_size = 16 + std::size_t{choices.byte()} * 2,
                                .segment_size = 4'096,
                                .segments = 2 + choices.below(3)};
  std::mt19937 random(choices.byte());
  const std::string input(choices.rest());
  const std::string answer = is_body ? fuzz::chunked(input, random) : input;

  const fuzz::Received at_once = fuzz::receive(answer, geometry, nullptr);
  const fuzz::Received in_pieces = fuzz::receive(answer, geometry, &random);
  fuzz::must(at_once.body_bytes == in_pieces.body_bytes && at_once.ended == in_pieces.ended &&
                 at_once.is_http == in_pieces.is_http,
             "the body is the same for any cut", answer);
  fuzz::compare(in_pieces, at_once, answer);

  const std::string end_of_head = "\r\n\r\n";
  const std::size_t head = answer.find(end_of_head);
  const bool is_known_head =
      answer.starts_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto body =
      is_known_head ? fuzz::dechunk(answer.substr(head + end_of_head.size())) : std::nullopt;
  if (body) {
    fuzz::must(at_once.ended && at_once.body_bytes == body->size(), "a valid body is accepted",
               answer);
    fuzz::compare(at_once, fuzz::expected(*body, max_line), answer);
  }
  fuzz::must(!is_body || body == input, "the reference reads what was chunked", answer);
  return 0;
}
