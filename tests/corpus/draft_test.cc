#include "corpus/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "corpus/outline.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/corpus/fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;

namespace {

struct DraftFixture : LibraryFixture {
  Drafts drafts{database};

  int64_t add(const std::string& name = "tsuchi.txt", const std::string& bytes = "第１条　端末を返す。") {
    Draft draft;
    draft.source = draft.file_name = name;
    draft.file_sha256 = store::sha256(bytes);
    return drafts.add(all, draft, bytes.size());
  }
  Reading reading(std::vector<std::string> articles) {
    Reading out;
    out.media_type = "text/plain";
    out.facts.slug = "tsuchi";
    out.facts.title = "端末の返却について";
    for (size_t i = 0; i < articles.size(); ++i) {
      Clause clause;
      clause.kind = ClauseKind::article;
      clause.label = "第" + std::to_string(i + 1) + "条";
      clause.text = articles[i];
      out.clauses.push_back(clause);
    }
    assign_addresses(out.clauses);
    return out;
  }
  Draft at(int64_t id) { return drafts.find(all, id).value(); }
  std::vector<std::string> labels(int64_t id) {
    std::vector<std::string> out;
    Cut cut = drafts.cut(all, id).value();
    for (const auto& clause : cut.clauses) out.push_back(clause.label);
    return out;
  }
  void correct(int64_t id, size_t position, Correction::Kind kind, std::string value = {}) {
    drafts.correct(all, id, at(id).revision, correction_at(drafts.cut(all, id)->clauses, position, kind, std::move(value)));
  }
};

/// A mail that was read, and what may be attached to it.
struct MailFixture : DraftFixture {
  int64_t mail = add("mail.eml", "mail");
  MailFixture() { drafts.set_read(mail, reading({"別添のとおり。"})); }

  int64_t attach(const std::string& name, int64_t within, const std::string& audience = "") {
    Draft draft;
    draft.source = draft.file_name = name, draft.file_sha256 = store::sha256(name), draft.within = within, draft.said.audience = audience;
    return drafts.add(all, draft, name.size());
  }
  void set_audience(int64_t id, const std::string& audience) {
    Facts facts = at(id).facts;
    facts.audience = audience;
    drafts.set_facts(all, id, at(id).revision, facts);
  }
  /// A further edition of what has this slug, within a write of the database.
  static int64_t further(SQLite::Database& db, const std::string& slug, const std::string& audience = "") {
    static int count = 0;
    NewEdition edition;
    edition.facts.slug = slug, edition.facts.title = "題 " + slug, edition.facts.audience = audience;
    edition.content_hash = std::to_string(++count);
    edition.clauses.resize(1);
    edition.clauses[0].kind = ClauseKind::article, edition.clauses[0].label = "第1条", edition.clauses[0].text = "本文。";
    assign_addresses(edition.clauses);
    return Library::add(db, {&edition, 1}).front().edition_id;
  }
  void publish_as(const std::string& slug, const std::string& audience) {
    database.write([&](SQLite::Database& db) { further(db, slug, audience); });
  }
  std::vector<std::string> told() {
    std::vector<std::string> out;
    database.read([&](SQLite::Database& db) {
      SQLite::Statement select(db, "SELECT action, subject, before, after FROM events ORDER BY id");
      while (select.executeStep()) {
        out.push_back(fmt::format("{} {} {} → {}", select.getColumn(0).getString(), select.getColumn(1).getString(), select.getColumn(2).getString(), select.getColumn(3).getString()));
      }
    });
    return out;
  }
};

using Labels = std::vector<std::string>;

ErrorKind kind_of_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.kind();
  }
  FAIL("no error");
  return {};
}

}  // namespace

