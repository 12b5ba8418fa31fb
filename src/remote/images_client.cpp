#include "penstock/remote/images_client.hpp"

#include <utility>

#include "remote/api_json.hpp"
#include "remote/read_answer.hpp"

namespace penstock::remote {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> image_path(std::vector<std::string> below) {
  std::vector<std::string> path{"v1", "query", "image"};
  path.insert(path.end(), std::make_move_iterator(below.begin()),
              std::make_move_iterator(below.end()));
  return path;
}

void add(Members& query, const char* name, const std::string& value) {
  if (!value.empty()) {
    query.emplace_back(name, value);
  }
}

void add(Members& query, const ImagePaging& paging) {
  const auto add_number = [&](const char* name, std::optional<std::uint64_t> number) {
    add(query, name, number ? std::to_string(*number) : "");
  };
  add_number("page", paging.page);
  add_number("pagesize", paging.page_size);
}

void ask_for_page(RestClient& client, std::vector<std::string> path, Members query,
                  ImagePageDone done) {
  client.ask({.path = std::move(path), .query = std::move(query)}, limits::images_answer,
             parsed_for(std::move(done), parse_image_page));
}

Members ocr_member(bool ocr) { return ocr ? Members{{"ocr", "1"}} : Members{}; }

}  // namespace

void list_images(RestClient& client, const ImagePaging& paging, ImagePageDone done) {
  Members query;
  add(query, paging);
  ask_for_page(client, image_path({}), std::move(query), std::move(done));
}

void search_images(RestClient& client, const ImageFilter& filter, const ImagePaging& paging,
                   ImagePageDone done) {
  Members query;
  add(query, "ip", filter.ip);
  add(query, "port", filter.port);
  add(query, "country", filter.country);
  add(query, "tag", filter.tag);
  add(query, "word", filter.word);
  add(query, "from", filter.from);
  add(query, "to", filter.to);
  add(query, "similar", filter.similar);
  add(query, paging);
  ask_for_page(client, image_path({"search"}), std::move(query), std::move(done));
}

void images_of_ip(RestClient& client, const std::string& ip, bool ocr, ImagePageDone done) {
  ask_for_page(client, image_path({"ip", ip}), ocr_member(ocr), std::move(done));
}

void get_image(RestClient& client, const std::string& id, bool ocr,
               std::function<void(RestResult<ImageRecord>)> done) {
  client.ask({.path = image_path({id}), .query = ocr_member(ocr)}, limits::images_answer,
             parsed_for(std::move(done), parse_image));
}

}  // namespace penstock::remote
