#include "simulator/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>

#include "simulator/random.hpp"

namespace penstock::simulator {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string gzip(const std::string& text) {
  std::string packed(text.size() + 1000, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
  return packed;
}

struct ArchiveTest : testing::Test {
  ArchiveTest() { fs::create_directories(folder); }
  ~ArchiveTest() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  }
  Result<Archive> open(Bytes most = 1_MiB) const {
    return Archive::open(folder, Source::firehose, most);
  }
  // All that it sends.
  static std::string sent(const Archive& archive) {
    std::string bytes;
    for (std::uint64_t n = 0; n < archive.size(); ++n) {
      const Archive::Line line = archive.read(n);
      bytes.append(line.text).append(line.end);
    }
    return bytes;
  }
  std::string refused(Bytes most = 1_MiB) const {
    const Result<Archive> archive = open(most);
    return archive ? "" : archive.error().what;
  }

  fs::path folder =
      fs::temp_directory_path() / ("penstock-archive-test-" + std::to_string(::getpid()));
};

TEST_F(ArchiveTest, SendsItsFilesInTheOrderOfTheirNames) {
  write("firehose-2.ndjson", "c\n");
  write("firehose-10.ndjson.zst", zstd("b\n"));
  write("firehose-1.ndjson.gz", gzip("a\n"));
  write("firehose.ndjson", "d\n");
  write("stream.ndjson", "other\n");
  write("firehose.json", "other\n");
  fs::create_directory(folder / "firehose-3.ndjson");
  EXPECT_EQ(sent(open().value()), "a\nb\nc\nd\n");
}

TEST_F(ArchiveTest, SendsLinesAsTheyStandAndEndsTheLastOne) {
  write("firehose-1.ndjson", "\n{}\r\n\r\n \na\rb\nlast");
  write("firehose-2.ndjson", "");
  write("firehose-3.ndjson", "next\r");
  const Archive archive = open().value();
  EXPECT_EQ(archive.size(), 7u);
  EXPECT_EQ(sent(archive), "\n{}\r\n\r\n \na\rb\nlast\nnext\r\n");
  EXPECT_EQ(archive.read(1).text, "{}");
}

TEST_F(ArchiveTest, ReadsAnyLineOfAny) {
  // Lines around the size in which it reads, and far above.
  std::string text;
  std::vector<std::string> lines;
  SplitMix64 random(1);
  for (int i = 0; i < 3'000; ++i) {
    const std::size_t size = random.one_in(100) ? random.below(300'000) : random.below(300);
    lines.push_back(std::to_string(i) + std::string(size, 'x'));
    text += lines.back() + "\n";
  }
  write("firehose.ndjson", text.substr(0, text.size() / 2));
  write("firehose.ndjson.gz", gzip(text.substr(text.size() / 2)));
  lines.clear();
  for (const std::string& half : {text.substr(0, text.size() / 2), text.substr(text.size() / 2)}) {
    std::istringstream stream(half);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
  }
  const Archive archive = open(100_MiB).value();
  ASSERT_EQ(archive.size(), lines.size());
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t n = random.below(lines.size());
    ASSERT_EQ(archive.read(n).text, lines[n]) << n;
  }
  for (std::uint64_t n = 0; n < lines.size(); ++n) {
    ASSERT_EQ(archive.read(n).text, lines[n]) << n;
  }
}

TEST_F(ArchiveTest, UnpacksAllMembersAndFrames) {
  write("firehose-1.ndjson.gz", gzip("a\n") + gzip("b\n"));
  write("firehose-2.ndjson.zst", zstd("c\n") + zstd("d\n"));
  EXPECT_EQ(sent(open().value()), "a\nb\nc\nd\n");
}

TEST_F(ArchiveTest, LeavesNothingBehind) {
  const fs::path temporary = folder / "tmp";
  fs::create_directory(temporary);
  ::setenv("TMPDIR", temporary.c_str(), 1);
  write("firehose.ndjson.zst", zstd("a\n"));
  const Archive archive = open().value();
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(fs::is_empty(temporary)) << "not even while it is open";
  EXPECT_EQ(sent(archive), "a\n");
}

TEST_F(ArchiveTest, IsRefusedWhereItUnpacksToTooMuch) {
  for (const auto& [name, packed] :
       {std::pair<std::string, std::string>{"gz", gzip(std::string(5'000, 'x'))},
        {"zst", zstd(std::string(5'000, 'x'))}}) {
    write("firehose-1.ndjson." + name, packed);
    EXPECT_EQ(refused(Bytes{5'000}), "");
    EXPECT_THAT(refused(Bytes{4'999}),
                HasSubstr("more than 4999B; unpack it, and serve the plain file"));
    write("firehose-2.ndjson." + name, packed);
    EXPECT_THAT(refused(Bytes{9'000}), HasSubstr("firehose-2")) << "all of them together";
    fs::remove(folder / ("firehose-1.ndjson." + name));
    fs::remove(folder / ("firehose-2.ndjson." + name));
  }
}

TEST_F(ArchiveTest, IsRefusedWhereItIsCutOffOrNoneAtAll) {
  for (const auto& [name, packed] :
       {std::pair<std::string, std::string>{"gz", gzip(std::string(5'000, 'x'))},
        {"zst", zstd(std::string(5'000, 'x'))}}) {
    const std::string file = "firehose.ndjson." + name;
    write(file, packed.substr(0, packed.size() - 3));
    EXPECT_THAT(refused(), HasSubstr(file)) << name;
    write(file, "{}\n");
    EXPECT_THAT(refused(), HasSubstr(file)) << name;
    fs::remove(folder / file);
  }
  fs::remove_all(folder);
  EXPECT_THAT(refused(), HasSubstr("can't read"));
}

TEST_F(ArchiveTest, MayBeEmpty) {
  EXPECT_FALSE(open().value().has_files());
  write("firehose.ndjson", "");
  EXPECT_TRUE(open().value().has_files());
  EXPECT_EQ(open().value().size(), 0u);
}

}  // namespace
}  // namespace penstock::simulator
