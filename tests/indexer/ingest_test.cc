#include "indexer/ingest.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "store/database.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

using namespace shirube;
using namespace shirube::indexer;
using Outcome = Report::Outcome;

namespace {

struct Fixture {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  corpus::Library library{database};
  store::Files files{folder / "files"};
  corpus::Viewer all = corpus::Viewer::everything();
  IngestOptions options{{}, {}, test::program};
  std::vector<Report> reports;
  std::atomic<bool> stop{false};

  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  IngestSummary take(const std::vector<std::filesystem::path>& paths) {
    reports.clear();
    return Ingest(library, files, options).paths(paths, [&](const Report& r) { reports.push_back(r); }, [](auto, auto) {}, stop);
  }
  IngestSummary lines(const std::string& text) {
    reports.clear();
    std::istringstream in(text);
    return Ingest(library, files, options).lines(in, "試験", [&](const Report& r) { reports.push_back(r); }, [](auto) {}, stop);
  }
};

const std::string policy = "# 星見市端末利用基準\n\n（目的）\n第1条　この基準は、端末の利用について定める。\n２　端末の管理は別に定める。\n";

}  // namespace

TEST_CASE_METHOD(Fixture, "clauses are narrowed by the list of facts, and groups are audiences") {
  auto list = [&](const std::string& audience, const std::string& narrower) {
    write("n/facts.toml", "[[document]]\nslug = \"t\"\ntitle = \"端末利用基準\"\naudience = \"" + audience + "\"\n[[document.edition]]\nfile = \"t.md\"\n" + narrower);
    return take({folder / "n"});
  };
  write("n/t.md", policy);
  CHECK(list("監査班", "").refused == 1);
  CHECK(reports.at(0).reason == "公開範囲「監査班」はありません。");
  database.write([](SQLite::Database& db) { db.exec("INSERT INTO groups (name) VALUES ('監査班')"); });
  // What is not found would be left open.
  CHECK(list("public", "narrower = { \"9\" = \"監査班\" }\n").refused == 1);
  CHECK(reports.at(0).reason == "公開範囲を狭める条項「9」がありません。");
  CHECK(list("public", "narrower = { \"1-2\" = \"監査部\" }\n").refused == 1);
  CHECK(list("public", "narrower = { \"1-2\" = \"監査班\" }\n").taken == 1);
  corpus::Viewer citizen{{"public"}};
  CHECK(library.clause(citizen, "t", "1", "1"));
  CHECK_FALSE(library.clause(citizen, "t", "1", "1-2"));
  CHECK(library.clause(all, "t", "1", "1-2")->clause.audience == "監査班");
  CHECK(list("public", "narrower = { \"1-2\" = \"監査班\" }\n").same == 1);
  CHECK(list("public", "narrower = \"1-2\"\n").refused == 1);
}

TEST_CASE_METHOD(Fixture, "what comes inside a file goes to the narrowest where groups are concerned") {
  database.write([](SQLite::Database& db) { db.exec("INSERT INTO groups (name) VALUES ('監査班')"); });
  auto mail = write("m.eml", "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n第1条　送ります。\r\n--x\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename=b.txt\r\n\r\n第1条　添付です。\r\n--x--\r\n");
  auto held = [&] { return library.document(all, "m_b.txt")->audience; };
  options.facts.audience = "public";
  REQUIRE(take({mail}).taken == 2);
  CHECK(held() == "public");
  options.facts.audience = "監査班";
  take({mail});
  CHECK(held() == "監査班");
  options.facts.audience = "staff";
  take({mail});
  CHECK(held() == "restricted");
}

TEST_CASE_METHOD(Fixture, "a file is taken once; a changed one is a further edition") {
  auto file = write("tanmatsu.md", policy);
  auto summary = take({file});
  REQUIRE(reports.size() == 1);
  INFO(reports[0].reason);
  CHECK(summary.taken == 1);
  CHECK(reports[0].address == "tanmatsu/1");
  CHECK(library.document(all, "tanmatsu")->title == "星見市端末利用基準");
  CHECK(library.document(all, "tanmatsu")->audience == "restricted");
  CHECK(library.clause(all, "tanmatsu", "1", "1-2")->clause.text == "端末の管理は別に定める。");
  CHECK(take({file}).same == 1);
  write("tanmatsu.md", policy + "３　端末は毎年度点検する。\n");
  // A name alone does not make it the same document: audience and title would be taken over unseen.
  CHECK(take({file}).refused == 1);
  CHECK_THAT(reports[0].hint, Catch::Contains("--document tanmatsu"));
  options.facts.slug = "tanmatsu";
  CHECK(take({file}).taken == 1);
  CHECK(reports[0].address == "tanmatsu/2");
  CHECK(library.editions(all, "tanmatsu").size() == 2);
}

