#include "cli/letter_table.hpp"

#include "cli/text_table.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

const TextRow titles{"WHERE", "RECEIVED, UTC", "SOURCE", "REASON", "SIZE", "PARTS"};
constexpr std::size_t source_column = 2;
constexpr std::size_t first_number = 4;     // from here on right-aligned
constexpr std::size_t longest_reason = 18;  // rejected_by_broker
constexpr std::size_t shortest_source = 8;  // firehose

TextRow row_of(const publish::StoredLetter& letter) {
  const std::string count = std::to_string(letter.part_count);
  return {to_string(letter.where()),
          minute_text(letter.received_at),
          printable(letter.source),
          printable(letter.reason, longest_reason),
          std::to_string(letter.size),
          letter.complete() ? count : std::to_string(letter.parts.size()) + "/" + count};
}

}  // namespace

std::string letter_note(const publish::StoredLetter& letter) {
  std::string note;
  const auto add = [&](const std::string& text) { note += (note.empty() ? "" : "; ") + text; };
  if (!letter.complete()) {
    std::string there;
    for (const publish::LetterPart& part : letter.parts) {
      there += (there.empty() ? "" : ", ") + std::to_string(part.number);
    }
    add("incomplete: of its " + std::to_string(letter.part_count) + " parts " + there +
        (letter.parts.size() == 1 ? " is" : " are") + " there");
  } else if (letter.cut()) {
    add("only the first " + std::to_string(letter.kept()) + " bytes were kept");
  }
  if (letter.retried_at) {
    add("retried " + to_rfc3339(*letter.retried_at));
  }
  return note;
}

std::string letter_table(std::span<const publish::StoredLetter> letters) {
  std::vector<TextRow> rows{titles};
  for (const publish::StoredLetter& letter : letters) {
    rows.push_back(row_of(letter));
  }
  shorten(rows, source_column, shortest_source);
  const std::vector<std::string> lines = aligned(rows, first_number);
  std::string out = lines.front();
  for (std::size_t i = 0; i < letters.size(); ++i) {
    out += lines[i + 1];
    append_wrapped(out, letter_note(letters[i]));
  }
  return out;
}

std::string letter_json(const publish::StoredLetter& letter) {
  JsonWriter json;
  json.begin_object();
  json.field("where", to_string(letter.where()));
  json.field("received_at", to_rfc3339(letter.received_at));
  json.field("source", letter.source);
  json.key("session");
  letter.session ? json.number(*letter.session) : json.null();
  json.field("reason", letter.reason);
  json.field("size", letter.size);
  json.field("kept", letter.kept());
  json.field("parts", std::uint64_t{letter.part_count});
  json.field("complete", letter.complete());
  json.key("retried_at");
  letter.retried_at ? json.string(to_rfc3339(*letter.retried_at)) : json.null();
  json.end_object();
  return std::move(json).str();
}

}  // namespace penstock::cli
