#include "simulator/modules.hpp"

#include <array>

namespace penstock::simulator {
namespace {

constexpr std::string_view services[] = {
    "http",   "ssh",  "smtp",    "ftp", "imap", "pop3", "rdp",  "ldap",        "mysql",
    "domain", "rtsp", "telnets", "sip", "vnc",  "ntp",  "snmp", "microsoft-ds"};
constexpr std::string_view products[] = {
    "nginx",   "Apache httpd",         "OpenSSH", "Postfix smtpd", "Microsoft IIS httpd",
    "Dovecot", "MikroTik router ftpd", "vsftpd",  "lighttpd",      "Exim smtpd"};
constexpr std::string_view statuses[] = {
    "200,\"statusMessage\":\"OK\"", "301,\"statusMessage\":\"Moved Permanently\"",
    "401,\"statusMessage\":\"Unauthorized\"", "403,\"statusMessage\":\"Forbidden\"",
    "404,\"statusMessage\":\"Not Found\""};
constexpr std::string_view kex[] = {"curve25519-sha256", "ecdh-sha2-nistp256",
                                    "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"};

void version(EventWriter& w) { w.number(0, 12).raw(".").number(0, 30).raw(".").number(0, 99); }

void append_port(EventWriter& w) { w.raw(R"({"response":"synack"})"); }

void append_service_fields(EventWriter& w) {
  w.raw(R"("state":{"state":"open"},"service":{"name":")").pick(services);
  if (w.random.below(4) != 0) {
    w.raw(R"(","product":")").pick(products).raw(R"(","version":")");
    version(w);
    w.raw(R"(","extrainfo":")").text(5, 40).raw(R"(","cpe":["cpe:/a:vendor:product:)");
    version(w);
    w.raw(R"("],"banner":")").text(20, 300).raw(R"(","method":"probe_matched"})");
  } else {
    w.raw(R"(","method":"table_default"})");
  }
}

void append_service_simple(EventWriter& w) {
  if (w.random.one_in(25)) {
    w.raw(R"({"error":{"code":")").hex(4).raw(R"(","message":")").text(20, 80).raw("\"}}");
    return;
  }
  w.raw(R"({"data":{)");
  append_service_fields(w);
  w.raw("}}");
}

void append_service(EventWriter& w) {
  w.raw(R"({"data":{)");
  append_service_fields(w);
  w.raw(R"(,"scripts":[{"id":"http-title","output":")").text(20, 200);
  w.raw(R"("},{"id":"ssl-cert","output":")").text(300, 900);
  w.raw(R"("}],"headers":")").text(100, 500).raw("\"}}");
}

void append_ssh(EventWriter& w) {
  w.raw(R"({"data":{"cyphers":[)");
  for (std::uint64_t i = 0, count = w.random.between(2, 4); i < count; ++i) {
    w.raw(i == 0 ? R"({"cypher":"ssh-rsa","key":")" : R"(,{"cypher":"ssh-ed25519","key":")");
    w.base64(300, 900).raw(R"(","fingerprint":")");
    w.hex(2);
    for (int byte = 1; byte < 16; ++byte) {
      w.raw(":").hex(2);
    }
    w.raw(R"(","length":)").number(256, 4096).raw("}");
  }
  w.raw(R"(],"algorithms":{"kex":[")").pick(kex).raw(R"(",")").pick(kex);
  w.raw(R"("],"server_host_key":["ssh-rsa","ssh-ed25519"],"encryption":["aes128-ctr",)");
  w.raw(R"("aes256-gcm@openssh.com"],"mac":["hmac-sha2-256","umac-64@openssh.com"],)");
  w.raw(R"("compression":["none","zlib@openssh.com"]},"banner":"SSH-2.0-OpenSSH_)");
  w.number(5, 9).raw(".").number(0, 9).raw(R"(","hassh":")").hex(32);
  w.raw(R"(","hassh_algorithms":")").text(300, 900).raw("\"}}");
}