TEST_CASE_METHOD(DraftFixture, "a file waits, is read, corrected, and its corrections outlive another reading") {
  int64_t id = add();
  CHECK(at(id).state == Draft::State::waiting);
  CHECK(drafts.next_waiting(0)->id == id);
  CHECK_FALSE(drafts.next_waiting(id));
  drafts.set_read(id, reading({"端末を返す。", "鍵を返す。", "札を返す。"}));
  CHECK(at(id).state == Draft::State::ready);
  CHECK(at(id).facts.title == "端末の返却について");
  correct(id, 2, Correction::Kind::relabel, "第５条");
  correct(id, 1, Correction::Kind::join);
  CHECK(labels(id) == Labels{"第1条", "第５条"});
  Facts facts = at(id).facts;
  facts.issuer = "情報政策課";
  facts.issued = "令和8年4月1日";
  drafts.set_facts(all, id, at(id).revision, facts);
  CHECK(at(id).facts.issued == "2026-04-01");
  facts.issued = "令和8年度";
  CHECK_THROWS_AS(drafts.set_facts(all, id, at(id).revision, facts), Error);

  drafts.read_again(all, id);
  CHECK(at(id).state == Draft::State::waiting);
  drafts.set_read(id, reading({"端末を返す。", "鍵を返す。", "札を返す。", "届を出す。"}));
  CHECK(labels(id) == Labels{"第1条", "第５条", "第4条"});
  CHECK(at(id).warnings.empty());
  CHECK(at(id).facts.issuer == "情報政策課");
  // What can no longer be done is told, and is tried again when the file is read better.
  drafts.read_again(all, id);
  drafts.set_read(id, reading({"端末を返す。", "札を返す。"}));
  CHECK(at(id).warnings.size() == 2);
  CHECK(drafts.cut(all, id)->corrections.size() == 2);
  CHECK(drafts.cut(all, id)->undone() == std::vector<size_t>{0, 1});
  drafts.read_again(all, id);
  drafts.set_read(id, reading({"端末を返す。", "鍵を返す。", "札を返す。"}));
  CHECK(drafts.cut(all, id)->undone().empty());

  drafts.undo(all, id, at(id).revision);
  CHECK(drafts.cut(all, id)->corrections.size() == 1);
}

TEST_CASE_METHOD(DraftFixture, "two people who change a draft at once do not undo each other") {
  int64_t id = add();
  drafts.set_read(id, reading({"端末を返す。", "鍵を返す。"}));
  int64_t revision = at(id).revision;
  correct(id, 1, Correction::Kind::relabel, "第３条");
  auto late = correction_at(drafts.cut(all, id)->clauses, 0, Correction::Kind::relabel, "第９条");
  CHECK(kind_of_error([&] { drafts.correct(all, id, revision, late); }) == ErrorKind::conflict);
  CHECK(kind_of_error([&] { drafts.undo(all, id, revision); }) == ErrorKind::conflict);
  CHECK(kind_of_error([&] { drafts.set_facts(all, id, revision, at(id).facts); }) == ErrorKind::conflict);
  CHECK(labels(id) == Labels{"第1条", "第３条"});
}

TEST_CASE_METHOD(DraftFixture, "a draft is published whole or not at all") {
  int64_t id = add();
  drafts.set_read(id, reading({"端末を返す。", "鍵を返す。"}));
  auto publish = [&](int64_t revision, bool fail) {
    NewEdition edition;
    edition.facts = at(id).facts, edition.content_hash = "x", edition.clauses = drafts.cut(all, id)->clauses;
    drafts.publish(all, id, revision, [&](SQLite::Database& db) {
      int64_t made = Library::add(db, {{edition}}).front().edition_id;
      if (fail) throw Error(ErrorKind::invalid, "途中", "");
      return made;
    });
  };
  CHECK(kind_of_error([&] { publish(at(id).revision + 1, false); }) == ErrorKind::conflict);
  CHECK(kind_of_error([&] { drafts.to_publish(all, id, at(id).revision + 1); }) == ErrorKind::conflict);
  CHECK(drafts.to_publish(all, id, at(id).revision).second.clauses.size() == 2);
  CHECK(kind_of_error([&] { publish(at(id).revision, true); }) == ErrorKind::invalid);
  CHECK(at(id).state == Draft::State::ready);
  CHECK_FALSE(library.document(all, "tsuchi"));
  correct(id, 1, Correction::Kind::relabel, "第３条");
  publish(at(id).revision, false);
  CHECK(at(id).address == "tsuchi/1");
  CHECK(library.clauses(all, "tsuchi", "1").size() == 2);
  CHECK(kind_of_error([&] { publish(at(id).revision, false); }) == ErrorKind::conflict);
}

