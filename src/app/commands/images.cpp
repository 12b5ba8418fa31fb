#include "penstock/app/commands/images.hpp"

#include <rapidjson/document.h>

#include <iostream>

#include "app/commands/api_calls.hpp"
#include "app/commands/picture_file.hpp"
#include "app/commands/progress_line.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app {
namespace {

using remote::ImagePage;
using remote::ImageRecord;
using What = ImagesWanted::What;

class Fetcher {
 public:
  Fetcher(const settings::Loaded& loaded, const settings::Inputs& inputs,
          const ImagesWanted& wanted, const std::function<void(const ImageRecord&)>& each)
      : api_(loaded, inputs), wanted_(wanted), each_(each) {}

  Result<ImagesAnswer> run() {
    if (wanted_.download) {
      std::error_code failed;
      std::filesystem::create_directories(*wanted_.download, failed);
      if (failed) {
        return make_error(Errc::io, "--download " + printable(wanted_.download->string()) + ": " +
                                        failed.message());
      }
    }
    const Result<void> done = wanted_.what == What::one ? fetch_one() : fetch_pages();
    if (!done) {
      return done.error();
    }
    return answer_;
  }

 private:
  Result<void> fetch_one() {
    const auto record = api_.wait<ImageRecord>([&](auto done) {
      remote::get_image(api_.client(), wanted_.subject, wanted_.ocr, std::move(done));
    });
    if (!record) {
      return api_error("GET /v1/query/image/" + printable(wanted_.subject), record.error());
    }
    return take(*record);
  }

  Result<void> fetch_pages() {
    remote::ImagePaging paging = wanted_.paging;
    if (wanted_.all_pages) {
      paging.page = 1;
    }
    while (true) {
      auto page = api_.wait<ImagePage>([&](auto done) { ask(paging, std::move(done)); });
      if (!page) {
        return api_error(asked(), page.error());
      }
      total_ = page->total_records;
      for (const ImageRecord& record : page->records) {
        if (auto taken = take(record); !taken) {
          return taken;
        }
      }
      const bool more =
          wanted_.all_pages && !page->records.empty() && (!total_ || answer_.records < *total_);
      if (!more) {
        return {};
      }
      ++*paging.page;
    }
  }

  void ask(const remote::ImagePaging& paging, remote::ImagePageDone done) {
    switch (wanted_.what) {
      case What::search:
        remote::search_images(api_.client(), wanted_.filter, paging, std::move(done));
        break;
      case What::of_ip:
        remote::images_of_ip(api_.client(), wanted_.subject, wanted_.ocr, std::move(done));
        break;
      case What::latest:
      case What::one:
        remote::list_images(api_.client(), paging, std::move(done));
        break;
    }
  }

  std::string asked() const {
    return wanted_.what == What::search  ? "GET /v1/query/image/search"
           : wanted_.what == What::of_ip ? "GET /v1/query/image/ip/" + printable(wanted_.subject)
                                         : "GET /v1/query/image";
  }

  Result<void> take(const ImageRecord& record) {
    ++answer_.records;
    each_(record);
    if (wanted_.download) {
      download(record.links.id, record.links.url, "");
      download(record.links.id, record.links.thumb, ".thumb");
    }
    progress_.show(monotonic_now(), [this] {
      return std::to_string(answer_.records) +
             (total_ ? " of " + std::to_string(*total_) : std::string()) + " images" +
             (wanted_.download ? ", " + std::to_string(answer_.downloaded) + " files" : "");
    });
    if (api_.interrupted()) {
      return make_error(Errc::network,
                        "interrupted after " + std::to_string(answer_.records) + " images");
    }
    return {};
  }

  void download(const std::string& id, const std::string& url, std::string_view kind) {
    if (url.empty() || api_.interrupted()) {
      return;
    }
    const auto name = picture_name(id, url, kind);
    if (!name) {
      failed("image " + printable(id) + ": its id is no file name");
      return;
    }
    const std::filesystem::path path = *wanted_.download / *name;
    if (std::filesystem::exists(path)) {
      ++answer_.there;
      return;
    }
    PictureFile file(path);
    auto end =
        api_.wait<void>([&](auto done) { api_.client().download(url, file, std::move(done)); });
    if (!file.why().empty()) {
      failed(file.why());
    } else if (!end) {
      failed(printable(url) + ": " + end.error().detail);
    } else if (const auto kept = file.keep(); !kept) {
      failed(kept.error().what);
    } else {
      ++answer_.downloaded;
    }
  }

  void failed(const std::string& why) {
    ++answer_.failed;
    std::cerr << "penstock: " << why << '\n';
  }

  ApiCalls api_;
  const ImagesWanted& wanted_;
  const std::function<void(const ImageRecord&)>& each_;
  ImagesAnswer answer_;
  std::optional<std::uint64_t> total_;
  ProgressLine progress_;
};

// A member as text; empty where it is none.
std::string text_of(const rapidjson::Value& record, const char* name) {
  const auto found = record.FindMember(name);
  if (found == record.MemberEnd()) {
    return {};
  }
  if (found->value.IsUint64()) {
    return std::to_string(found->value.GetUint64());
  }
  return found->value.IsString()
             ? std::string(found->value.GetString(), found->value.GetStringLength())
             : std::string();
}

}  // namespace

Result<ImagesAnswer> fetch_images(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                  const ImagesWanted& wanted,
                                  const std::function<void(const ImageRecord&)>& each) {
  return Fetcher(loaded, inputs, wanted, each).run();
}

ImageRow image_row(const ImageRecord& record) {
  ImageRow row{.id = record.links.id};
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(record.json.data(), record.json.size());
  if (json.HasParseError() || !json.IsObject()) {
    return row;
  }
  row.ip = text_of(json, "ip");
  row.port = text_of(json, "port");
  row.country = text_of(json, "country");
  if (const auto ts = json.FindMember("ts"); ts != json.MemberEnd() && ts->value.IsInt64() &&
                                             ts->value.GetInt64() >= 0 &&
                                             ts->value.GetInt64() <= limits::max_time_ms) {
    row.taken_at = to_rfc3339(WallTime(std::chrono::milliseconds(ts->value.GetInt64())));
  }
  if (const auto tags = json.FindMember("tags");
      tags != json.MemberEnd() && tags->value.IsArray()) {
    for (const auto& tag : tags->value.GetArray()) {
      if (tag.IsString()) {
        row.tags +=
            (row.tags.empty() ? "" : ",") + std::string(tag.GetString(), tag.GetStringLength());
      }
    }
  }
  return row;
}

}  // namespace penstock::app
