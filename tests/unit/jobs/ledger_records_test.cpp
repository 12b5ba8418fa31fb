#include "jobs/ledger_records.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

using Entries = std::vector<LedgerEntry>;

Changes published(const std::string& job, Entries entries) {
  Changes changes;
  changes.ledger[job] = std::move(entries);
  return changes;
}
Changes record(std::string key, std::optional<std::string> value) {
  Changes changes;
  changes.records.push_back({RecordTopic::state, std::move(key), std::move(value)});
  return changes;
}

// One transaction.
std::vector<SideRecord> commit(LedgerRecords& records, std::vector<Changes> changes) {
  std::vector<const Changes*> all;
  for (const Changes& change : changes) {
    all.push_back(&change);
  }
  std::vector<SideRecord> made = records.of(all);
  records.committed(all);
  return made;
}
std::vector<std::string> keys(const std::vector<SideRecord>& records) {
  std::vector<std::string> all;
  for (const SideRecord& record : records) {
    all.push_back((record.value ? "" : "-") + record.key);
  }
  return all;
}
using Keys = std::vector<std::string>;
Keys tombstones(LedgerRecords& records, std::size_t limit = 100) {
  std::vector<SideRecord> made;
  records.add_tombstones(made, limit);
  return keys(made);
}

TEST(LedgerRecords, ReadBackWhatTheyWrite) {
  const Entries entries{{fingerprint(1), 1},
                        {fingerprint(2), 127},
                        {fingerprint(3), 128},
                        {{.high = ~0ULL, .low = 1}, 0xffffffff}};
  const std::string written = encode(entries);
  EXPECT_EQ(written.size(), 4u + 4 * 16 + 1 + 1 + 2 + 5);
  EXPECT_TRUE(written.starts_with("v=1\n"));
  EXPECT_EQ(decode_ledger(written).value(), entries);
  EXPECT_EQ(decode_ledger(encode(Entries{})).value(), Entries{});
}

TEST(LedgerRecords, RefuseDamage) {
  const std::string whole = encode(Entries{{fingerprint(1), 300}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size != 4) {
      EXPECT_FALSE(decode_ledger(std::string_view(whole).substr(0, size))) << size;
    }
  }
  EXPECT_FALSE(decode_ledger("v=2\n"));
  EXPECT_FALSE(decode_ledger("v=1\n" + std::string(16, 'x') + "\xff\xff\xff\xff\xff\x01"));
  EXPECT_FALSE(decode_ledger("v=1\n" + std::string(16, 'x') + "\xff\xff\xff\xff\x1f"))
      << "more than 32 bits";
}

TEST(LedgerRecords, HaveKeysThatTakeAnyId) {
  EXPECT_EQ(ledger_key("a/b", 12), "ledger/a/b/12");
  const auto parsed = parse_ledger_key("ledger/a/b/12");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->job, "a/b");
  EXPECT_EQ(parsed->number, 12u);
  EXPECT_FALSE(parse_ledger_key("ledger/a"));
  EXPECT_FALSE(parse_ledger_key("ledger/a/"));
  EXPECT_FALSE(parse_ledger_key("ledger/a/1x"));
}

TEST(LedgerRecords, AreOneAJobAndTransaction) {
  LedgerRecords records;
  const auto first =
      commit(records, {published("a", {{fingerprint(1), 1}}), published("b", {{fingerprint(2), 1}}),
                       published("a", {{fingerprint(1), 2}})});
  EXPECT_EQ(keys(first), (Keys{"ledger/a/0", "ledger/b/0"}));
  EXPECT_EQ(decode_ledger(*first[0].value).value(),
            (Entries{{fingerprint(1), 1}, {fingerprint(1), 2}}));
  EXPECT_EQ(keys(commit(records, {published("a", {{fingerprint(3), 1}})})), (Keys{"ledger/a/1"}));
}

