#include "people/accounts.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "people/totp.h"
#include "tests/people/people_case.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::people;
using corpus::Task;

namespace {

struct Fixture : Office {
  Account account(const std::string& login, const std::string& role = "staff") {
    Account account;
    account.login = login;
    account.name = "星見 花子";
    account.role = role;
    return account;
  }
  /// The kind and words of the error that `work` ends in.
  template <typename Work>
  std::string refusal(Work work) {
    try {
      work();
    } catch (const Error& e) {
      return std::string(e.kind() == ErrorKind::invalid ? "invalid " : e.kind() == ErrorKind::conflict ? "conflict " : e.kind() == ErrorKind::missing ? "missing " : "other ") + e.message();
    }
    return "";
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an account is what was said of it") {
  CHECK(accounts.none());
  accounts.add_group("監査班");
  add_document("taisaku-kijun", "staff");
  Account wanted = account("jutaku-1", "consultant");
  wanted.groups = {"監査班"};
  wanted.last_day = "2099-03-31";
  wanted.only = std::vector<std::string>{"taisaku-kijun"};
  int64_t id = accounts.add(wanted, good);
  CHECK_FALSE(accounts.none());
  auto found = accounts.find("jutaku-1");
  REQUIRE(found);
  CHECK(found->id == id);
  CHECK(found->name == "星見 花子");
  CHECK(found->role == "consultant");
  CHECK(found->groups == wanted.groups);
  CHECK(found->last_day == "2099-03-31");
  CHECK(found->only == wanted.only);
  CHECK(found->must_change_password);
  CHECK_FALSE(found->disabled);
  CHECK_FALSE(found->has_second_step);
  CHECK(found->created_at.size() == 20);
  CHECK(found->last_seen_at.empty());
  CHECK_FALSE(accounts.find("jutaku"));
  CHECK(accounts.list().size() == 1);
  CHECK_THAT(events(), Catch::Contains("command  account.add jutaku-1") && Catch::Contains("\"last_day\":\"2099-03-31\"") && !Catch::Contains("argon2") && !Catch::Contains(good));
}

TEST_CASE_METHOD(Fixture, "what is wrong with an account is said, and nothing is kept") {
  struct Row {
    const char* says;
    std::function<void(Account&)> spoil;
  };
  const Row rows[] = {
      {"invalid 利用者名「Hanako」は使えません", [](Account& a) { a.login = "Hanako"; }},
      {"invalid 利用者名「」", [](Account& a) { a.login = ""; }},
      {"invalid 利用者名「花子」", [](Account& a) { a.login = "花子"; }},
      {"invalid 利用者名「service」", [](Account& a) { a.login = "service"; }},
      {"invalid 利用者名", [](Account& a) { a.login = std::string(65, 'a'); }},
      {"invalid 氏名", [](Account& a) { a.name = "  "; }},
      {"invalid 氏名", [](Account& a) { a.name = "a\nb"; }},
      {"invalid 氏名", [](Account& a) { a.name = std::string(101, 'a'); }},
      {"invalid 氏名", [](Account& a) { a.name = "\xff"; }},
      {"invalid 役割「mayor」はありません", [](Account& a) { a.role = "mayor"; }},
      {"invalid グループ「監査班」はありません", [](Account& a) { a.groups = {"監査班"}; }},
      {"invalid 最終日「2027-02-29」は日付ではありません", [](Account& a) { a.last_day = "2027-02-29"; }},
      {"invalid 役割「受託者」の利用者には、最終日が要ります", [](Account& a) { a.role = "consultant"; }},
      {"invalid 資料「nothing」はありません", [](Account& a) { a.only = std::vector<std::string>{"nothing"}; }},
      {"invalid 役割「管理者」の利用者は、見られる資料を限れません", [](Account& a) { a.role = "administrator", a.only.emplace(); }},
      {"invalid 役割「担当職員」の利用者は、見られる資料を限れません", [](Account& a) { a.role = "officer", a.only.emplace(); }},
  };
  for (const auto& row : rows) {
    Account spoiled = account("hanako");
    row.spoil(spoiled);
    INFO(row.says);
    CHECK_THAT(refusal([&] { accounts.add(spoiled, good); }), Catch::StartsWith(row.says));
  }
  CHECK_THAT(refusal([&] { accounts.add(account("hanako"), "short"); }), Catch::Contains("12文字以上"));
  CHECK_THAT(refusal([&] { accounts.add(account("hanako"), demo_password); }), Catch::Contains("見本の利用者のパスワード"));
  CHECK(accounts.none());
  CHECK(events().empty());
  add("hanako");
  CHECK_THAT(refusal([&] { add("hanako"); }), Catch::StartsWith("conflict 利用者名「hanako」は使われています"));
}

TEST_CASE_METHOD(Fixture, "a change tells what stood before and after; no change tells nothing") {
  add("hanako");
  Account changed = *accounts.find("hanako");
  accounts.change(changed);
  CHECK_THAT(events(), !Catch::Contains("account.change"));
  changed.role = "officer";
  changed.login = "another";  // stays: events and judgements name it
  accounts.change(changed);
  CHECK(accounts.find("hanako")->role == "officer");
  CHECK_THAT(events(), Catch::Contains("account.change hanako  {\"name\":\"星見 花子\",\"role\":\"staff\"") && Catch::Contains("\"role\":\"officer\""));
  changed.id = 99;
  CHECK_THAT(refusal([&] { accounts.change(changed); }), Catch::StartsWith("missing "));
}

TEST_CASE_METHOD(Fixture, "somebody who can administer always remains") {
  add("first", "administrator");
  add("second", "administrator");
  Account first = *accounts.find("first"), second = *accounts.find("second");
  second.disabled = true;
  accounts.change(second);
  struct Row {
    std::function<void(Account&)> end;
  };
  const Row rows[] = {{[](Account& a) { a.disabled = true; }}, {[](Account& a) { a.role = "staff"; }}, {[](Account& a) { a.last_day = "2020-01-01"; }}};
  for (const auto& row : rows) {
    Account ended = first;
    row.end(ended);
    CHECK_THAT(refusal([&] { accounts.change(ended); }), Catch::StartsWith("conflict 管理できる人がいなくなる"));
  }
  CHECK_FALSE(accounts.find("first")->disabled);
  second.disabled = false;
  accounts.change(second);
  first.disabled = true;
  CHECK_NOTHROW(accounts.change(first));
}

TEST_CASE_METHOD(Fixture, "a password is set by its owner, or for them to be changed") {
  int64_t id = add("hanako");
  CHECK_THAT(refusal([&] { accounts.set_password(id, good, true); }), Catch::Contains("今のパスワードと同じ"));
  CHECK_THAT(refusal([&] { accounts.set_password(id, "hanako-hanako", true); }), Catch::Contains("推測されやすい"));
  CHECK_THAT(refusal([&] { accounts.set_password(id, demo_password, true); }), Catch::Contains("見本の利用者のパスワード"));
  CHECK(accounts.find(id)->must_change_password);
  accounts.set_password(id, "mado no soto no ame", true);
  CHECK_FALSE(accounts.find(id)->must_change_password);
  accounts.set_password(id, make_password(), false);
  CHECK(accounts.find(id)->must_change_password);
  CHECK_THAT(refusal([&] { accounts.set_password(99, "mado no soto no ame", true); }), Catch::StartsWith("missing "));
  CHECK(count("SELECT count(*) FROM events WHERE action = 'password.set' AND subject = 'hanako'") == 2);
  CHECK_THAT(events(), !Catch::Contains("mado") && !Catch::Contains("argon2"));
}

TEST_CASE_METHOD(Fixture, "a demo account has the printed password until it gets one of its own") {
  Account demo = account("demo-shokuin");
  demo.demo = true;
  demo.must_change_password = false;
  int64_t id = accounts.add(demo, demo_password);
  CHECK(accounts.find(id)->demo);
  accounts.set_password(id, "mado no soto no ame", false);
  CHECK_FALSE(accounts.find(id)->demo);
}

TEST_CASE_METHOD(Fixture, "the second step is turned on and off, and its secret is in no event") {
  int64_t id = add("hanako");
  std::string secret = make_totp_secret();
  accounts.set_second_step(id, secret);
  CHECK(accounts.find(id)->has_second_step);
  CHECK_THROWS_AS(accounts.set_second_step(id, "not base 32!"), Error);
  accounts.set_second_step(id, "");
  CHECK_FALSE(accounts.find(id)->has_second_step);
  CHECK(count("SELECT count(*) FROM events WHERE action = 'second-step.set'") == 2);
  CHECK_THAT(events(), !Catch::Contains(secret));
}

TEST_CASE_METHOD(Fixture, "a group comes and goes, but not while something is for it alone") {
  accounts.add_group("監査班");
  CHECK(accounts.groups() == std::vector<std::string>{"監査班"});
  CHECK_THAT(refusal([&] { accounts.add_group("監査班"); }), Catch::StartsWith("conflict "));
  for (const std::string& name : {std::string(), std::string(" 班"), std::string("a\tb"), std::string(51, 'a'), std::string("監査、契約班"), std::string("public"), std::string("庁内"), std::string("\u304b\u3099")}) {
    INFO(name);
    CHECK_THAT(refusal([&] { accounts.add_group(name); }), Catch::StartsWith("invalid "));
  }
  Account member = account("hanako");
  member.groups = {"監査班"};
  accounts.add(member, good);
  add_document("findings", "監査班");
  CHECK_THAT(refusal([&] { accounts.remove_group("監査班"); }), Catch::StartsWith("conflict グループ「監査班」を公開範囲とする資料が1件あります"));
  database.write([](SQLite::Database& db) {
    db.exec("DELETE FROM documents");
    db.exec("INSERT INTO files (sha256, size) VALUES (printf('%064d', 0), 1)");
    db.exec("INSERT INTO drafts (state, source, file_name, file_sha256, facts) VALUES ('ready', 'a', 'a', printf('%064d', 0), '{\"audience\": \"監査班\"}')");
  });
  CHECK_THAT(refusal([&] { accounts.remove_group("監査班"); }), Catch::Contains("下書きが1件"));
  database.write([](SQLite::Database& db) { db.exec("UPDATE drafts SET state = 'published'"); });
  accounts.remove_group("監査班");
  CHECK(accounts.groups().empty());
  CHECK(accounts.find("hanako")->groups.empty());
  CHECK_THAT(refusal([&] { accounts.remove_group("監査班"); }), Catch::StartsWith("missing "));
  CHECK_THAT(events(), Catch::Contains("group.add 監査班") && Catch::Contains("group.remove 監査班 属していた人 1人"));
}

TEST_CASE_METHOD(Fixture, "the rule that decides is named, and is the one that the viewer follows") {
  accounts.add_group("監査班");
  add_document("this-one", "staff");
  auto with = [&](const std::string& login, const std::string& role, const std::function<void(Account&)>& more = {}) {
    Account made = account(login, role);
    if (role == "consultant") made.last_day = "2099-03-31";
    if (more) more(made);
    accounts.add(made, good);
    return *accounts.find(login);
  };
  const Account staff = with("staff", "staff"), member = with("member", "member"), boss = with("boss", "administrator");
  const Account grouped = with("grouped", "staff", [](Account& a) { a.groups = {"監査班"}; });
  const Account narrowed = with("narrowed", "consultant", [](Account& a) { a.only = std::vector<std::string>{"this-one"}; });
  const Account ended = with("ended", "staff", [](Account& a) { a.last_day = "2020-01-01"; });
  const Account disabled = with("disabled", "administrator", [](Account& a) { a.disabled = true; });
  struct Row {
    const Account& account;
    const char *slug, *audience;
    bool sees;
    const char* rule;
  };
  const Row rows[] = {
      {staff, "a", "staff", true, "役割「職員」は、公開範囲「庁内」を見られます。"},
      {staff, "a", "restricted", false, "公開範囲「担当者限り」は、役割「職員」も見られません。"},
      {staff, "a", "監査班", false, "公開範囲「監査班」は、役割「職員」も見られません。"},
      {member, "a", "committee", true, "役割「委員」は、公開範囲「委員会」を見られます。"},
      {member, "a", "staff", false, "公開範囲「庁内」は、役割「委員」も見られません。"},
      {boss, "a", "監査班", true, "役割「管理者」は、すべての公開範囲を見られます。"},
      {grouped, "a", "監査班", true, "グループ「監査班」に属しています。"},
      {grouped, "a", "restricted", false, "公開範囲「担当者限り」は、役割「職員」も、属するグループも見られません。"},
      {narrowed, "a", "public", true, "役割「受託者」は、公開範囲「公開」を見られます。"},
      {narrowed, "a", "staff", false, "この利用者は、公開でない資料のうち1件だけを見られ、この資料はその中にありません。"},
      {narrowed, "this-one", "staff", true, "この利用者は見られる資料を限られていますが、この資料はその中にあり、役割「受託者」は、公開範囲「庁内」を見られます。"},
      {narrowed, "this-one", "restricted", false, "見られる資料に挙げられていますが、公開範囲「担当者限り」は、役割「受託者」も見られません。"},
      {ended, "a", "public", false, "この利用者の最終日（2020-01-01）は過ぎました。"},
      {disabled, "a", "public", false, "この利用者は無効です。"},
  };
  for (const auto& row : rows) {
    corpus::Document document;
    document.slug = row.slug;
    document.audience = row.audience;
    Reason reason = accounts.why(row.account, document);
    INFO(row.account.login << " " << row.slug << " " << row.audience);
    CHECK(reason.sees == row.sees);
    CHECK(reason.rule == row.rule);
    corpus::Viewer viewer = accounts.viewer_of(row.account);
    bool among = !viewer.only || document.audience == "public" || std::ranges::find(*viewer.only, document.slug) != viewer.only->end();
    CHECK(reason.sees == (viewer.sees(document.audience) && among));
  }
  CHECK(accounts.viewer_of(disabled).tasks.empty());
  CHECK(accounts.viewer_of(boss).may(Task::administer));
}
