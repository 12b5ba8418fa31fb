#include "ops/admin_routes.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "ops/status_page.hpp"
#include "unit/ops/status_example.hpp"

namespace penstock::ops {
namespace {

Handlers handlers() {
  Handlers all;
  all.livez = [] { return Response{200, "application/json", "livez"}; };
  all.readyz = [] { return Response{503, "application/json", "readyz"}; };
  all.metrics = [](MetricsFormat format) -> std::string {
    return format == MetricsFormat::open_metrics ? "open" : "prometheus";
  };
  all.snapshot = example_status;
  all.version = [] { return Response{200, "application/json", "version"}; };
  all.replay = [](const ReplayCall& call, const Answer& answer) {
    answer({202, "application/json",
            call.job + "|" + (call.force ? "force" : "") + "|" + call.source});
  };
  all.reload = [](const Answer& answer) { answer({202, "application/json", "reload"}); };
  return all;
}

Response ask(const AdminRequest& request) {
  std::optional<Response> given;
  route(request, handlers(), [&](Response response) {
    EXPECT_FALSE(given) << "answered twice";
    given = std::move(response);
  });
  return given.value_or(Response{0, "", "not answered"});
}

Response get(std::string_view target) { return ask({"GET", target, ""}); }

Response post_to_socket(std::string_view target) { return ask({"POST", target, "", true}); }

std::string metrics_for(std::string_view accept) { return ask({"GET", "/metrics", accept}).body; }

TEST(AdminRoutes, TellStrangersTheStatusOfProbesAlone) {
  const auto stranger = [](std::string_view method, std::string_view target) {
    return ask({.method = method, .target = target, .accept = "", .may_see = false});
  };
  EXPECT_EQ(stranger("GET", "/livez").status, 200);
  EXPECT_EQ(stranger("GET", "/readyz?verbose").status, 503);
  for (const char* probe : {"/livez", "/readyz"}) {
    EXPECT_EQ(stranger("GET", probe).body, R"({"details":"for those with a password"})") << probe;
  }
  for (const char* page : {"/", "/metrics", "/status", "/version", "/no-such-page", "/livez/"}) {
    EXPECT_EQ(stranger("GET", page).status, 401) << page;
  }
}

TEST(AdminRoutes, SayWhatTakesSoLong) {
  EXPECT_EQ(late_answer("/reload").status, 504);
  EXPECT_NE(late_answer("/reload").body.find("a journal is still being read"), std::string::npos);
  EXPECT_EQ(late_answer("/replay/1").status, 504);
  EXPECT_NE(late_answer("/replay/1").body.find("is Kafka away?"), std::string::npos);
}

TEST(AdminRoutes, LeadToTheirHandlers) {
  EXPECT_EQ(get("/livez").body, "livez");
  EXPECT_EQ(get("/readyz").body, "readyz");
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/metrics").body, "prometheus");
  EXPECT_EQ(get("/status").body, status_document(example_status()));
  EXPECT_EQ(get("/version").body, "version");
}

TEST(AdminRoutes, DontLookAtTheQuery) { EXPECT_EQ(get("/livez?verbose=1").body, "livez"); }

TEST(AdminRoutes, TakeTheAbsoluteFormOfATarget) {
  for (const char* target :
       {"http://x/livez", "https://[::1]:9469/livez?verbose", "HTTP://x/livez"}) {
    EXPECT_EQ(get(target).body, "livez") << target;
    EXPECT_EQ(ask({"GET", target, "", true}).body, "livez") << target;
  }
  EXPECT_EQ(get("http://x").body, get("/").body);
  EXPECT_EQ(get("http://x?a=/livez").body, get("/").body);
  EXPECT_EQ(
      ask({.method = "GET", .target = "http://x/livez", .accept = "", .may_see = false}).status,
      200);
  EXPECT_EQ(
      ask({.method = "GET", .target = "http://x/status", .accept = "", .may_see = false}).status,
      401);
  EXPECT_EQ(post_to_socket("http://x/replay/1?force=1").body, "1|force|");
  EXPECT_EQ(late_answer("http://x/reload").body, late_answer("/reload").body);
  for (const char* target : {"http:/livez", "http:livez", "x/livez", "/http://x/livez",
                             "http://x/nothing", "ftp://x/livez"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST(AdminRoutes, ShowTheStatusPageAtTheTopAndItsParts) {
  const Response page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.body, status_page(example_status()));
  EXPECT_EQ(get("/style.css").body, style_sheet());
  EXPECT_EQ(get("/live.js").body, live_script());
  const Response live = get("/events");
  EXPECT_EQ(live.content_type, "text/event-stream");
  EXPECT_EQ(live.events(), main_part(example_status()));
}

TEST(AdminRoutes, NameThePagesThatThereAre) {
  EXPECT_EQ(get("/no-such-page").status, 404);
  EXPECT_NE(get("/no-such-page").body.find("/metrics"), std::string::npos);
  EXPECT_EQ(get("/no-such-page").body.find("/reload"), std::string::npos);
  EXPECT_NE(post_to_socket("/").body.find("only GET"), std::string::npos);
  EXPECT_NE(ask({"GET", "/no-such-page", "", true}).body.find("/reload"), std::string::npos);
}

TEST(AdminRoutes, AnswerHeadLikeGet) { EXPECT_EQ(ask({"HEAD", "/livez", ""}).body, "livez"); }

TEST(AdminRoutes, RefuseWhatCouldChangeSomething) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const Response refused = ask({method, "/livez", ""});
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(refused.body, R"({"error":"only GET and HEAD are answered here"})");
  }
}

TEST(AdminRoutes, TakeNoCallsOverTcp) {
  for (const char* target : {"/reload", "/replay/1"}) {
    EXPECT_EQ(ask({"POST", target, ""}).status, 405) << target;
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST(AdminRoutes, PassCallsOnThatCameOverTheSocket) {
  EXPECT_EQ(post_to_socket("/reload").body, "reload");
  EXPECT_EQ(post_to_socket("/replay/client-1").body, "client-1||");
  EXPECT_EQ(post_to_socket("/replay/a%2Fb?force=1&source=my%20stream").body, "a/b|force|my stream");
}

TEST(AdminRoutes, ServeThePagesOverTheSocketToo) {
  EXPECT_EQ(ask({"GET", "/livez", "", true}).body, "livez");
  EXPECT_EQ(ask({"GET", "/", "", true}).body, get("/").body);
}

TEST(AdminRoutes, NameTheMethodOfACall) {
  const Response refused = ask({"GET", "/reload", "", true});
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.allow, "POST");
  EXPECT_EQ(post_to_socket("/livez").allow, "GET, HEAD");
}

TEST(AdminRoutes, RefuseCallsThatTheyDontUnderstand) {
  for (const char* target : {"/replay/", "/replay/1?force", "/replay/1?force=yes",
                             "/replay/1?source=", "/replay/1?dry=1"}) {
    EXPECT_EQ(post_to_socket(target).status, 400) << target;
  }
  for (const char* target : {"/replay", "/replay/1/2", "/reload/1", "/%zz", ""}) {
    EXPECT_EQ(post_to_socket(target).status, 405) << target;
  }
}

TEST(AdminRoutes, KnowNoOtherPages) {
  for (const char* target : {"/livez/", "/Livez", "//livez", "/../livez", "*", ""}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST(AdminRoutes, GiveOpenMetricsToWhoListsIt) {
  EXPECT_EQ(metrics_for("application/openmetrics-text;version=1.0.0;q=0.5,"
                        "application/openmetrics-text;version=0.0.1;q=0.4,"
                        "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"),
            "open");
  EXPECT_EQ(metrics_for("text/html , Application/OpenMetrics-Text"), "open");
  EXPECT_EQ(ask({"GET", "/metrics", "application/openmetrics-text"}).content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST(AdminRoutes, GivePrometheusTextToAllOthers) {
  for (const char* accept : {"", "*/*", "text/plain", ",;,", "application/openmetrics-text;q=0",
                             "application/openmetrics-text; q=0.000 ;version=1.0.0",
                             "text/plain;application/openmetrics-text"}) {
    EXPECT_EQ(metrics_for(accept), "prometheus") << accept;
  }
  EXPECT_EQ(get("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace
}  // namespace penstock::ops
