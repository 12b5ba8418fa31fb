#include "penstock/remote/query_client.hpp"

#include <array>
#include <utility>

#include "penstock/remote/target.hpp"

namespace penstock::remote {
namespace {

// Room for one read of a connection, so that a chunk of the body is split at once.
class ValueSink final : public ByteSink {
 public:
  ValueSink(Bytes max_value, ValueSplitter::Each each) : splitter_(max_value, std::move(each)) {}

  std::span<char> writable() override { return over_ ? std::span<char>() : std::span(buffer_); }
  void received(std::size_t count) override { over_ = !splitter_.feed({buffer_.data(), count}); }

  ValueSplitter& splitter() { return splitter_; }

 private:
  ValueSplitter splitter_;
  std::array<char, limits::receive_buffer.count> buffer_{};
  bool over_ = false;
};

}  // namespace

RestRequest query_request(QueryKind kind, const std::string& text) {
  if (kind == QueryKind::search) {
    return {.path = {"v1", "query", "search"}, .query = {{"query", text}}};
  }
  std::vector<std::string> path{"v1", "query"};
  switch (kind) {
    case QueryKind::latest:
      path.emplace_back("latest");
      break;
    case QueryKind::torrent:
      path.emplace_back("torrent");
      break;
    case QueryKind::torrent_latest:
      path.insert(path.end(), {"torrent", "latest"});
      break;
    case QueryKind::historical:
    case QueryKind::search:
      path.emplace_back("historical");
      break;
  }
  for (std::string& segment : path_of_target(text)) {
    path.push_back(std::move(segment));
  }
  return {.path = std::move(path)};
}

void run_query(RestClient& client, RestRequest request, Bytes max_value, ValueSplitter::Each each,
               RestClient::Ended ended) {
  // shared: the callback owns it, and std::function is copied.
  auto sink = std::make_shared<ValueSink>(max_value, std::move(each));
  ByteSink& bytes = *sink;
  client.stream(std::move(request), bytes,
                [sink = std::move(sink), ended = std::move(ended)](RestResult<void> answer) {
                  ValueSplitter& splitter = sink->splitter();
                  const auto& read = answer ? splitter.finish() : splitter.error();
                  const bool told = splitter.values() > 0;
                  if (splitter.stopped()) {
                    answer = RestError{.kind = RestError::Kind::unwanted, .was_told = told};
                  } else if (!read) {
                    answer = RestError{.kind = RestError::Kind::server_error,
                                       .detail = read.error().what,
                                       .was_told = told};
                  }
                  ended(answer);
                });
}

}  // namespace penstock::remote
