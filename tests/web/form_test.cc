#include "web/form.h"

#include <catch2/catch.hpp>

#include "text/error.h"

using namespace shirube;
using namespace shirube::web;

namespace {
const std::string kType = "multipart/form-data; boundary=AaB03x";
const std::string kBody =
    "--AaB03x\r\nContent-Disposition: form-data; name=\"issuer\"\r\n\r\n星見市\r\n"
    "--AaB03x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"通知;\\\"別紙%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--AaB03\r\n\r\n"
    "--AaB03x\r\ncontent-disposition: form-data; NAME=files; filename=\"\"\r\n\r\n\r\n"
    "--AaB03x--\r\n";
}  // namespace

TEST_CASE("a form with files is taken apart") {
  auto parts = parse_multipart(kType, kBody);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "issuer");
  CHECK(parts[0].bytes == "星見市");
  CHECK(parts[1].file_name == "通知;\"別紙\".pdf");
  CHECK(parts[1].bytes == "%PDF\r\n--AaB03\r\n");
  CHECK(parts[2].name == "files");
  CHECK(parts[2].bytes.empty());
  CHECK(parse_multipart("multipart/form-data; charset=utf-8; boundary=\"AaB03x\"", kBody).size() == 3);
  CHECK(parse_multipart(kType, "--AaB03x--").empty());
}

TEST_CASE("a form with files that is cut short or none at all is refused") {
  for (size_t length = 0; length + 4 < kBody.size(); ++length) {
    INFO(length);
    CHECK_THROWS_AS(parse_multipart(kType, kBody.substr(0, length)), Error);
  }
  CHECK_THROWS_AS(parse_multipart("multipart/form-data", kBody), Error);
  CHECK_THROWS_AS(parse_multipart("text/plain; boundary=AaB03x", kBody), Error);
  CHECK_THROWS_AS(parse_multipart("multipart/form-data; boundary=" + std::string(71, 'a'), "--" + std::string(71, 'a') + "--"), Error);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n";
  CHECK_THROWS_AS(parse_multipart(kType, many + "--AaB03x--"), Error);
  CHECK_THROWS_AS(parse_multipart(kType, "--AaB03x\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n\r\n--AaB03x--"), Error);
}
