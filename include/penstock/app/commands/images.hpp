// The API's screenshots, for commands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/remote/images_client.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::app {

struct ImagesWanted {
  enum class What : std::uint8_t { latest, search, of_ip, one };
  What what = What::latest;
  std::string subject;  // an address or an id
  remote::ImageFilter filter;
  remote::ImagePaging paging;
  bool all_pages = false;
  bool ocr = false;
  std::optional<std::filesystem::path> download;  // a directory, made where it is missing
};

// What tables show of a record; empty where it says nothing. As the remote wrote it.
struct ImageRow {
  std::string id{}, ip{}, port{}, country{}, taken_at{}, tags{};
};

struct ImagesAnswer {
  std::uint64_t records = 0;
  std::uint64_t downloaded = 0;  // files written
  std::uint64_t there = 0;       // files that were there before
  std::uint64_t failed = 0;      // files
};

// Tells each record, in the API's order, and on standard error what can't be downloaded. A picture
// goes to DIR/<id>.<extension>, its thumbnail to DIR/<id>.thumb.<extension>, each whole or not at
// all; what is there is left as it is.
Result<ImagesAnswer> fetch_images(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                  const ImagesWanted& wanted,
                                  const std::function<void(const remote::ImageRecord&)>& each);

ImageRow image_row(const remote::ImageRecord& record);

}  // namespace penstock::app