TEST_CASE_METHOD(Fixture, "an answer of the law API is the edition of the day that it names") {
  auto answer = [](const std::string& day, const std::string& sentence) {
    return "<law_data_response><revision_info><amendment_enforcement_date>" + day + "</amendment_enforcement_date></revision_info><law_full_text><Law Lang=\"ja\"><LawNum>令和七年星見市条例第一号</LawNum><LawBody>"
           "<LawTitle>見本法</LawTitle><MainProvision><Article Num=\"1\"><ArticleTitle>第一条</ArticleTitle><Paragraph Num=\"1\"><ParagraphNum/><ParagraphSentence><Sentence>" + sentence +
           "</Sentence></ParagraphSentence></Paragraph></Article></MainProvision></LawBody></Law></law_full_text></law_data_response>";
  };
  options.facts.slug = "mihon";
  take({write("a.xml", answer("2025-04-01", "定める。"))});
  take({write("a.xml", answer("2026-04-01", "改める。"))});
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].address == "mihon/2026-04-01");
  REQUIRE(library.editions(all, "mihon").size() == 2);
}

TEST_CASE_METHOD(Fixture, "what a file seems to say never changes what a person said of the document") {
  options.facts.slug = "d";
  options.facts.title = "公開の案内";
  options.facts.audience = "public";
  take({write("a.md", policy)});
  options.facts = {};
  options.facts.slug = "d";
  take({write("b.md", "# 別の題\n\n第1条　別の文。\n")});
  auto document = library.document(all, "d");
  REQUIRE(document);
  CHECK(document->title == "公開の案内");
  CHECK(document->audience == "public");
}

TEST_CASE_METHOD(Fixture, "an original that was lost or altered is put back") {
  auto file = write("tanmatsu.md", policy);
  take({file});
  auto hash = library.editions(all, "tanmatsu").front().file_sha256;
  std::ofstream(files.path_of(hash)) << std::string(policy.size(), 'x');
  CHECK(files.verify(hash) == store::Files::State::altered);
  CHECK(take({file}).same == 1);
  CHECK(files.verify(hash) == store::Files::State::good);
}

TEST_CASE_METHOD(Fixture, "the original is kept as it was") {
  auto file = write("tanmatsu.md", policy);
  take({file});
  auto edition = library.editions(all, "tanmatsu").front();
  CHECK(store::read_file(files.path_of(edition.file_sha256), 1 << 20) == policy);
  CHECK(edition.file_name == "tanmatsu.md");
}

TEST_CASE_METHOD(Fixture, "what a person says wins over facts.toml, and that over the file") {
  write("f/a.md", policy);
  write("f/facts.toml", "[[document]]\nslug = \"s\"\ntitle = \"台帳の題\"\nissuer = \"情報政策課\"\n[[document.edition]]\nfile = \"a.md\"\nissued = 2025-04-01\n");
  options.facts.issuer = "総務課";
  CHECK(take({folder / "f"}).taken == 1);
  auto document = library.document(all, "s");
  REQUIRE(document);
  CHECK(document->title == "台帳の題");
  CHECK(document->issuer == "総務課");
  CHECK(library.editions(all, "s").front().label == "令和7年4月1日版");
  // The file alone still finds its facts beside it.
  CHECK(take({folder / "f" / "a.md"}).same == 1);
}

TEST_CASE_METHOD(Fixture, "what cannot be read is refused with a reason, and the rest is taken") {
  auto summary = take({write("empty.txt", ""), write("image.png", "\x89PNG\r\n\x1a\n...."), write("word.docx", std::string("PK\x03\x04") + std::string(100, 'x')),
                       write("broken.pdf", "%PDF-1.7\nnot really"), folder / "none.txt", write("good.md", policy)});
  CHECK(summary.taken == 1);
  CHECK(summary.refused == 5);
  for (const auto& report : reports) {
    if (report.outcome != Outcome::refused) continue;
    INFO(report.source << " " << report.reason);
    CHECK_FALSE(report.reason.empty());
    CHECK_FALSE(report.hint.empty());
    CHECK(report.reason.find("異常終了") == std::string::npos);
  }
  CHECK(library.documents(all, 0, 10).size() == 1);
}

TEST_CASE_METHOD(Fixture, "a folder stands for the files below it") {
  write("d/a.md", policy);
  write("d/sub/b.txt", "第１　趣旨\n１　この手順は、端末の手順を定める。\n");
  write("d/.hidden/c.md", policy);
  CHECK(take({folder / "d"}).taken == 2);
}