TEST(LedgerRecords, TakeANumberWhenItIsCommitted) {
  LedgerRecords records;
  const Changes changes = published("a", {{fingerprint(1), 1}});
  const Changes* const all[] = {&changes};
  EXPECT_EQ(records.of(all), records.of(all));
  records.committed(all);
  EXPECT_EQ(keys(records.of(all)), (Keys{"ledger/a/1"}));
}

TEST(LedgerRecords, ComeInPartsOfHalfAMegabyte) {
  LedgerRecords records;
  const Entries many(2 * limits::ledger_record_entries + 1, {fingerprint(1), 0xffffffff});
  const auto made = commit(records, {published("a", many)});
  EXPECT_EQ(keys(made), (Keys{"ledger/a/0", "ledger/a/1", "ledger/a/2"}));
  EXPECT_LE(made[0].value->size(), std::size_t{512} << 10);
  EXPECT_EQ(keys(commit(records, {published("a", {{fingerprint(1), 1}})})), (Keys{"ledger/a/3"}));

  const Entries full(limits::ledger_record_entries, {fingerprint(1), 1});
  EXPECT_EQ(keys(commit(records, {published("b", full)})), (Keys{"ledger/b/0"}));
  EXPECT_EQ(keys(commit(records, {published("b", full)})), (Keys{"ledger/b/1"}));
}

TEST(LedgerRecords, KeepTheLastRecordOfAKey) {
  LedgerRecords records;
  const auto made = commit(records, {record("job/a", "1"), record("gap/a", "2"),
                                     record("job/a", std::nullopt), record("job/a", "3")});
  EXPECT_EQ(keys(made), (Keys{"job/a", "gap/a"}));
  EXPECT_EQ(made[0].value, "3");
}

TEST(LedgerRecords, AreDroppedAfterTheirJobIsCommittedAsSettled) {
  LedgerRecords records;
  commit(records, {published("a", {{fingerprint(1), 1}}), record("job/a", "v=1\n")});
  commit(records, {published("a", {{fingerprint(2), 1}}), record("job/a", "v=1\nsettled=1\n")});
  EXPECT_FALSE(records.none_of("a"));
  EXPECT_EQ(tombstones(records), (Keys{"-ledger/a/0", "-ledger/a/1"}));
  EXPECT_TRUE(records.none_of("a"));
  EXPECT_EQ(tombstones(records), (Keys{}));
}

TEST(LedgerRecords, AreDroppedSomeAtATime) {
  LedgerRecords records;
  for (int i = 0; i < 3; ++i) {
    commit(records, {published("a", {{fingerprint(1), 1}}), published("b", {{fingerprint(1), 1}})});
  }
  records.drop("a");
  records.drop("b");
  records.drop("c");
  EXPECT_EQ(tombstones(records, 2), (Keys{"-ledger/a/0", "-ledger/a/1"}));
  EXPECT_EQ(tombstones(records, 2), (Keys{"-ledger/a/2", "-ledger/b/0"}));
  EXPECT_EQ(tombstones(records, 9), (Keys{"-ledger/b/1", "-ledger/b/2"}));
}

TEST(LedgerRecords, GoOnAfterARestart) {
  LedgerRecords records;
  records.restore("a", 4, true);  // what was below is compacted away
  records.restore("a", 5, true);
  records.restore("a", 3, false);  // but for its tombstone
  records.restore("a", 4, false);
  records.restore("b", 0, true);
  records.restore("b", 0, false);
  EXPECT_TRUE(records.none_of("b"));
  EXPECT_EQ(records.jobs(), (std::vector<std::string>{"a"}));
  EXPECT_EQ(keys(commit(records, {published("a", {{fingerprint(1), 1}})})), (Keys{"ledger/a/6"}));
  records.drop("a");
  EXPECT_EQ(tombstones(records), (Keys{"-ledger/a/5", "-ledger/a/6"}));
}

}  // namespace
}  // namespace penstock::jobs