void append_headers(EventWriter& w) {
  w.raw(R"({"Server":")").pick(products).raw(R"(","Date":"Mon, 13 Nov 2023 10:)");
  w.number(10, 59).raw(R"(:00 GMT","Content-Type":"text/html; charset=UTF-8","ETag":"\")").hex(16);
  w.raw(R"(\"","Set-Cookie":["sid=)").hex(32).raw(R"(; path=\/"],"X-Powered-By":")");
  w.text(5, 30).raw("\"}");
}

void append_http_of(EventWriter& w, std::string_view scheme, std::size_t max_body) {
  w.raw(R"({"data":{"request":{"url":")").raw(scheme).raw(":\\/\\/").ipv4();
  w.raw(R"(\/","headers":{"User-Agent":"Mozilla\/5.0","Accept":"*\/*"}},"response":{"url":")");
  w.raw(scheme).raw(R"(:\/\/)").ipv4().raw(R"(\/","headers":)");
  append_headers(w);
  w.raw(R"(,"body":")");
  // Most pages are small; one in 150 has hundreds of kilobytes.
  if (w.random.one_in(150)) {
    w.text(100'000, 300'000);
  } else {
    w.text(200, max_body);
  }
  w.raw(R"(","httpVersion":"1.1","statusCode":)").pick(statuses).raw(R"(},"redirects":[)");
  for (std::uint64_t i = 0, count = w.random.below(8); i + 5 < count; ++i) {
    w.raw(i == 0 ? R"({"url":")" : R"(,{"url":")").raw(scheme).raw(R"(:\/\/)").ipv4();
    w.raw(R"(\/login","statusCode":302})");
  }
  w.raw("]}}");
}

void append_http(EventWriter& w) { append_http_of(w, "http", 7'000); }
void append_https(EventWriter& w) { append_http_of(w, "https", 9'000); }

void append_web(EventWriter& w) {
  w.raw(R"({"data":{"apps":[{"name":"jQuery","confidence":)").number(50, 100);
  w.raw(R"(,"version":")");
  version(w);
  w.raw(R"(","categories":["JavaScript Libraries"]},{"name":")").pick(products);
  w.raw(R"(","confidence":100,"version":null,"categories":["Web Servers"]}],"headers":)");
  append_headers(w);
  w.raw(R"(,"html":")").text(3'000, 24'000);
  w.raw(R"(","screenshot":"https:\/\/images.example\/)").hex(56).raw(".jpg\"}}");
}

void append_ssl(EventWriter& w) {
  w.raw(R"({"data":{"truststores":{"mozilla":true,"java":)")
      .raw(w.random.one_in(2) ? "true" : "false");
  w.raw(R"(},"ciphers":{)");
  constexpr std::string_view versions[] = {"sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3"};
  for (std::size_t i = 0; i < std::size(versions); ++i) {
    w.raw(i == 0 ? "\"" : ",\"").raw(versions[i]).raw("\":[");
    for (std::uint64_t j = 0, count = w.random.between(8, 30); j < count; ++j) {
      w.raw(j == 0 ? R"({"name":"TLS_)" : R"(,{"name":"TLS_)").hex(8);
      w.raw(R"(_WITH_AES_256_GCM_SHA384","bits":)").number(40, 256);
      w.raw(R"(,"status":"accepted"})");
    }
    w.raw("]");
  }
  w.raw(R"(},"vulnerabilities":{"heartbleed":false,"ccs":false,"robot":{"severity":)");
  w.number(0, 1).raw(".").number(0, 99).raw(R"(}},"cert_info":{"certificate_chain":[)");
  for (int i = 0; i < 3; ++i) {
    w.raw(i == 0 ? R"({"as_dict":{"subject":{"commonName":")"
                 : R"(,{"as_dict":{"subject":{"commonName":")");
    w.text(10, 30).raw(R"("},"serial":)").number(w.random() | 1ull << 63).number(w.random());
    w.raw(R"(,"notBefore":1.6e9,"extensions":[")").text(2'500, 8'000);
    w.raw(R"("]},"as_pem":"-----BEGIN CERTIFICATE-----\n)").base64(9'000, 20'000);
    w.raw(R"(-----END CERTIFICATE-----\n"})");
  }
  w.raw("]}}}");
}

