// Originals and static files: what is sent, as what, and which part of it.
#include "web/original.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"
#include "web/static_files.h"

using namespace shirube;
using namespace shirube::web;

namespace {

corpus::Edition edition_of(const std::string& hash, std::string name, std::string type) {
  corpus::Edition edition;
  edition.file_sha256 = hash;
  edition.file_name = std::move(name);
  edition.media_type = std::move(type);
  return edition;
}

}  // namespace

TEST_CASE("only PDF and readable text open in the browser") {
  struct Row {
    const char *media_type, *name;
    std::string bytes;
    const char *content_type, *disposition;
  };
  const Row rows[] = {
      {"application/pdf", "a.pdf", "%PDF-1.4", "application/pdf", "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"},
      {"text/plain", "手順.txt", "本文", "text/plain; charset=utf-8", "inline; filename=\"______.txt\"; filename*=UTF-8''%E6%89%8B%E9%A0%86.txt"},
      {"text/markdown", "a.md", "# 章", "text/plain; charset=utf-8", "inline; filename=\"a.md\"; filename*=UTF-8''a.md"},
      {"text/plain", "sjis.txt", "\x96\x7b\x95\xb6", "application/octet-stream", "attachment; filename=\"sjis.txt\"; filename*=UTF-8''sjis.txt"},
      {"text/html", "a.html", "<script>", "application/octet-stream", "attachment; filename=\"a.html\"; filename*=UTF-8''a.html"},
      {"application/xml", "a.xml", "<a/>", "application/octet-stream", "attachment; filename=\"a.xml\"; filename*=UTF-8''a.xml"},
      {"", "", "?", "application/octet-stream", "attachment; filename=\"original\"; filename*=UTF-8''original"},
      {"text/plain", "a\"b\\c\r\nd.txt", "x", "text/plain; charset=utf-8", "inline; filename=\"a_b_c__d.txt\"; filename*=UTF-8''a%22b%5Cc%0D%0Ad.txt"},
  };
  TemporaryFolder folder;
  store::Files files(folder.path());
  for (const auto& row : rows) {
    INFO(row.name);
    Response response = original_response(edition_of(files.put(row.bytes), row.name, row.media_type), files, {});
    CHECK(response.status == 200);
    CHECK(response.content_type == row.content_type);
    CHECK(header_of(response.headers, "Content-Disposition") == row.disposition);
    CHECK(header_of(response.headers, "Content-Security-Policy").starts_with("sandbox;"));
    REQUIRE(response.file);
    CHECK(response.file->length == row.bytes.size());
  }
}

TEST_CASE("one range is sent, anything else is the whole or refused") {
  TemporaryFolder folder;
  store::Files files(folder.path());
  auto edition = edition_of(files.put("0123456789"), "a.pdf", "application/pdf");
  std::string etag(header_of(original_response(edition, files, {}).headers, "ETag"));
  struct Row {
    const char* range;
    int status;
    uint64_t offset, length;
    const char* content_range;
  };
  const Row rows[] = {
      {"bytes=0-3", 206, 0, 4, "bytes 0-3/10"},     {"bytes=4-", 206, 4, 6, "bytes 4-9/10"},
      {"bytes=-3", 206, 7, 3, "bytes 7-9/10"},      {"bytes=-99", 206, 0, 10, "bytes 0-9/10"},
      {"bytes=9-99", 206, 9, 1, "bytes 9-9/10"},    {"bytes=10-", 416, 0, 0, "bytes */10"},
      {"bytes=-0", 416, 0, 0, "bytes */10"},        {"bytes=5-2", 200, 0, 10, ""},
      {"bytes=0-1,3-4", 200, 0, 10, ""},            {"bytes=-", 200, 0, 10, ""},
      {"bytes=a-b", 200, 0, 10, ""},                {"lines=0-3", 200, 0, 10, ""},
      {"bytes=0-99999999999999999999", 200, 0, 10, ""}, {"", 200, 0, 10, ""},
  };
  for (const auto& row : rows) {
    INFO(row.range);
    Response response = original_response(edition, files, {{"range", row.range}});
    CHECK(response.status == row.status);
    CHECK(header_of(response.headers, "Content-Range") == row.content_range);
    CHECK(response.file.has_value() == (row.status != 416));
    if (response.file) CHECK((response.file->offset == row.offset && response.file->length == row.length));
  }
  CHECK(original_response(edition, files, {{"Range", "bytes=0-3"}, {"If-Range", etag}}).status == 206);
  CHECK(original_response(edition, files, {{"Range", "bytes=0-3"}, {"If-Range", "\"other\""}}).status == 200);
  CHECK(original_response(edition, files, {{"If-None-Match", etag}}).status == 304);
}

