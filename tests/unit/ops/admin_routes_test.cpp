#include "ops/admin_routes.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

Handlers handlers() {
  Handlers all;
  all.livez = [] { return Response{200, "application/json", "livez"}; };
  all.readyz = [] { return Response{503, "application/json", "readyz"}; };
  all.metrics = [](MetricsFormat format) -> std::string {
    return format == MetricsFormat::open_metrics ? "open" : "prometheus";
  };
  all.status = [] { return Response{200, "application/json", "status"}; };
  all.version = [] { return Response{200, "application/json", "version"}; };
  return all;
}

Response get(std::string_view target) { return route({"GET", target, ""}, handlers()); }

std::string metrics_for(std::string_view accept) {
  return route({"GET", "/metrics", accept}, handlers()).body;
}

TEST(AdminRoutes, LeadToTheirHandlers) {
  EXPECT_EQ(get("/livez").body, "livez");
  EXPECT_EQ(get("/readyz").body, "readyz");
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/metrics").body, "prometheus");
  EXPECT_EQ(get("/status").body, "status");
  EXPECT_EQ(get("/version").body, "version");
}

TEST(AdminRoutes, DontLookAtTheQuery) { EXPECT_EQ(get("/livez?verbose=1").body, "livez"); }

TEST(AdminRoutes, ListThePagesAtTheTop) {
  const Response page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/plain; charset=utf-8");
  EXPECT_NE(page.body.find("/metrics"), std::string::npos);
}

TEST(AdminRoutes, AnswerHeadLikeGet) {
  EXPECT_EQ(route({"HEAD", "/livez", ""}, handlers()).body, "livez");
}

TEST(AdminRoutes, RefuseWhatCouldChangeSomething) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const Response refused = route({method, "/livez", ""}, handlers());
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(refused.body, R"({"error":"only GET and HEAD are answered here"})");
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
  EXPECT_EQ(route({"GET", "/metrics", "application/openmetrics-text"}, handlers()).content_type,
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
