#include "text/plain.h"

#include <catch2/catch.hpp>

using namespace shirube;

TEST_CASE("plain text keeps all but what no file can hold", "[text]") {
  CHECK(text::plain("一行目\r\n二行目\r三行目\n\tタブ") == "一行目\n二行目\n三行目\n\tタブ");
  CHECK(text::plain("制" + std::string(1, '\0') + "御\x01\x0B\x1F\x7F文字") == "制御文字");
  CHECK(text::plain("見えない\u200B字\uFEFF、😀、か\u3099") == "見えない\u200B字\uFEFF、😀、か\u3099");
  CHECK(text::plain("\uFFFE\uFFFF壊\xFF\xE3\x81れ") == "壊\uFFFD\uFFFD\uFFFDれ");
  CHECK(text::plain("").empty());
}
