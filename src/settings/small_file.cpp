#include "settings/small_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace penstock::settings {

Result<std::string> read_small_file(const std::filesystem::path& path, Bytes limit) {
  const auto failed = [] {
    return make_error(Errc::io, std::error_code(errno, std::generic_category()).message());
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) {
    return failed();
  }
  std::string text(limit.count + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return failed();
  }
  if (text.size() > limit.count) {
    return make_error(Errc::io, "is larger than " + to_string(limit));
  }
  return text;
}

}  // namespace penstock::settings
