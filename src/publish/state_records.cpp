#include "penstock/publish/state_records.hpp"

#include <charconv>
#include <cstring>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::publish {
namespace {

constexpr std::string_view owner_part = "owner/";
constexpr std::string_view position_part = "position/";

// `name=value` lines.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  std::optional<std::string_view> text(std::string_view name) const {
    std::string_view rest = text_;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=') {
        return line.substr(name.size() + 1);
      }
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> number(std::string_view name) const {
    const auto digits = text(name);
    std::uint64_t value = 0;
    if (!digits) {
      return std::nullopt;
    }
    const auto [end, error] =
        std::from_chars(digits->data(), digits->data() + digits->size(), value);
    return error == std::errc{} && end == digits->data() + digits->size() ? std::optional(value)
                                                                          : std::nullopt;
  }

 private:
  std::string_view text_;
};

std::string line(std::string_view name, std::string_view value) {
  return std::string(name) + '=' + std::string(value) + '\n';
}

std::string version_line() { return line("v", std::to_string(state_record_version)); }

}  // namespace

std::uint32_t murmur2(std::string_view bytes) noexcept {
  constexpr std::uint32_t seed = 0x9747b28c;
  constexpr std::uint32_t m = 0x5bd1e995;
  auto h = seed ^ static_cast<std::uint32_t>(bytes.size());
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 4; p += 4, left -= 4) {
    std::uint32_t k = 0;
    std::memcpy(&k, p, sizeof k);
    k *= m;
    k ^= k >> 24;
    k *= m;
    h = h * m ^ k;
  }
  const auto at = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(p[i])}; };
  if (left >= 3) {
    h ^= at(2) << 16;
  }
  if (left >= 2) {
    h ^= at(1) << 8;
  }
  if (left >= 1) {
    h ^= at(0);
    h *= m;
  }
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return h;
}

int state_partition(const SourceName& source) noexcept {
  // Kafka's partitioners clear the sign bit before the remainder.
  return static_cast<int>((murmur2(source.str()) & 0x7fffffff) % limits::state_partitions);
}

SideRecord owner_record(const SourceName& source, const Owner& owner) {
  return {.topic = RecordTopic::state,
          .key = source.str() + "/" + std::string(owner_part) + owner.instance,
          .value = version_line() + line("claim", std::to_string(owner.claim)) +
                   line("host", owner.host) + line("since", to_rfc3339(owner.since))};
}

SideRecord position_record(const SourceName& source, const Position& position) {
  return {.topic = RecordTopic::state,
          .key = source.str() + "/" + std::string(position_part) + position.journal,
          .value = version_line() + line("sequence", std::to_string(position.sequence.value)) +
                   line("offset", std::to_string(position.offset)) +
                   line("item", std::to_string(position.item.value))};
}

Result<void> SourceState::apply(std::string_view key, std::optional<std::string_view> value) {
  const std::string prefix = source_.str() + "/";
  if (!key.starts_with(prefix)) {
    return {};
  }
  const std::string_view name = key.substr(prefix.size());
  const Fields fields(value.value_or(""));
  const auto unreadable = [&](const std::string& why) {
    return make_error(Errc::corrupt, "the state record `" + printable(key) + "` " + why);
  };
  if (!name.starts_with(owner_part) && !name.starts_with(position_part)) {
    return {};  // not this reader's
  }
  if (value && fields.number("v") != state_record_version) {
    return unreadable("is of a version that this penstock doesn't know (`v=" +
                      printable(fields.text("v").value_or("")) + "`); run the newer penstock");
  }
  if (name.starts_with(owner_part)) {
    const std::string instance(name.substr(owner_part.size()));
    if (!value) {
      owners_.erase(instance);
      return {};
    }
    const auto claim = fields.number("claim");
    const auto since = parse_rfc3339(fields.text("since").value_or(""));
    if (!claim || !since) {
      return unreadable("lacks a claim or a time");
    }
    latest_ = Owner{.instance = instance,
                    .claim = *claim,
                    .host = std::string(fields.text("host").value_or("")),
                    .since = *since};
    owners_[instance] = *latest_;
  } else if (name.starts_with(position_part)) {
    const std::string journal(name.substr(position_part.size()));
    if (!value) {
      positions_.erase(journal);
      return {};
    }
    const auto sequence = fields.number("sequence");
    const auto offset = fields.number("offset");
    const auto item = fields.number("item");
    if (!sequence || !offset || item.value_or(0) == 0) {
      return unreadable("lacks a sequence, an offset or an item");
    }
    positions_[journal] = Position{journal, BlockSequence{*sequence}, *offset, ItemSequence{*item}};
  }
  return {};
}

}  // namespace penstock::publish
