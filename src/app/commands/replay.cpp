#include "penstock/app/commands/replay.hpp"

#include <rapidjson/document.h>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <vector>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/endpoint.hpp"

namespace penstock::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Protocol = asio::local::stream_protocol;
using Answered = Result<http::response<http::string_body>>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t shown_answer = 2000;  // characters: a reason and its hint

// A path segment's characters are safe in a query, too.
Result<std::string> target_of(const ReplayWanted& wanted) {
  auto target = remote::make_path(std::vector<std::string>{"replay", wanted.job});
  if (!target) {
    return make_error(Errc::invalid_argument, "`" + printable(wanted.job) + "` is no job id");
  }
  *target += wanted.force ? "?force=1" : "";
  if (wanted.source) {
    const auto source = remote::make_path(std::vector<std::string>{*wanted.source});
    if (!source) {
      return make_error(Errc::invalid_argument, "`" + printable(*wanted.source) + "` is no source");
    }
    *target += (wanted.force ? "&source=" : "?source=") + source->substr(1);
  }
  return target;
}

asio::awaitable<Answered> post(std::filesystem::path socket, std::string target) {
  const auto failed = [&](const std::string& what, const boost::system::error_code& error) {
    return make_error(Errc::network, what + printable(socket.string()) + ": " + error.message());
  };
  beast::basic_stream<Protocol> stream(co_await asio::this_coro::executor);
  // The daemon answers within admin_timeout, or says that it can't.
  stream.expires_after(2 * limits::admin_timeout);
  const auto [unconnected] =
      co_await stream.async_connect(Protocol::endpoint(socket.string()), as_result);
  if (unconnected == boost::system::errc::permission_denied) {
    co_return failed("not allowed, be root or in the daemon's group: ", unconnected);
  }
  if (unconnected) {
    co_return failed("no daemon answers on ", unconnected);
  }
  http::request<http::empty_body> request(http::verb::post, target, 11);
  request.set(http::field::host, "localhost");
  request.keep_alive(false);
  request.prepare_payload();
  const auto [unsent, sent] = co_await http::async_write(stream, request, as_result);
  static_cast<void>(sent);
  beast::flat_buffer buffer;
  http::response<http::string_body> answer;
  if (!unsent) {
    const auto [unread, read] = co_await http::async_read(stream, buffer, answer, as_result);
    static_cast<void>(read);
    if (!unread) {
      co_return answer;
    }
    co_return failed("no answer from the daemon on ", unread);
  }
  co_return failed("no answer from the daemon on ", unsent);
}

// A text member of the answer, fit to be shown; empty where there is none.
std::string member(const rapidjson::Document& json, const char* name) {
  if (json.HasParseError() || !json.IsObject()) {
    return {};
  }
  const auto found = json.FindMember(name);
  return found != json.MemberEnd() && found->value.IsString()
             ? printable({found->value.GetString(), found->value.GetStringLength()}, shown_answer)
             : std::string();
}

}  // namespace

Result<std::string> ask_for_replay(const std::filesystem::path& socket,
                                   const ReplayWanted& wanted) {
  const auto target = target_of(wanted);
  if (!target) {
    return target.error();
  }
  if (socket.string().size() >= sizeof(sockaddr_un::sun_path)) {
    return make_error(Errc::invalid_argument,
                      "admin.socket: the path is too long for a UNIX socket");
  }
  asio::io_context io;
  Answered answered = make_error(Errc::network, "no answer");
  asio::co_spawn(io, post(socket, *target),
                 [&](const std::exception_ptr& failure, Answered result) {
                   if (failure) {
                     std::rethrow_exception(failure);
                   }
                   answered = std::move(result);
                 });
  io.run();
  if (!answered) {
    return answered.error();
  }
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answered->body().data(), answered->body().size());
  if (answered->result() == http::status::accepted) {
    return "accepted: job " + member(json, "job_id") + " of the source " + member(json, "source") +
           " is replayed as soon as its turn comes";
  }
  const std::string why = member(json, "error");
  return make_error(
      Errc::protocol,
      why.empty() ? "the daemon answered " + std::to_string(answered->result_int()) : why);
}

}  // namespace penstock::app
