// A picture on its way into a file, which has its name only once it is whole.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::app {

// What a picture's file is called; none where the id is no file name. The extension is the URL's,
// where it has one that is fit to be one. Pure.
std::optional<std::string> picture_name(std::string_view id, std::string_view url,
                                        std::string_view kind);

class PictureFile final : public ByteSink {
 public:
  explicit PictureFile(std::filesystem::path path);
  ~PictureFile() override;  // without keep() before, nothing stays
  PictureFile(const PictureFile&) = delete;
  PictureFile& operator=(const PictureFile&) = delete;

  std::span<char> writable() override;  // none after a failure, or beyond limits::picture
  void received(std::size_t count) override;

  // It is whole.
  Result<void> keep();
  const std::string& why() const { return why_; }  // writing failed; empty: it didn't

 private:
  void fail(const char* what);

  std::filesystem::path path_, part_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::string why_;
  std::array<char, 16 * 1024> buffer_{};
};

}  // namespace penstock::app
