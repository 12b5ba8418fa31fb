#include "app/commands/picture_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

constexpr std::size_t longest_id = 200;
constexpr std::size_t longest_extension = 5;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::optional<std::string> picture_name(std::string_view id, std::string_view url,
                                        std::string_view kind) {
  const bool good = !id.empty() && id.size() <= longest_id && std::ranges::all_of(id, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_';
  });
  if (!good) {
    return std::nullopt;
  }
  std::string name(id);
  name += kind;
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  const std::string_view file = path.substr(path.rfind('/') + 1);
  const auto dot = file.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? "" : file.substr(dot + 1);
  if (!extension.empty() && extension.size() <= longest_extension &&
      std::ranges::all_of(extension, is_alphanumeric)) {
    name.append(".").append(extension);
  }
  return name;
}

PictureFile::PictureFile(std::filesystem::path path) : path_(std::move(path)) {
  part_ = path_;
  part_ += ".part";
  file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file_ < 0) {
    fail("can't be made");
  }
}

PictureFile::~PictureFile() {
  if (file_ >= 0) {
    ::close(file_);
    ::unlink(part_.c_str());
  }
}

std::span<char> PictureFile::writable() {
  if (why_.empty() && size_ >= limits::picture.count) {
    why_ = "the picture is larger than " + to_string(limits::picture);
  }
  return why_.empty() ? std::span(buffer_) : std::span<char>();
}

void PictureFile::received(std::size_t count) {
  size_ += count;
  for (std::size_t done = 0; done < count && why_.empty();) {
    const ssize_t written = ::write(file_, buffer_.data() + done, count - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      fail("can't be written");
    }
  }
}

Result<void> PictureFile::keep() {
  if (why_.empty() && ::close(std::exchange(file_, -1)) != 0) {
    fail("can't be written");
  }
  if (why_.empty() && ::rename(part_.c_str(), path_.c_str()) != 0) {
    fail("can't be named");
  }
  if (!why_.empty()) {
    return make_error(Errc::io, why_);
  }
  return {};
}

void PictureFile::fail(const char* what) {
  why_ = printable(part_.string()) + " " + what + ": " + std::strerror(errno);
}

}  // namespace penstock::app
