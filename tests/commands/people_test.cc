// `shirube user`: arguments, output, exit codes.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace {

using Json = nlohmann::json;

struct Fixture {
  Fixture() {
    REQUIRE(run({"ingest", "-"}, "{\"_id\": \"d1\", \"title\": \"テレワーク\", \"text\": \"自宅で端末を使う。\", \"audience\": \"staff\"}\n") == 0);
  }
  int run(std::vector<std::string> arguments, const std::string& input = "") {
    std::ofstream(folder / "in") << input;
    arguments.insert(arguments.begin(), {"--data", folder / "data"});
    return run_shirube(arguments, folder.path(), folder / "in");
  }
  int user(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "user");
    return run(std::move(arguments), input);
  }
  std::string out() const { return slurp(folder / "out"); }
  std::string err() const { return slurp(folder / "err"); }
  Json listed(const std::string& login) {
    REQUIRE(user({"list", "--json"}) == 0);
    for (const auto& entry : Json::parse(out())) {
      if (entry["login"] == login) return entry;
    }
    return {};
  }

  TemporaryFolder folder;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "user add makes a password, or takes one, and list shows no secret") {
  REQUIRE(user({"add", "hanako", "--name", "星見 花子", "--role", "職員"}) == 0);
  CHECK_THAT(out(), Catch::Matches("利用者「hanako」を加えました。\n最初のパスワード: [a-z]{6}(-[a-z]{6}){4}\nこの表示だけです。[^\n]*\n"));
  REQUIRE(user({"add", "taro", "--name", "星見 太郎", "--role", "consultant", "--until", "令和80年3月31日", "--only", "d1", "--password-stdin"}, "kaki no ki to shiroi neko\n") == 0);
  CHECK(out() == "利用者「taro」を加えました。\n");
  REQUIRE(user({"list"}) == 0);
  CHECK(out() == "hanako　星見 花子　職員\ntaro　星見 太郎　受託者　2098-03-31まで　資料 1件に限る\n");
  Json taro = listed("taro");
  CHECK(taro["role"] == "consultant");
  CHECK(taro["last_day"] == "2098-03-31");
  CHECK(taro["only"] == Json{"d1"});
  CHECK(taro["must_change_password"] == true);
  CHECK_THAT(out(), !Catch::Contains("argon2"));
  CHECK(user({"add", "taro", "--name", "x", "--role", "staff"}) == 5);
}

TEST_CASE_METHOD(Fixture, "user refuses with the reason and the exit code of its kind") {
  struct Row {
    std::vector<std::string> arguments;
    int code;
    const char* says;
  };
  const Row rows[] = {
      {{"add", "hanako"}, 2, "氏名と役割が要ります"},
      {{"add", "hanako", "--name", "x", "--role", "市長"}, 2, "役割「市長」はありません"},
      {{"add", "hanako", "--name", "x", "--role", "staff", "--until", "令和7年度"}, 2, "最終日「令和7年度」は日付ではありません"},
      {{"add", "hanako", "--name", "x", "--role", "staff", "--group", "監査班"}, 2, "グループ「監査班」はありません"},
      {{"add", "hanako", "--name", "x", "--role", "staff", "--password-stdin"}, 2, "標準入力にパスワードがありません"},
      {{"change", "nobody", "--name", "x"}, 3, "利用者「nobody」はいません"},
      {{"passwd", "nobody"}, 3, "利用者「nobody」はいません"},
      {{"why", "nobody", "d1"}, 3, "利用者「nobody」はいません"},
      {{"group", "remove", "監査班"}, 3, "グループ「監査班」はありません"},
      {{"group", "add", "庁内"}, 2, "公開範囲の名前です"},
      {{}, 2, ""},
      {{"add"}, 2, "必要な引数"},
  };
  for (const auto& row : rows) {
    CHECK(user(row.arguments) == row.code);
    CHECK_THAT(err(), Catch::Contains(row.says));
  }
  CHECK(user({"add", "hanako", "--name", "x", "--role", "staff", "--password-stdin"}, "password1234\n") == 2);
  CHECK_THAT(err(), Catch::Contains("推測されやすい"));
}