TEST_CASE_METHOD(DraftFixture, "a failed file says why, and can be read again or dropped") {
  int64_t id = add();
  drafts.set_failed(id, "暗号化されています。", "解除してください。");
  CHECK(at(id).reason == "暗号化されています。");
  CHECK(kind_of_error([&] { drafts.set_facts(all, id, at(id).revision, reading({}).facts); }) == ErrorKind::conflict);
  drafts.read_again(all, id);
  CHECK(at(id).state == Draft::State::waiting);
  CHECK(at(id).reason.empty());
  drafts.drop(all, id);
  CHECK_FALSE(drafts.find(all, id));
  CHECK(kind_of_error([&] { drafts.drop(all, id); }) == ErrorKind::missing);
  // What was dropped meanwhile is not there to be read.
  drafts.set_read(id, reading({"端末を返す。"}));
  CHECK(drafts.count(all) == 0);
}

TEST_CASE_METHOD(DraftFixture, "the same file handed in twice is one draft, until it is published") {
  int64_t id = add();
  CHECK(add() == id);
  CHECK(add("other.txt") != id);
  drafts.set_read(id, reading({"端末を返す。"}));
  NewEdition edition;
  edition.facts = at(id).facts;
  edition.content_hash = "x";
  edition.clauses = reading({"端末を返す。"}).clauses;
  int64_t made = library.add({&edition, 1}).front().edition_id;
  drafts.publish(all, id, at(id).revision, [&](SQLite::Database&) { return made; });
  CHECK(at(id).address == "tsuchi/1");
  CHECK(kind_of_error([&] { drafts.correct(all, id, at(id).revision, {}); }) == ErrorKind::conflict);
  CHECK(kind_of_error([&] { drafts.drop(all, id); }) == ErrorKind::conflict);
  CHECK(add() != id);
  // What is to be done comes first.
  CHECK(drafts.list(all, 0, 10).back().id == id);
  CHECK(drafts.list(all, 0, 1).size() == 1);
}

TEST_CASE_METHOD(DraftFixture, "drafts are there only for those who have the task of the desk") {
  int64_t id = add();
  drafts.set_read(id, reading({"端末を返す。"}));
  for (const Viewer& viewer : {staff, Viewer{{"public", "staff", "committee"}}, Viewer{}}) {
    CHECK_FALSE(Drafts::open_to(viewer));
    CHECK_FALSE(drafts.find(viewer, id));
    CHECK_FALSE(drafts.cut(viewer, id));
    CHECK(drafts.list(viewer, 0, 10).empty());
    CHECK(drafts.within(viewer, id).empty());
    CHECK(drafts.count(viewer) == 0);
    CHECK(kind_of_error([&] { drafts.drop(viewer, id); }) == ErrorKind::missing);
    CHECK(kind_of_error([&] { drafts.read_again(viewer, id); }) == ErrorKind::missing);
    CHECK(kind_of_error([&] { drafts.undo(viewer, id, 1); }) == ErrorKind::missing);
    CHECK(kind_of_error([&] { drafts.publish(viewer, id, at(id).revision, [](SQLite::Database&) { return int64_t{1}; }); }) == ErrorKind::missing);
    CHECK(kind_of_error([&] { drafts.add(viewer, {}, 1); }) == ErrorKind::missing);
  }
  CHECK(at(id).state == Draft::State::ready);
}

