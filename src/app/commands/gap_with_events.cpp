#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string_view>
#include <utility>

#include "penstock/app/commands/publish_journal.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app {
namespace {

constexpr std::string_view published = "; published from there: what was received until ";

// Writes what it is told, but for two members of the outermost object.
class Rewriter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Rewriter> {
 public:
  Rewriter(JsonWriter& out, std::uint64_t recovered, std::string note)
      : out_(out), recovered_(recovered), note_(std::move(note)) {}

  bool Null() {
    return put([&] { out_.null(); });
  }
  bool Bool(bool value) {
    return put([&] { out_.boolean(value); });
  }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Int64(std::int64_t value) {
    return put([&] { out_.number(value); });
  }
  bool Uint64(std::uint64_t value) {
    return put([&] { out_.number(value); });
  }
  bool Double(double value) {
    return put([&] { out_.number(value); });
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return put([&] { out_.string({text, size}); });
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view name(text, size);
    if (!replaced_) {
      out_.key(name);
    }
    if (depth_ == 1 && name == "recovered_events") {
      out_.number(recovered_);
      replaced_ = true;
    } else if (depth_ == 1 && name == "note") {
      out_.string(note_);
      replaced_ = true;
    }
    return true;
  }
  bool StartObject() {
    return begin([&] { out_.begin_object(); });
  }
  bool EndObject(rapidjson::SizeType) {
    return end([&] { out_.end_object(); });
  }
  bool StartArray() {
    return depth_ > 0 && begin([&] { out_.begin_array(); });  // an object is expected
  }
  bool EndArray(rapidjson::SizeType) {
    return end([&] { out_.end_array(); });
  }

 private:
  // A value without others in it. False where an object is expected.
  template <class Write>
  bool put(const Write& write) {
    if (!replaced_) {
      write();
    }
    replaced_ = replaced_ && depth_ > 1;
    return depth_ > 0;
  }
  template <class Write>
  bool begin(const Write& write) {
    if (!replaced_) {
      write();
    }
    ++depth_;
    return true;
  }
  template <class Write>
  bool end(const Write& write) {
    --depth_;
    return depth_ == 0 ? (write(), true) : put(write);
  }

  JsonWriter& out_;
  std::uint64_t recovered_;
  std::string note_;
  std::size_t depth_ = 0;
  bool replaced_ = false;  // the value that follows, with all in it
};

}  // namespace

Result<std::string> gap_with_events(const GapRecord& record, std::uint64_t events, WallTime up_to) {
  JsonWriter out;
  Rewriter rewriter(out, record.recovered_events + events,
                    record.note.substr(0, record.note.find(published)) + std::string(published) +
                        to_rfc3339(up_to));
  rapidjson::MemoryStream stream(record.json.data(), record.json.size());
  // Iterative: a record must not choose the depth of our stack.
  const auto read =
      rapidjson::Reader()
          .Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(stream,
                                                                                         rewriter);
  if (read.IsError()) {
    return make_error(Errc::protocol, "the record of the gap " + record.key + " is no JSON object");
  }
  return std::move(out).str();
}

Result<std::vector<SideRecord>> gaps_with_events(const std::vector<GapRecord>& gaps,
                                                 const JournalPublished& done) {
  std::vector<SideRecord> records;
  if (done.lines == 0) {
    return records;
  }
  for (const GapRecord& gap : gaps) {
    if (is_open(gap)) {
      continue;
    }
    const std::uint64_t events = records.empty() ? done.events : 0;  // counted once
    auto record = gap_with_events(gap, events, done.up_to);
    if (!record) {
      return record.error();
    }
    records.push_back({RecordTopic::gaps, gap.key, std::move(*record)});
  }
  return records;
}

}  // namespace penstock::app