TEST_CASE("an original that is not there") {
  TemporaryFolder folder;
  store::Files files(folder.path());
  auto kind = [&](const corpus::Edition& edition) {
    try {
      original_response(edition, files, {});
    } catch (const Error& e) {
      return e.kind();
    }
    return ErrorKind::internal;
  };
  CHECK(kind(edition_of("", "", "")) == ErrorKind::missing);
  CHECK(kind(edition_of(std::string(64, 'a'), "a.pdf", "application/pdf")) == ErrorKind::unavailable);
  Response empty = original_response(edition_of(files.put(""), "a.txt", "text/plain"), files, {{"Range", "bytes=0-"}});
  CHECK(empty.status == 416);
}

TEST_CASE("static files are kept by their version") {
  for (const auto& file : static_files()) {
    INFO(file.name);
    std::string version = file.versioned_url.substr(file.versioned_url.find('=') + 1);
    Response response = static_response(file.name, version, {});
    CHECK(response.body == file.content);
    CHECK(header_of(response.headers, "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(header_of(static_response(file.name, "", {}).headers, "Cache-Control") == "no-cache");
    CHECK(header_of(static_response(file.name, "0", {}).headers, "Cache-Control") == "no-cache");
    Response held = static_response(file.name, version, {{"If-None-Match", "\"x\", " + file.etag}});
    CHECK(held.status == 304);
    CHECK(held.body.empty());
    CHECK(file.content_type != "application/octet-stream");
  }
  CHECK_THROWS_AS(static_response("none.css", "", {}), Error);
}

TEST_CASE("the typeface is sent from its folder, and nothing beside it") {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder / "fonts");
  std::ofstream(folder / "fonts/kana-0a1b.woff2") << "glyphs";
  std::ofstream(folder / "secret.woff2") << "secret";
  std::ofstream(folder / "fonts/LICENSE") << "licence";
  Response response = packaged_response(folder / "fonts", "kana-0a1b.woff2");
  CHECK(response.content_type == "font/woff2");
  CHECK(header_of(response.headers, "Cache-Control") == "public, max-age=31536000, immutable");
  REQUIRE(response.file);
  CHECK(response.file->length == 6);
  for (const char* name : {"../secret.woff2", "/etc/passwd", "LICENSE", ".woff2", "none.woff2", "kana-0a1b.woff2/", ""}) {
    INFO(name);
    CHECK_THROWS_AS(packaged_response(folder / "fonts", name), Error);
  }
  // Without a folder there is none, wherever the program runs.
  CHECK_THROWS_AS(packaged_response({}, "kana-0a1b.woff2"), Error);
}

TEST_CASE("the style of the typeface names files that are there") {
  auto style = std::ranges::find(static_files(), "fonts.css", &StaticFile::name);
  REQUIRE(style != static_files().end());
  const std::string text(style->content), before = "url(/static/fonts/";
  const auto folder = std::filesystem::path(shirube::test::program).parent_path() / "fonts";
  size_t seen = 0;
  for (size_t at = text.find(before); at != text.npos; at = text.find(before, at + 1), ++seen) {
    std::string name = text.substr(at + before.size(), text.find(')', at) - at - before.size());
    INFO(name);
    CHECK(packaged_response(folder, name).file);
  }
  CHECK(seen > 100);
  CHECK(text.find("url(/static/fonts/") == text.find("url("));
  CHECK(text.find("://") == text.npos);
}