void append_telnet(EventWriter& w) {
  w.raw(R"({"data":{"telnet":{"banner":"\r\n)")
      .text(20, 300)
      .raw(R"( login: ","will":[{"name":"Echo","value":1}],)");
  w.raw(R"("do":[{"name":"Terminal Type","value":24},{"name":"Unknown","value":)").number(30, 250);
  w.raw(R"(}],"wont":[],"dont":[]}}})");
}

void append_rdp(EventWriter& w) {
  w.raw(R"({"data":{"security":")").raw(w.random.one_in(2) ? "nla" : "rdp");
  w.raw(R"(","link":"https:\/\/images.example\/)").hex(56).raw(R"(.jpg","reason":null}})");
}

void append_vnc(EventWriter& w) {
  w.raw(R"({"data":{"title":")").text(4, 40).raw(R"(","width":)").number(640, 3840);
  w.raw(R"(,"height":)").number(480, 2160).raw(R"(,"version":"3.)").number(3, 8);
  w.raw(R"(","link":"https:\/\/images.example\/)").hex(56).raw(R"(.jpg","auth_enabled":)");
  w.raw(w.random.one_in(2) ? "true}}" : "false}}");
}

void append_x11(EventWriter& w) {
  w.raw(R"({"data":{"link":"https:\/\/images.example\/)").hex(56);
  w.raw(R"(.jpg","connected":true,"xdpyinfo":{"code":0,"stderr":"","stdout":")").text(1'500, 4'000);
  w.raw("\"}}}");
}

void append_redis(EventWriter& w) {
  w.raw(R"({"data":{"redis_version":")");
  version(w);
  w.raw(R"(","redis_mode":"standalone","os":"Linux 5.)")
      .number(0, 19)
      .raw(R"( x86_64","process_id":)");
  w.number(1, 65535).raw(R"(,"run_id":")").hex(40).raw(R"(","used_memory_human":")").number(1, 900);
  w.raw(R"(.5M","mem_fragmentation_ratio":1.)")
      .number(0, 99)
      .raw(R"(,"db0":"keys=)")
      .number(0, 99999);
  w.raw(R"(,expires=0,avg_ttl=0","clients":")").text(500, 4'000).raw("\"}}");
}

void append_memcached(EventWriter& w) {
  w.raw(R"({"data":{"server":")").ipv4().raw(R"(:11211","stats":{"pid":)").number(1, 65535);
  w.raw(R"(,"version":"1.)").number(4, 6).raw(".").number(0, 40);
  for (int i = 0; i < 30; ++i) {
    w.raw(R"(","stat_)").hex(6).raw(R"(":)").number(w.random() >> (i * 2)).raw(R"(,"text_)").hex(4);
    w.raw(R"(":")").number(0, 999);
  }
  w.raw("\"}}}");
}

void append_mongodb(EventWriter& w) {
  w.raw(R"({"data":{"serverInfo":{"version":")");
  version(w);
  w.raw(R"(","gitVersion":")").hex(40).raw(R"(","ok":1.0},"listDatabases":{"totalSize":)");
  w.number(1, 1ull << 44).raw(R"(,"databases":[)");
  for (std::uint64_t i = 0, count = w.random.between(3, 40); i < count; ++i) {
    w.raw(i == 0 ? R"({"name":")" : R"(,{"name":")").text(4, 20).raw(R"(","sizeOnDisk":)");
    w.number(0, 1ull << 33).raw(R"(,"empty":false})");
  }
  w.raw(R"(]},"stats":{"uptime":)")
      .number(1, 99'999'999)
      .raw(R"(,"log":")")
      .text(200, 2'000)
      .raw("\"}}}");
}

void append_elasticsearch(EventWriter& w) {
  w.raw(R"({"data":{"cluster_name":")").text(5, 25).raw(R"(","cluster_nodes":[{"name":")").hex(7);
  w.raw(R"(","os":{"name":"Linux","arch":"amd64","available_processors":)").number(1, 64);
  w.raw(R"(},"jvm":{"version":"1.8.0_)")
      .number(100, 400)
      .raw(R"("},"process":{"id":)")
      .number(1, 65535);
  w.raw(R"(,"mlockall":false},"indices":[)");
  for (std::uint64_t i = 0, count = w.random.between(2, 80); i < count; ++i) {
    w.raw(i == 0 ? R"({"index_name":")" : R"(,{"index_name":")").text(5, 30).raw(R"(","docs":)");
    w.number(0, 1ull << 31).raw(R"(,"size_in_bytes":)").number(0, 1ull << 40).raw("}");
  }
  w.raw("]}]}}");
}

void append_mqtt(EventWriter& w) { append_mqtt_result(w, w.random.between(200, 6'000)); }

// A module that no document lists: the set is open.
void append_custom(EventWriter& w) {
  w.raw(R"({"data":{"probe":")").hex(16).raw(R"(","answer":")").text(20, 300);
  w.raw(R"(","score":-)").number(0, 9).raw(".").number(0, 999).raw("e-2}}");
}

constexpr std::array<Module, 18> modules{{
    {"port", 600, {"80", "443", "22", "8080"}, true, false, append_port},
    {"service-simple", 110, {"21", "25", "992", "8443"}, true, false, append_service_simple},
    {"service", 40, {"25", "110", "143", "3306"}, true, false, append_service},
    {"ssh", 40, {"22", "22", "2222", "830"}, true, false, append_ssh},
    {"http", 60, {"80", "8080", "8000", "81"}, true, true, append_http},
    {"https", 35, {"443", "8443", "443", "9443"}, true, true, append_https},
    {"web", 15, {"443", "80", "443", "8080"}, true, true, append_web},
    {"ssl", 11, {"443", "993", "465", "8443"}, true, true, append_ssl},
    {"telnet", 20, {"\"23\"", "\"23\"", "\"2323\"", "\"992\""}, false, false, append_telnet},
    {"rdp", 10, {"3389", "3389", "3390", "3388"}, false, false, append_rdp},
    {"vnc", 8, {"5900", "5901", "5900", "5902"}, true, false, append_vnc},
    {"x11", 3, {"6000", "6001", "6000", "6002"}, false, false, append_x11},
    {"redis", 10, {"6379", "6379", "6380", "16379"}, true, false, append_redis},
    {"memcached", 8, {"11211", "11211", "11211", "11212"}, true, false, append_memcached},
    {"mongodb", 8, {"27017", "27017", "27018", "27019"}, true, false, append_mongodb},
    {"elasticsearch", 6, {"9200", "9200", "9201", "9300"}, true, false, append_elasticsearch},
    {"mqtt", 10, {"1883", "1883", "8883", "1884"}, false, false, append_mqtt},
    {"x-ics", 6, {"502", "102", "47808", "20000"}, true, false, append_custom},
}};

// For each of a thousand draws the module.
constexpr std::array<std::uint8_t, 1000> by_weight = [] {
  std::array<std::uint8_t, 1000> table{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    for (std::uint32_t j = 0; j < modules[i].per_mille; ++j) {
      table.at(at++) = static_cast<std::uint8_t>(i);
    }
  }
  if (at != table.size()) {
    throw "the weights don't add up to a thousand";
  }
  return table;
}();

}  // namespace

const Module& port_module() { return modules[0]; }

const Module& random_module(SplitMix64& random) { return modules[by_weight[random.below(1000)]]; }

void append_mqtt_result(EventWriter& w, std::size_t bytes) {
  w.raw(R"({"data":{"connected":true,"auth":false,"messages":[)");
  const std::size_t begin = w.out.size();
  std::uint64_t events = 0;
  for (; w.out.size() - begin < bytes; ++events) {
    w.raw(events == 0 ? R"({"topic":"dev\/)" : R"(,{"topic":"dev\/)")
        .hex(8)
        .raw(R"(\/state","msg":")");
    w.text(20, 400 + bytes / 100).raw("\"}");
  }
  const std::uint64_t captured = w.out.size() - begin;
  w.raw(R"(],"connack":{"cmd":"connack","returnCode":0},"num_events":)").number(events);
  w.raw(R"(,"num_topics":)").number(events).raw(R"(,"bytes_captured":)").number(captured);
  w.raw(R"(,"topics":{"$SYS\/broker\/version":1}}})");
}

}  // namespace penstock::simulator