TEST_CASE_METHOD(Fixture, "a child over its limits is one refusal") {
  std::string heavy = "（目的）\n";
  for (int i = 0; i < 400'000; ++i) heavy += "第" + std::to_string(i) + "条　この基準は、端末の利用について定める。\n";
  options.limits.wall_seconds = 1;
  options.limits.cpu_seconds = 1;
  options.limits.output_bytes = 1 << 20;
  auto summary = take({write("heavy.txt", heavy), write("good.md", policy)});
  CHECK(summary.refused == 1);
  CHECK(summary.taken == 1);
  INFO(reports[0].reason);
  CHECK((reports[0].reason.find("上限") != std::string::npos || reports[0].reason.find("制限時間") != std::string::npos));
  options.limits = {};
  options.limits.file_bytes = 10;
  CHECK(take({write("big.md", policy)}).refused == 1);
}

TEST_CASE_METHOD(Fixture, "stopping leaves what was taken") {
  stop = true;
  CHECK(take({write("a.md", policy)}).taken == 0);
  stop = false;
  CHECK(take({folder / "a.md"}).taken == 1);
}

TEST_CASE_METHOD(Fixture, "JSON Lines: one document a line") {
  auto summary = lines("\xEF\xBB\xBF{\"_id\": \"a\", \"title\": \"題\", \"text\": \"本文\"}\n\n"
                       "{\"_id\": 7, \"title\": \"\", \"text\": \"題のない本文\", \"kind\": \"answer\", \"issued\": \"2025-04-01\", \"metadata\": {}}\n");
  CHECK(summary.taken == 2);
  CHECK(reports.empty());
  CHECK(library.document(all, "7")->kind == "answer");
  auto clause = library.clause(all, "a", "1", "text");
  REQUIRE(clause);
  CHECK(clause->clause.heading == "題");
  CHECK(clause->clause.text == "本文");
  CHECK(clause->citation() == "題（第1版）");
  CHECK(lines("{\"_id\": \"a\", \"title\": \"題\", \"text\": \"本文\"}\n").same == 1);
}

TEST_CASE_METHOD(Fixture, "a bad line is refused by its number and the others are taken") {
  auto summary = lines("{\"_id\": \"a\", \"title\": \"題\", \"text\": \"本文\"}\n"
                       "not json\n"
                       "{\"title\": \"題\", \"text\": \"本文\"}\n"
                       "{\"_id\": \"b\", \"text\": 3}\n"
                       "{\"_id\": \"c\", \"text\": \"\"}\n"
                       "{\"_id\": \"d\", \"text\": \"本文\", \"kind\": \"novel\"}\n"
                       "{\"_id\": \"e\", \"text\": \"\xFF\"}\n"
                       "{\"_id\": \"f\", \"text\": \"最後\"}\n");
  CHECK(summary.taken == 2);
  CHECK(summary.refused == 6);
  REQUIRE(reports.size() == 6);
  CHECK(reports[0].source == "試験: 2行目");
  CHECK(library.document(all, "f"));
}

TEST_CASE_METHOD(Fixture, "any text of a file becomes clauses that cite each other") {
  write("s/kijun.md", policy);
  write("s/kaito.md", "# 回答\n\n## 1 根拠\n(1)　星見市端末利用基準（令和7年4月1日版）第1条第2項\n");
  write("s/facts.toml", "[[document]]\nslug=\"kaito\"\ntitle=\"回答\"\n[[document.edition]]\nfile=\"kaito.md\"\n"
                        "[[document]]\nslug=\"kijun\"\ntitle=\"星見市端末利用基準\"\n[[document.edition]]\nfile=\"kijun.md\"\neffective=2025-04-01\n");
  CHECK(take({folder / "s"}).taken == 2);
  auto cited = library.clause(all, "kijun", "2025-04-01", "1-2");
  REQUIRE(cited);
  CHECK(library.cited_by(all, cited->id).size() == 1);
}

TEST_CASE_METHOD(Fixture, "the files of a ZIP file are documents of their own, taken once") {
  std::string inner = zipped({{"手順.txt", "第1条　手順を定める。\n第2条　手順に従う。\n"}});
  std::string deepest = zipped({{"深い.zip", zipped({{"もっと深い.zip", inner}})}});
  auto file = write("r8.zip", zipped({{"基準/端末.md", policy}, {"様式.zip", inner}, {"写真.png", "\x89PNG\r\n"}, {"何重.zip", deepest}}));
  options.facts.audience = "staff";
  auto summary = take({file});
  CHECK(summary.taken == 2);
  CHECK(summary.refused == 2);  // a picture, and what is packed too deeply
  CHECK(library.document(all, "r8_基準_端末.md")->title == "星見市端末利用基準");
  CHECK(library.document(all, "r8_基準_端末.md")->audience == "staff");
  CHECK(library.document(all, "r8_様式.zip_手順.txt"));
  CHECK_FALSE(library.document(all, "r8"));
  CHECK(reports[0].source == file.string() + " › 基準/端末.md");
  auto again = take({file});
  CHECK(again.same == 2);
  CHECK(again.taken == 0);
}

TEST_CASE_METHOD(Fixture, "the attachments of a mail are documents bound to it") {
  std::string mail =
      "From: joho@hoshimi.example\r\nTo: kakuka@hoshimi.example\r\nDate: Wed, 1 Apr 2026 09:00:00 +0900\r\nSubject: =?UTF-8?B?56uv5pyr44Gu5Y+W5omx44GE44Gr44Gk44GE44Gm?=\r\n"
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
      "端末の取扱いを別添のとおり定めたので通知します。\r\n--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n"
      "Content-Disposition: attachment; filename=\"kijun.txt\"\r\n\r\n第1条　この基準は、端末の利用について定める。\r\n第2条　端末は施錠して保管する。\r\n--b\r\n"
      "Content-Type: image/png\r\nContent-Disposition: attachment; filename=\"zu.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
  auto file = write("tsuchi.eml", mail);
  auto summary = take({file});
  CHECK(summary.taken == 2);
  CHECK(summary.refused == 1);  // the picture
  CHECK_THAT(library.editions(all, "tsuchi")[0].warnings.back(), Catch::Contains("zu.png"));
  auto editions = library.editions(all, "tsuchi");
  REQUIRE(editions.size() == 1);
  CHECK(editions[0].issued == "2026-04-01");
  auto enclosed = library.enclosures(all, editions[0].id);
  REQUIRE(enclosed.size() == 1);
  CHECK(enclosed[0].document.slug == "tsuchi_kijun.txt");
  CHECK(enclosed[0].edition.issued == "2026-04-01");
  auto enclosing = library.enclosing(all, enclosed[0].edition.id);
  REQUIRE(enclosing.size() == 1);
  CHECK(enclosing[0].document.title == "端末の取扱いについて");
  // What may not be seen did not come with anything.
  CHECK(library.enclosures({{"public"}}, editions[0].id).empty());
  CHECK(take({file}).same == 1);
}

TEST_CASE_METHOD(Fixture, "a file inside another opens nothing and changes nothing that is held") {
  auto zip = [](const std::string& words) { return zipped({{"別紙.txt", "第1条　" + words + "\n第2条　以上。\n"}}); };
  options.facts.audience = "restricted";
  CHECK(take({write("a/資料.zip", zip("秘密の内容"))}).taken == 1);
  options.facts.audience = "public";
  // Another file of an everyday name.
  CHECK(take({write("b/資料.zip", zip("公開の内容"))}).refused == 1);
  CHECK(library.document(all, "資料_別紙.txt")->audience == "restricted");
  CHECK(library.editions(all, "資料_別紙.txt").size() == 1);
  // The same file, said to be public now: one by one, by a person.
  CHECK(take({folder / "a/資料.zip"}).same == 1);
  CHECK(library.document(all, "資料_別紙.txt")->audience == "restricted");
  // A name that says which law it is of says so only outside.
  options.facts.slug = "425AC0000000027", options.facts.title = "ある法律";
  CHECK(take({write("law.md", policy)}).taken == 1);
  options.facts = {};
  options.facts.audience = "restricted";
  take({write("mail.zip", zipped({{"425AC0000000027_20260501_507AC0000000099.txt", "第1条　偽の内容。\n第2条　偽。\n"}}))});
  CHECK(library.editions(all, "425AC0000000027").size() == 1);
  CHECK(library.document(all, "425AC0000000027")->audience == "public");
}

TEST_CASE_METHOD(Fixture, "a mail that is closed closes its attachments, and a new one may follow by its name") {
  auto mail = [](const std::string& words) {
    return "From: a@hoshimi.example\r\nSubject: tsuchi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; "
           "charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n別添のとおり通知します。" + words + "\r\n--b\r\nContent-Type: text/plain; charset=UTF-8\r\n"
           "Content-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment; filename=\"c.txt\"\r\n\r\n第1条　" + words + "\r\n第2条　以上。\r\n--b--\r\n";
  };
  options.facts.audience = "public";
  auto file = write("t.eml", mail("一"));
  CHECK(take({file}).taken == 2);
  CHECK(library.document(all, "t_c.txt")->audience == "public");
  options.facts.audience = "restricted";
  take({file});
  CHECK(library.document(all, "t")->audience == "restricted");
  CHECK(library.document(all, "t_c.txt")->audience == "restricted");
  options.facts.slug = "t";
  CHECK(take({write("t2.eml", mail("二"))}).taken == 2);
  CHECK(library.editions(all, "t_c.txt").size() == 2);
}
