#include "simulator/unpack.hpp"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "penstock/core/text.hpp"

namespace penstock::simulator {
namespace {

constexpr std::size_t piece = 256 * 1024;

Error failed(const std::filesystem::path& path, const std::string& why) {
  return make_error(Errc::io, "can't unpack " + printable(path.string()) + ": " + why);
}

std::string system_text() { return std::generic_category().message(errno); }

// What comes out of a packed file, within its bound.
class Output {
 public:
  Output(std::filesystem::path of, Bytes most) : of_(std::move(of)), most_(most) {}

  Result<void> open() {
    std::string name = (std::filesystem::temp_directory_path() / "penstock-sim-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0) {
      return failed(of_, "no temporary file " + printable(name) + ": " + system_text());
    }
    ::unlink(name.c_str());
    file_.reset(::fdopen(descriptor, "w+b"));
    return {};
  }
  Result<void> write(const char* bytes, std::size_t size) {
    written_ += size;
    if (written_ > most_.count) {
      return failed(
          of_, "it holds more than " + to_string(most_) + "; unpack it, and serve the plain file");
    }
    return std::fwrite(bytes, 1, size, file_.get()) == size ? Result<void>{}
                                                            : failed(of_, system_text());
  }
  Result<File> finish() {
    if (std::fflush(file_.get()) != 0) {
      return failed(of_, system_text());
    }
    return std::move(file_);
  }

 private:
  std::filesystem::path of_;
  Bytes most_;
  std::uint64_t written_ = 0;
  File file_;
};

Result<void> gunzip(const std::filesystem::path& path, Output& output) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> packed(::gzopen(path.c_str(), "rb"), ::gzclose);
  if (!packed) {
    return failed(path, system_text());
  }
  std::vector<char> bytes(piece);
  for (;;) {
    const int size = ::gzread(packed.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    int code = Z_OK;
    const char* const why = ::gzerror(packed.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END) {  // Z_BUF_ERROR: it ends too early
      return failed(path, why);
    }
    if (::gzdirect(packed.get()) != 0 && size > 0) {
      return failed(path, "it isn't packed by gzip");
    }
    if (size <= 0) {
      return {};
    }
    if (Result<void> written = output.write(bytes.data(), static_cast<std::size_t>(size));
        !written) {
      return written;
    }
  }
}

Result<void> unzstd(const std::filesystem::path& path, Output& output) {
  const File packed(std::fopen(path.c_str(), "rb"));
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(::ZSTD_createDStream(),
                                                                             ::ZSTD_freeDStream);
  if (!packed || !stream) {
    return failed(path, system_text());
  }
  std::vector<char> in(ZSTD_DStreamInSize()), out(ZSTD_DStreamOutSize());
  std::size_t expected = 0;  // 0: a frame is over
  while (const std::size_t size = std::fread(in.data(), 1, in.size(), packed.get())) {
    ZSTD_inBuffer input{in.data(), size, 0};
    bool full = false;  // there may be more of what was read already
    while (input.pos < input.size || full) {
      ZSTD_outBuffer space{out.data(), out.size(), 0};
      expected = ::ZSTD_decompressStream(stream.get(), &space, &input);
      if (::ZSTD_isError(expected) != 0) {
        return failed(path, ::ZSTD_getErrorName(expected));
      }
      if (Result<void> written = output.write(out.data(), space.pos); !written) {
        return written;
      }
      full = space.pos == space.size;
    }
  }
  if (std::ferror(packed.get()) != 0) {
    return failed(path, system_text());
  }
  return expected == 0 ? Result<void>{} : failed(path, "it ends too early");
}

}  // namespace

Result<File> open_unpacked(const std::filesystem::path& path, Bytes most) {
  const bool zstd = path.extension() == ".zst";
  if (!zstd && path.extension() != ".gz") {
    File file(std::fopen(path.c_str(), "rb"));
    if (!file) {
      return make_error(Errc::io, "can't read " + printable(path.string()) + ": " + system_text());
    }
    return file;
  }
  Output output(path, most);
  if (Result<void> opened = output.open(); !opened) {
    return opened.error();
  }
  if (Result<void> done = zstd ? unzstd(path, output) : gunzip(path, output); !done) {
    return done.error();
  }
  return output.finish();
}

}  // namespace penstock::simulator