TEST_CASE_METHOD(Fixture, "user change, disable and group act on what was said only") {
  REQUIRE(user({"group", "add", "監査班"}) == 0);
  REQUIRE(user({"group", "add", "審議会"}) == 0);
  REQUIRE(user({"add", "hanako", "--name", "星見 花子", "--role", "staff", "--group", "監査班", "--group", "審議会"}) == 0);
  REQUIRE(user({"change", "hanako", "--until", "2098-03-31"}) == 0);
  Json hanako = listed("hanako");
  CHECK(hanako["groups"] == Json{"審議会", "監査班"});
  CHECK(hanako["last_day"] == "2098-03-31");
  CHECK(hanako["name"] == "星見 花子");
  REQUIRE(user({"change", "--group", "", "hanako", "--until", ""}) == 0);
  hanako = listed("hanako");
  CHECK(hanako["groups"].empty());
  CHECK(hanako["last_day"] == "");
  REQUIRE(user({"disable", "hanako"}) == 0);
  CHECK(listed("hanako")["disabled"] == true);
  REQUIRE(user({"enable", "hanako"}) == 0);
  CHECK(listed("hanako")["disabled"] == false);
  REQUIRE(user({"group", "list"}) == 0);
  CHECK(out() == "審議会\n監査班\n");
  REQUIRE(user({"group", "remove", "審議会"}) == 0);
  REQUIRE(user({"group", "list"}) == 0);
  CHECK(out() == "監査班\n");
  REQUIRE(user({"add", "boss", "--name", "x", "--role", "administrator"}) == 0);
  CHECK(user({"disable", "boss"}) == 5);
  CHECK_THAT(err(), Catch::Contains("管理できる人がいなくなる"));
}

TEST_CASE_METHOD(Fixture, "user why says the decision and its rule") {
  REQUIRE(user({"add", "hanako", "--name", "x", "--role", "staff"}) == 0);
  REQUIRE(user({"add", "iin", "--name", "x", "--role", "member"}) == 0);
  REQUIRE(user({"why", "hanako", "d1"}) == 0);
  CHECK(out() == "見えます。役割「職員」は、公開範囲「庁内」を見られます。\n");
  REQUIRE(user({"why", "iin", "d1"}) == 0);
  CHECK(out() == "見えません。公開範囲「庁内」は、役割「委員」も見られません。\n");
  CHECK(user({"why", "iin", "nothing"}) == 3);
}

TEST_CASE_METHOD(Fixture, "user demo makes one account a role, once, and warns while one is as it was") {
  REQUIRE(user({"demo", "--show"}) == 0);
  CHECK(out().empty());
  REQUIRE(user({"demo"}) == 0);
  std::string printed = out();
  for (const char* text : {"demo-shokuin  職員", "demo-tanto    担当職員", "demo-jutaku   受託者", "demo-iin      委員", "demo-kansa    監査人", "demo-kanri    管理者", "tsukue-no-ue-no-mikan", "注意"}) {
    CHECK_THAT(printed, Catch::Contains(text));
  }
  REQUIRE(user({"demo"}) == 0);
  CHECK(out() == printed);
  REQUIRE(user({"list", "--json"}) == 0);
  CHECK(Json::parse(out()).size() == 6);
  REQUIRE(user({"disable", "demo-iin"}) == 0);
  REQUIRE(user({"passwd", "demo-kansa"}) == 0);
  REQUIRE(user({"demo", "--show"}) == 0);
  CHECK_THAT(out(), !Catch::Contains("demo-iin") && !Catch::Contains("demo-kansa") && Catch::Contains("demo-kanri"));
  // What was changed is not undone by a further one.
  REQUIRE(user({"demo"}) == 0);
  CHECK_THAT(out(), !Catch::Contains("demo-iin") && !Catch::Contains("demo-kansa"));
  CHECK(listed("demo-iin")["disabled"] == true);
}
