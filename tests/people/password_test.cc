#include "people/password.h"

#include <catch2/catch.hpp>
#include <set>

#include "people/accounts.h"

using namespace shirube::people;

namespace {

const PasswordCost cheap{1, 8 << 10};

}  // namespace

TEST_CASE("a hash says its algorithm and cost, and is salted") {
  std::string hash = hash_password("kaki no ki to shiroi neko");
  CHECK_THAT(hash, Catch::StartsWith("$argon2id$v=19$m=65536,t=3,p=1$"));
  CHECK(hash_password("x", cheap) != hash_password("x", cheap));
  CHECK(is_password("kaki no ki to shiroi neko", hash));
  CHECK_FALSE(is_password("kaki no ki to kuroi neko", hash));
  CHECK_FALSE(is_outdated(hash));
  CHECK(is_outdated(hash, cheap));
  CHECK_FALSE(is_password("", "", cheap));
  CHECK_FALSE(is_password("x", "no hash at all", cheap));
}

TEST_CASE("a password is the same from any keyboard") {
  // が as one character, and as か with its mark.
  std::string hash = hash_password("\u304c\u3063\u3053\u3046", cheap);
  CHECK(is_password("\u304b\u3099\u3063\u3053\u3046", hash, cheap));
  CHECK_FALSE(is_password("\u304b\u3063\u3053\u3046", hash, cheap));
}

TEST_CASE("what is guessed first is not taken") {
  const char* guessed[] = {
      "password1234", "Password2024!", "p@ssw0rd1234", "P@$$w0rd!!!!", "passwordpassword", "iloveyou1234", "letmeinletmein", "qwertyuiop12", "qwertyuiopasdf",
      "1q2w3e4r5t6y", "1qaz2wsx3edc", "zaq1xsw2cde3", "123456789012", "210987654321", "111111111111", "aaaaaaaaaaaaa", "abcdefghijklm", "abababababab", "xyzkxyzkxyzk",
      "Administrator1", "administrator!", "welcome12345", "sunshine2023", "Hoshimi2024!!", "hoshimi-shirube", "sakurasakura1", "sakura-himawari", "tanakatarou123",
      "あいうえおかきくけこさし", "私私私私私私私私私私私私", "パスワードパスワード12", "星見市情報セキュリティ課", "いろはにほへとちりぬるを", "ｐａｓｓｗｏｒｄ１２３４", "reiwa7reiwa7reiwa7", "admin@2025admin"};
  for (const char* password : guessed) {
    INFO(password);
    CHECK(fault_of_password(password, "hanako").value_or("") .starts_with("推測"));
  }
}

TEST_CASE("what only its owner thinks of is taken, in any script and without rules of composition") {
  const char* good[] = {
      "correct horse battery staple", "kaki no ki to shiroi neko", "つくえのうえのみかんとねこ", "雨の日は窓辺で古い本を読む", "nyuusatsu-kobuta", "tukue niha mikan", "8f3k2m9x7q1z",
      "星見市役所の裏の池に亀がいる", "internationalization", "🍊🐈🌧📚🚲🍵🧦🕰🪴🎐🛶🦉", "090-8371-5264-ky"};
  for (const char* password : good) {
    INFO(password);
    CHECK(fault_of_password(password, "hanako").value_or("") == "");
  }
  CHECK(fault_of_password(demo_password, "demo-kanri") == std::nullopt);
}

TEST_CASE("length is counted in characters, as composed") {
  CHECK_THAT(*fault_of_password("雨の日は窓辺で本を", "x"), Catch::Contains("12文字以上") && Catch::Contains("今は9文字"));
  // Twelve code points, six characters.
  std::string marked;
  for (int i = 0; i < 6; ++i) marked += "\u304b\u3099";
  CHECK_THAT(*fault_of_password(marked, "x"), Catch::Contains("今は6文字"));
  std::string verse;
  while (verse.size() < 128) verse += "kaki no ki to shiroi neko, ame no hi no mado; furui hon " + std::to_string(verse.size());
  CHECK_FALSE(fault_of_password(verse.substr(0, 128), "x"));
  CHECK_THAT(*fault_of_password(verse.substr(0, 128) + "x", "x"), Catch::Contains("128文字まで"));
  CHECK_THAT(*fault_of_password(std::string(1 << 20, 'k'), "x"), Catch::Contains("128文字まで"));
  CHECK_THAT(*fault_of_password("kaki no ki\nto neko", "x"), Catch::Contains("使えない文字"));
  CHECK_THAT(*fault_of_password("kaki no ki \xff\xff neko", "x"), Catch::Contains("使えない文字"));
}

TEST_CASE("a sign-in name is no password") {
  CHECK_FALSE(fault_of_password("kuwabara-toshihide", "hanako"));
  for (const char* login : {"kuwabara-toshihide", "kuwabara.toshihide", "toshihide_kuwabara"}) {
    INFO(login);
    CHECK(fault_of_password("kuwabara-toshihide", login));
    CHECK(fault_of_password("Kuwabara-Toshihide-2024", login));
  }
}

TEST_CASE("a made password differs each time and passes its own rules") {
  std::set<std::string> made;
  for (int i = 0; i < 200; ++i) {
    std::string password = make_password();
    INFO(password);
    CHECK(password.size() == 15 * 2 + 4);
    CHECK_FALSE(fault_of_password(password, "hanako"));
    made.insert(password);
  }
  CHECK(made.size() == 200);
}
