#include "text/encoding.h"

#include <catch2/catch.hpp>

#include "text/error.h"

using namespace shirube::text;

namespace {
struct Row {
  const char* encoding;
  std::string bytes;
};
}  // namespace

TEST_CASE("Japanese text is read in each encoding that offices have") {
  // 「情報①資産」 with a line feed, except where a code has no ①.
  const Row rows[] = {
      {"UTF-8", "\xE6\x83\x85\xE5\xA0\xB1\xE2\x91\xA0\xE8\xB3\x87\xE7\x94\xA3\n"},
      {"UTF-8", "\xEF\xBB\xBF\xE6\x83\x85\xE5\xA0\xB1\xE2\x91\xA0\xE8\xB3\x87\xE7\x94\xA3\r\n"},
      {"CP932", "\x8F\xEE\x95\xF1\x87\x40\x8E\x91\x8E\x59\r\n"},
      {"UTF-16LE", std::string("\xFF\xFE\xC5\x60\x31\x58\x60\x24\xC7\x8C\x23\x75\x0A\x00", 14)},
      {"UTF-16BE", std::string("\xFE\xFF\x60\xC5\x58\x31\x24\x60\x8C\xC7\x75\x23\x00\x0A", 14)},
  };
  for (const auto& row : rows) {
    INFO(row.encoding);
    auto decoded = decode(row.bytes);
    CHECK(decoded.text == "情報①資産\n");
    CHECK(decoded.encoding == row.encoding);
    CHECK(decoded.replaced == 0);
  }
  CHECK(decode("\xBE\xF0\xCA\xF3\xBB\xF1\xBB\xBA\xA4\xF2\xB4\xC9\xCD\xFD\xA4\xB9\xA4\xEB").text == "情報資産を管理する");
  auto iso = decode("\x1B$B>pJs\x1B(B ok");
  CHECK(iso.encoding == "ISO-2022-JP");
  CHECK(iso.text == "情報 ok");
}

TEST_CASE("control characters never reach the text") {
  CHECK(decode(std::string("a\x01\x02" "b\tc\r\nd\fe\x7F", 11)).text == "ab\tc\nd\ne");
}

TEST_CASE("bytes of no encoding are counted, not hidden") {
  auto decoded = decode("\x81\xFF\xFF\xFF");
  CHECK(decoded.replaced > 0);
  auto gaiji = decode_as("\x8F\xEE\x95\xF1\xF0\x40", "CP932");
  CHECK(gaiji.text == "情報〓");
  CHECK(gaiji.replaced == 1);
}

TEST_CASE("an unknown encoding is an error with a hint") {
  try {
    decode_as("a", "KLINGON-8");
    FAIL("no error");
  } catch (const shirube::Error& error) {
    CHECK(error.kind() == shirube::ErrorKind::invalid);
    CHECK_FALSE(error.hint().empty());
  }
}
