// TLS by the service itself: the files it takes, and connections that are encrypted, slow, or neither.
#include "web/tls.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <fstream>

#include "tests/web/certificate.h"
#include "tests/web/served_town.h"
#include "text/error.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

auto silent = [](std::string_view) {};

std::string fault(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  try {
    Tls tls(certificate, key, silent);
    return "";
  } catch (const shirube::Error& e) {
    return e.message();
  }
}

/// A served town behind TLS, and clients that trust its certificate alone.
struct Encrypted {
  explicit Encrypted(ServerOptions options = {}) : tls(pair.certificate, pair.key, silent), town(with(options, tls), shirube::corpus::Viewer::everything()) {}

  static ServerOptions with(ServerOptions options, Tls& tls) {
    options.tls = &tls;
    return options;
  }
  std::unique_ptr<httplib::SSLClient> client() const {
    auto client = std::make_unique<httplib::SSLClient>("127.0.0.1", town.port);
    client->set_ca_cert_path(pair.certificate.c_str());
    client->set_read_timeout(20);
    return client;
  }

  TemporaryFolder folder;
  Certificate pair{folder.path(), "good"};
  Tls tls;
  ServedTown town;
};

}  // namespace

TEST_CASE("certificates and keys that cannot be used are told apart") {
  TemporaryFolder folder;
  Certificate good(folder.path(), "good"), other(folder.path(), "other"), ended(folder.path(), "ended", -3, -1), early(folder.path(), "early", 1, 3);
  std::ofstream(folder / "text.pem") << "これは証明書ではありません。";
  std::ofstream(folder / "locked.key") << "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcG\n-----END ENCRYPTED PRIVATE KEY-----\n";
  struct Row {
    std::filesystem::path certificate, key;
    std::string says;
  };
  const Row rows[] = {
      {good.certificate, good.key, ""},
      {folder / "none.pem", good.key, "設定 serve.certificate のファイルを読めません"},
      {good.certificate, folder / "none.key", "設定 serve.key のファイルを読めません"},
      {folder.path(), good.key, "設定 serve.certificate のファイルを読めません"},
      {folder / "text.pem", good.key, "証明書を読めません"},
      {good.certificate, folder / "text.pem", "鍵を読めません"},
      {good.certificate, folder / "locked.key", "鍵を読めません"},
      {good.certificate, other.key, "組になっていません"},
      {ended.certificate, ended.key, "期限が切れています"},
      {early.certificate, early.key, "まだ有効ではありません"},
  };
  for (const auto& row : rows) {
    INFO(row.certificate << " " << row.key);
    std::string said = fault(row.certificate, row.key);
    INFO(said);
    CHECK(said.empty() == row.says.empty());
    CHECK(said.find(row.says) != std::string::npos);
  }
  Tls tls(good.certificate, good.key, silent);
  auto left = tls.end() - std::chrono::system_clock::now();
  CHECK(left > std::chrono::hours(23));
  CHECK(left < std::chrono::hours(25));
}

TEST_CASE("a certificate that is replaced is taken up, and one that cannot be used is not") {
  TemporaryFolder folder;
  Certificate pair(folder.path(), "pair");
  std::vector<std::string> lines;
  Tls tls(pair.certificate, pair.key, [&](std::string_view line) { lines.emplace_back(line); }, std::chrono::seconds(0));
  auto first = tls.context();
  CHECK(tls.context() == first);
  auto change = [&](int until_day, int minutes) {
    Certificate(folder.path(), "pair", -1, until_day);
    // Two writings may fall in one tick of the file system's clock.
    std::filesystem::last_write_time(pair.certificate, std::filesystem::file_time_type::clock::now() + std::chrono::minutes(minutes));
  };
  change(30, 1);
  auto second = tls.context();
  CHECK(second != first);
  CHECK(tls.end() - std::chrono::system_clock::now() > std::chrono::hours(24 * 29));
  std::ofstream(pair.certificate) << "-----BEGIN";
  std::filesystem::last_write_time(pair.certificate, std::filesystem::file_time_type::clock::now() + std::chrono::minutes(2));
  CHECK(tls.context() == second);
  CHECK(tls.context() == second);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("前のものを使い続けます") != std::string::npos);
  change(60, 3);
  CHECK(tls.context() != second);
  CHECK(tls.end() - std::chrono::system_clock::now() > std::chrono::hours(24 * 59));
}