TEST_CASE_METHOD(MailFixture, "what came with a mail is for no more people than the mail, and nothing opens it") {
  int64_t waiting = attach("a.txt", mail), ready = attach("b.eml", mail), wider = attach("c.txt", mail, "public"), own = attach("d.txt", mail, "restricted"), deeper = attach("e.txt", ready);
  drafts.set_read(ready, reading({"鍵を返す。"}));
  size_t before = told().size();
  set_audience(mail, "committee");
  CHECK(at(waiting).said.audience == "committee");
  CHECK(at(ready).facts.audience == "committee");
  CHECK(at(wider).said.audience == "committee");
  CHECK(at(own).said.audience == "restricted");
  CHECK(at(deeper).said.audience == "committee");
  auto events = told();
  events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(events.size() == 5);  // the mail's own, and of each that was closed
  CHECK(std::ranges::count(events, fmt::format("draft.facts {} c.txt {{\"audience\":\"public\"}} → {{\"audience\":\"committee\"}}", wider)) == 1);
  const Viewer clerk{{"public", "staff", "restricted"}, {Task::desk}};
  for (int64_t id : {waiting, ready, wider, deeper}) CHECK_FALSE(drafts.find(clerk, id));
  set_audience(mail, "public");
  for (int64_t id : {waiting, wider, deeper}) CHECK(at(id).said.audience == "committee");
  CHECK(at(ready).facts.audience == "committee");
  CHECK(at(own).said.audience == "restricted");
}

TEST_CASE_METHOD(MailFixture, "a mail that is closed while its attachment is read takes nothing from what is read") {
  set_audience(mail, "staff");
  int64_t waiting = attach("a.txt", mail, "staff"), failed = attach("b.txt", mail, "staff");
  drafts.set_failed(failed, "読めません。", "");
  set_audience(mail, "committee");
  drafts.read_again(all, failed);
  for (int64_t id : {waiting, failed}) {
    // The reading began before: it says what was said then.
    Reading read = reading({"鍵を返す。"});
    read.facts.audience = "staff", read.facts.kind = "notice", read.facts.issued = "2026-04-01";
    drafts.set_read(id, read);
    CHECK(at(id).facts.title == "端末の返却について");
    CHECK(at(id).facts.slug == "tsuchi");
    CHECK(at(id).facts.kind == "notice");
    CHECK(at(id).facts.issued == "2026-04-01");
    CHECK(at(id).facts.audience == "committee");
  }
}

TEST_CASE_METHOD(MailFixture, "who may see a draft stays as a person settled it when it is read anew") {
  Draft said;
  said.source = said.file_name = "z.txt", said.file_sha256 = store::sha256("z"), said.said.audience = "staff";
  int64_t id = drafts.add(all, said, 1);
  drafts.set_read(id, reading({"鍵を返す。"}));
  CHECK(at(id).facts.audience == "staff");
  set_audience(id, "public");
  drafts.read_again(all, id);
  drafts.set_read(id, reading({"鍵を返す。"}));
  CHECK(at(id).facts.audience == "public");
}

TEST_CASE_METHOD(MailFixture, "an attachment that is found only now is for no more people than its mail is by now") {
  set_audience(mail, "committee");
  CHECK(at(attach("a.txt", mail, "staff")).said.audience == "committee");
  CHECK(at(attach("b.txt", mail, "restricted")).said.audience == "restricted");
  int64_t failed = attach("c.txt", mail, "restricted");
  drafts.set_failed(failed, "読めません。", "");
  REQUIRE(attach("c.txt", mail, "staff") == failed);
  CHECK(at(failed).said.audience == "restricted");
}

