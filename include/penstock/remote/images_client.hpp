// The API's calls about screenshots of remote desktops (API V1 documentation, section Remote
// Desktop Query). On the client's thread; `done` is called as RestClient calls back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "penstock/remote/rest_client.hpp"

namespace penstock::remote {

// What a record says of the picture itself; empty where it says nothing. As the remote wrote it.
struct ImageLinks {
  std::string id{};
  std::string url{}, thumb{};
};

struct ImageRecord {
  ImageLinks links;
  std::string json;  // all of it, on one line
};

struct ImagePage {
  std::optional<std::uint64_t> total_records;  // of all pages
  std::vector<ImageRecord> records;
};

struct ImagePaging {
  std::optional<std::uint64_t> page{}, page_size{};  // the API's own choice where there is none
};

// Each is left out where it is empty. `similar` goes with none of the others.
struct ImageFilter {
  std::string ip{};    // an address, network or range
  std::string port{};  // or a range
  std::string country{}, tag{}, word{};
  std::string from{}, to{};  // a date, or what the API takes for one
  std::string similar{};     // an image's id
};

using ImagePageDone = std::function<void(RestResult<ImagePage>)>;

// GET /v1/query/image: the latest first.
void list_images(RestClient& client, const ImagePaging& paging, ImagePageDone done);
// GET /v1/query/image/search
void search_images(RestClient& client, const ImageFilter& filter, const ImagePaging& paging,
                   ImagePageDone done);
// GET /v1/query/image/ip/<ip>; with `ocr` the words that were read in each.
void images_of_ip(RestClient& client, const std::string& ip, bool ocr, ImagePageDone done);
// GET /v1/query/image/<id>
void get_image(RestClient& client, const std::string& id, bool ocr,
               std::function<void(RestResult<ImageRecord>)> done);

}  // namespace penstock::remote