TEST_CASE("pages, forms and originals come by TLS, with HSTS, and never by an old one") {
  Encrypted service;
  auto client = service.client();
  client->set_keep_alive(true);
  for (int i = 0; i < 3; ++i) {
    auto page = client->Get("/?q=" + percent_encode("端末"));
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->get_header_value("Strict-Transport-Security") == "max-age=31536000");
  }
  auto original = client->Get("/documents/taisaku-kijun/2025-04-01/original");
  REQUIRE(original);
  CHECK(original->body == "%PDF-1.4 new");
  // More than a record of TLS, in both ways.
  httplib::Headers here = {{"Sec-Fetch-Site", "same-origin"}};
  std::string bytes(2'000'000, 'a');
  for (size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>('b' + i % 20);
  auto taken = client->Post("/api/v1/drafts?name=a.txt", here, bytes, "application/octet-stream");
  REQUIRE(taken);
  REQUIRE(taken->status == 201);
  auto back = service.client()->Get("/drafts/1/original");
  REQUIRE(back);
  CHECK(back->body == bytes);
  // In the clear there is no HSTS to be believed (RFC 6797, 7.2).
  ServedTown clear;
  auto page = clear.client().Get("/");
  REQUIRE(page);
  CHECK_FALSE(page->has_header("Strict-Transport-Security"));

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> old(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(old.get(), 0);
  auto shakes_hands = [&](int version) {
    Wire wire(service.town.port);
    SSL_CTX_set_min_proto_version(old.get(), version);
    SSL_CTX_set_max_proto_version(old.get(), version);
    std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(old.get()), SSL_free);
    SSL_set_fd(ssl.get(), wire.socket());
    return SSL_connect(ssl.get()) == 1;
  };
  CHECK_FALSE(shakes_hands(TLS1_1_VERSION));
  CHECK(shakes_hands(TLS1_2_VERSION));
  CHECK(shakes_hands(TLS1_3_VERSION));
}

TEST_CASE("who speaks in the clear to TLS is told so") {
  Encrypted service;
  std::string answer = service.town.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(answer.find("https:// で始まるアドレス") != std::string::npos);
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(service.town.app.metrics().count(Refusal::clear_text) == 1);
  CHECK(service.town.raw(std::string("\x16\x03\x01\x00\x05nonse", 10)).find("HTTP") == std::string::npos);
  CHECK(service.client()->Get("/static/suggest.js")->status == 200);
}

TEST_CASE("a handshake that is slow or silent takes nobody's turn") {
  ServerOptions options;
  options.threads = 2;
  options.read_time = options.request_time = options.keep_alive_time = std::chrono::seconds(60);
  Encrypted service(options);
  std::vector<std::unique_ptr<Wire>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<Wire>(service.town.port));
    // Nothing, or the beginning of a ClientHello.
    if (i % 2) REQUIRE(slow.back()->send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9)));
  }
  int answered = 0;
  for (int i = 0; i < 10; ++i) {
    auto answer = service.client()->Get("/static/style.css");
    answered += answer && answer->status == 200;
  }
  CHECK(answered == 10);
}

TEST_CASE("a handshake that never ends is given up") {
  ServerOptions options;
  options.read_time = std::chrono::seconds(1);
  Encrypted service(options);
  Wire wire(service.town.port);
  REQUIRE(wire.send(std::string("\x16\x03\x01\x02\x00", 5)));
  CHECK(wire.rest().find("HTTP") == std::string::npos);  // comes back when the other side has closed
}