TEST_CASE_METHOD(MailFixture, "nobody makes an attachment wider than its mail") {
  set_audience(mail, "committee");
  int64_t id = attach("a.txt", mail);
  drafts.set_read(id, reading({"鍵を返す。"}));
  for (const char* wider : {"public", "staff"}) CHECK(kind_of_error([&] { set_audience(id, wider); }) == ErrorKind::invalid);
  set_audience(id, "");
  CHECK(at(id).facts.audience == "committee");
  set_audience(id, "restricted");
  CHECK(at(id).facts.audience == "restricted");
  // Nor by making it an edition of what is open already.
  publish_as("open", "public");
  int64_t revision = at(id).revision;
  CHECK(kind_of_error([&] { drafts.publish(all, id, revision, [&](SQLite::Database& db) { return further(db, "open"); }); }) == ErrorKind::conflict);
  CHECK(at(id).state == Draft::State::ready);
  CHECK(library.editions(all, "open").size() == 1);
}

TEST_CASE_METHOD(MailFixture, "closing a mail closes what was published of its attachments, and the other way round") {
  int64_t published = attach("a.txt", mail, "staff"), waiting = attach("b.txt", mail, "staff");
  drafts.set_read(published, reading({"鍵を返す。"}));
  set_audience(mail, "staff");
  drafts.publish(all, published, at(published).revision, [&](SQLite::Database& db) { return further(db, "a", "staff"); });
  int64_t inside = attach("c.txt", published, "staff");
  set_audience(mail, "committee");
  CHECK(library.document(all, "a")->audience == "committee");
  CHECK(at(inside).said.audience == "committee");
  CHECK(told().back().starts_with("draft.facts"));
  CHECK(std::ranges::count(told(), "document.correct a 公開範囲: 庁内 → 公開範囲: 委員会") == 1);
  // Published, the mail is a document; what waits follows that.
  drafts.publish(all, mail, at(mail).revision, [&](SQLite::Database& db) {
    int64_t edition = further(db, "m", "committee");
    Library::enclose(db, edition, *drafts.find(all, published)->edition_id);
    return edition;
  });
  Facts facts;
  facts.slug = "m", facts.audience = "restricted";
  REQUIRE(library.correct(facts));
  CHECK(library.document(all, "a")->audience == "restricted");
  CHECK(at(waiting).said.audience == "restricted");
  facts.audience = "public";
  REQUIRE(library.correct(facts));
  CHECK(library.document(all, "a")->audience == "restricted");
  // Of an attachment it is its own mail that says how far it may be opened.
  facts.slug = "a";
  REQUIRE(library.correct(facts));
  facts.slug = "m", facts.audience = "staff";
  REQUIRE(library.correct(facts));
  CHECK(library.document(all, "a")->audience == "staff");
  facts.slug = "a", facts.audience = "public";
  CHECK(kind_of_error([&] { library.correct(facts); }) == ErrorKind::conflict);
}

TEST_CASE_METHOD(MailFixture, "a mail that is published narrower than its drafts closes them") {
  int64_t waiting = attach("a.txt", mail, "staff");
  drafts.publish(all, mail, at(mail).revision, [&](SQLite::Database& db) { return further(db, "m", "restricted"); });
  CHECK(at(waiting).said.audience == "restricted");
}

TEST_CASE_METHOD(DraftFixture, "facts that cannot be are refused whole") {
  int64_t id = add();
  drafts.set_read(id, reading({"端末を返す。"}));
  auto with = [&](std::string Facts::*field, const std::string& value) {
    Facts facts = at(id).facts;
    facts.issuer = "監査室";
    facts.*field = value;
    return kind_of_error([&] { drafts.set_facts(all, id, at(id).revision, facts); });
  };
  CHECK(with(&Facts::issued, "2026-02-30") == ErrorKind::invalid);
  CHECK(with(&Facts::kind, "手紙") == ErrorKind::invalid);
  CHECK(with(&Facts::slug, "a/b") == ErrorKind::invalid);
  CHECK(with(&Facts::slug, "") == ErrorKind::invalid);
  CHECK(with(&Facts::title, "") == ErrorKind::invalid);
  CHECK(with(&Facts::link, "javascript:alert(1)") == ErrorKind::invalid);
  CHECK(at(id).facts.issuer.empty());
}

TEST_CASE_METHOD(DraftFixture, "a draft is there for those of the desk who see what it is meant for") {
  database.write([](SQLite::Database& db) { db.exec("INSERT INTO groups (name) VALUES ('監査班')"); });
  int64_t open = add("a.txt", "1"), meant = add("b.txt", "2"), narrowed = add("c.txt", "3");
  for (int64_t id : {open, meant, narrowed}) drafts.set_read(id, reading({"端末を返す。", "鍵を返す。"}));
  Draft said;
  said.source = said.file_name = "d.txt", said.file_sha256 = store::sha256("4"), said.said.audience = "担当者限り";
  int64_t waiting = drafts.add(all, said, 1);
  CHECK(at(waiting).said.audience == "restricted");
  Facts facts = at(meant).facts;
  facts.audience = "監査班";
  drafts.set_facts(all, meant, at(meant).revision, facts);
  correct(narrowed, 1, Correction::Kind::audience, "委員会");
  Viewer clerk{{"public", "staff"}, {Task::desk}}, auditor{{"public", "staff", "committee", "restricted", "監査班"}, {Task::desk}};
  for (int64_t id : {meant, narrowed, waiting}) {
    CHECK_FALSE(drafts.find(clerk, id));
    CHECK_FALSE(drafts.cut(clerk, id));
    CHECK(kind_of_error([&] { drafts.publish(clerk, id, at(id).revision, [](SQLite::Database&) { return int64_t{1}; }); }) == ErrorKind::missing);
    CHECK(kind_of_error([&] { drafts.drop(clerk, id); }) == ErrorKind::missing);
    CHECK(drafts.find(auditor, id));
  }
  CHECK(drafts.find(clerk, open));
  CHECK(drafts.count(clerk) == 1);
  CHECK(drafts.list(clerk, 0, 10).size() == 1);
  CHECK(drafts.alike(clerk, at(open)).empty());
  CHECK(drafts.alike(auditor, at(open)).size() == 2);
  CHECK(drafts.count(auditor) == 4);
  auditor.only = std::vector<std::string>{"nai"};
  CHECK(drafts.count(auditor) == 1);
  auditor.only = std::vector<std::string>{"tsuchi"};
  CHECK(drafts.count(auditor) == 3);
  // The same file handed in by another does not tell them of it, nor do they put a draft out of their own sight.
  said.said.audience.clear();
  int64_t own = drafts.add(clerk, said, 1);
  CHECK(own != waiting);
  CHECK(drafts.find(clerk, own));
  CHECK(kind_of_error([&] { drafts.set_facts(clerk, open, at(open).revision, facts); }) == ErrorKind::invalid);
  said.said.audience = "restricted";
  CHECK(kind_of_error([&] { drafts.add(clerk, said, 1); }) == ErrorKind::invalid);
}

TEST_CASE("a draft that an earlier version left amid publishing is ready again") {
  TemporaryFolder folder;
  store::Database::Migrations earlier;
  for (const auto& migration : store::Database::own_migrations()) {
    if (migration.first < "0013") earlier.push_back(migration);
  }
  {
    store::Database database(folder / "a.db", store::Database::Open::or_create, earlier);
    database.write([](SQLite::Database& db) {
      db.exec("INSERT INTO files (sha256, size) VALUES (printf('%064d', 1), 1)");
      db.exec("INSERT INTO drafts (state, source, file_name, file_sha256) VALUES ('publishing', 'a.txt', 'a.txt', printf('%064d', 1))");
    });
  }
  store::Database database(folder / "a.db");
  Drafts drafts(database);
  Viewer all = Viewer::everything();
  REQUIRE(drafts.list(all, 0, 9).size() == 1);
  CHECK(drafts.list(all, 0, 9).front().state == Draft::State::ready);
  // A state that this version does not know is told.
  database.write([](SQLite::Database& db) { db.exec("UPDATE drafts SET state = 'publishing'"); });
  CHECK(kind_of_error([&] { drafts.list(all, 0, 9); }) == ErrorKind::internal);
}
