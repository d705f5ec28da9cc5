// The form of the commands is a contract: arguments, output, exit codes.
#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/places.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

struct Fixture {
  TemporaryFolder folder;
  std::string data = folder / "data";

  int run(std::vector<std::string> arguments, const std::string& input = "") {
    std::ofstream(folder / "in") << input;
    arguments.insert(arguments.begin(), {"--data", data});
    return run_shirube(arguments, folder.path(), folder / "in");
  }
  std::string out() const { return slurp(folder / "out"); }
  std::string err() const { return slurp(folder / "err"); }
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
};

const std::string policy = "# 星見市端末利用基準\n\n## 第1章 総則\n（目的）\n第1条　この基準は、端末の利用について定める。\n２　端末の管理は別に定める。\n　(1)　私物端末\n";
const std::string lines =
    "{\"_id\": \"d1\", \"title\": \"テレワーク\", \"text\": \"自宅で端末を使うときの決まり。\"}\n"
    "{\"_id\": \"d2\", \"title\": \"委託\", \"text\": \"委託先を監督する。\"}\n";

}  // namespace

TEST_CASE_METHOD(Fixture, "outline prints the clauses as a JSON array") {
  REQUIRE(run({"outline", write("a.md", policy)}) == 0);
  Json nodes = Json::parse(out());
  REQUIRE(nodes.is_array());
  REQUIRE(nodes.size() >= 4);
  for (const auto& node : nodes) {
    for (const char* key : {"label", "kind", "heading", "text", "page", "parent"}) CHECK(node.contains(key));
  }
  auto article = std::find_if(nodes.begin(), nodes.end(), [](const Json& node) { return node["label"] == "第1条"; });
  REQUIRE(article != nodes.end());
  CHECK((*article)["kind"] == "article");
  CHECK((*article)["heading"] == "（目的）");
  CHECK(nodes[(*article)["parent"].get<size_t>()]["label"] == "第1章");
}

TEST_CASE_METHOD(Fixture, "ingest from standard input, then search, batch and check") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  CHECK_THAT(out(), Catch::Contains("取込 2、同一 0、訂正 0、拒否 0"));
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  CHECK_THAT(out(), Catch::Contains("取込 0、同一 2、訂正 0、拒否 0"));
  REQUIRE(run({"search", "委託先", "--limit", "1"}) == 0);
  CHECK_THAT(out(), Catch::Contains("委託（第1版）"));
  REQUIRE(run({"search", "てれわーく"}) == 0);
  CHECK_THAT(out(), Catch::Contains("もしかして: テレワーク（1件）"));
  REQUIRE(run({"search", "委託先", "--json"}) == 0);
  Json found = Json::parse(out());
  CHECK(found["hits"].size() == 1);
  CHECK(found["understood"] == "語「委託先」");
  REQUIRE(found["parts"].size() == 1);
  CHECK(found["parts"][0]["kind"] == "word");
  std::string address = found["hits"][0]["document"]["slug"].get<std::string>() + "/" + found["hits"][0]["edition"]["key"].get<std::string>() + "/" + found["hits"][0]["path"].get<std::string>();
  REQUIRE(run({"search", "委託先 -端末", "--explain", address}) == 0);
  CHECK_THAT(out(), Catch::Contains("委託（第1版）") && Catch::Contains("1番目に出ています。") && Catch::Contains("語　委託"));
  REQUIRE(run({"search", "端末", "--explain", address}) == 0);
  CHECK_THAT(out(), Catch::Contains("出ていません。検索語がこの条項にありません。"));
  REQUIRE(run({"search", "委託先", "--explain", address, "--json"}) == 0);
  CHECK(Json::parse(out())["rank"] == 1);
  CHECK(run({"search", "x", "--explain", "here"}) == 2);
  CHECK_THAT(err(), Catch::Contains("条項の所在として読めません"));
  CHECK(run({"search", "x", "--explain", "none/1/1"}) == 3);
  CHECK_THAT(err(), Catch::Contains("条項が見つかりません"));
  std::string queries = write("q.jsonl", "{\"_id\": \"q1\", \"text\": \"自宅の端末\"}\n{\"_id\": \"q2\", \"text\": \"委託先の監督\"}\n");
  std::string result = folder / "run";
  REQUIRE(run({"batch", "--queries", queries, "--top", "10", "--run", result}) == 0);
  CHECK_THAT(out(), Catch::Matches("queries=2 mean=[0-9.]+ p50=[0-9.]+ p95=[0-9.]+ p99=[0-9.]+ ms\n"));
  std::istringstream trec(slurp(result));
  std::string id, q0, document, tag;
  int rank = 0;
  double score = 0;
  REQUIRE(trec >> id >> q0 >> document >> rank >> score >> tag);
  CHECK(id == "q1");
  CHECK(q0 == "Q0");
  CHECK(document == "d1");
  CHECK(rank == 1);
  CHECK(score > 0);
  REQUIRE(run({"check"}) == 0);
  REQUIRE(run({"reindex"}) == 0);
  REQUIRE(run({"check"}) == 0);
}

TEST_CASE_METHOD(Fixture, "eval measures what batch finds, and compares it with an earlier run") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  std::string queries = write("q.jsonl", "{\"_id\": \"q1\", \"text\": \"自宅の\\n端末\"}\n{\"_id\": \"q2\", \"text\": \"委託先の監督\"}\n{\"_id\": \"q3\", \"text\": \"judged by nobody\"}\n");
  std::string qrels = write("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td1\t1\nq2\td2\t0\nq3\td1\t0\n");
  std::string batch_run = folder / "batch.run", eval_run = folder / "eval.run";
  REQUIRE(run({"batch", "--queries", queries, "--run", batch_run}) == 0);
  REQUIRE(run({"eval", "--queries", queries, "--qrels", qrels, "--run", eval_run}) == 0);
  CHECK(err().empty());
  CHECK(slurp(eval_run) == slurp(batch_run));
  CHECK_THAT(out(), Catch::Matches("nDCG@10 0\\.5000　MRR@10 0\\.5000　R@10 0\\.5000　R@100 0\\.5000\n問合せ 3　判定あり 2\n"
                                   "時間 平均 [0-9.]+　p50 [0-9.]+　p95 [0-9.]+　p99 [0-9.]+ ms\n"));

  std::string worse = write("worse.run", "q2 Q0 d2 1 1.0 old\n");
  REQUIRE(run({"eval", "--queries", queries, "--qrels", qrels, "--compare", worse}) == 0);
  CHECK_THAT(out(), Catch::Contains("勝ち 1　負け 0　引分け 1　差 +0.5000　p = 1.0000\n良くなった問合せ\n  0.0000 → 1.0000  q1  自宅の 端末\n"));
  CHECK_THAT(out(), !Catch::Contains("悪くなった"));
  std::string better = write("better.run", "q1 Q0 d1 1 1.0 old\nq2 Q0 d1 1 1.0 old\n");
  REQUIRE(run({"eval", "--queries", queries, "--qrels", qrels, "--compare", better, "--json", "--top", "10"}) == 0);
  CHECK_THAT(err(), Catch::Contains("注意: 上位 10 件だけ"));
  Json json = Json::parse(out());
  CHECK(json["queries"] == 3);
  CHECK(json["judged"] == 2);
  CHECK(json["ndcg_10"] == 0.5);
  CHECK(json["latency_ms"]["p99"] > 0);
  CHECK(json["comparison"]["losses"] == 1);
  CHECK(json["comparison"]["difference"] == -0.5);
  CHECK(json["comparison"]["lost"] == Json::parse("[{\"query\": \"q2\", \"text\": \"委託先の監督\", \"before\": 1.0, \"after\": 0.0}]"));

  // The earlier run is read before its file is written over.
  REQUIRE(run({"eval", "--queries", queries, "--qrels", qrels, "--compare", eval_run, "--run", eval_run}) == 0);
  CHECK_THAT(out(), Catch::Contains("勝ち 0　負け 0　引分け 2　差 +0.0000　p = 1.0000\n"));
  std::string one = write("one.jsonl", "{\"_id\": \"q1\", \"text\": \"自宅の端末\"}\n");
  REQUIRE(run({"eval", "--queries", one, "--qrels", qrels}) == 0);
  CHECK_THAT(out(), Catch::Contains("nDCG@10 0.5000") && Catch::Contains("問合せ 1　判定あり 2（うち 1 は問合せになく、0 と数えた）"));
}

TEST_CASE_METHOD(Fixture, "eval says what is wrong with its files, and leaves the run alone") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  std::string queries = write("q.jsonl", "{\"_id\": \"q1\", \"text\": \"端末\"}\n"), qrels = write("good.tsv", "q1\td1\t1\n");
  std::string kept = write("kept.run", "q1 Q0 d1 1 1.0 old\n");
  struct Row {
    std::vector<std::string> arguments;
    int code;
    const char* says;
  };
  const Row rows[] = {
      {{"--queries", queries}, 2, "必要な引数がありません"},
      {{"--queries", queries, "--qrels", folder / "none"}, 3, "ファイルを開けません"},
      {{"--queries", folder / "none", "--qrels", qrels}, 3, "問合せのファイルを開けません"},
      {{"--queries", queries, "--qrels", write("bad.tsv", "q1\td1\t1\nq1\td2\tgood\n")}, 2, "bad.tsv の2行目の評価"},
      {{"--queries", queries, "--qrels", write("other.tsv", "x1\td1\t1\n")}, 2, "判定がある問合せが1件もありません"},
      {{"--queries", queries, "--qrels", write("zero.tsv", "q1\td1\t0\n")}, 2, "判定がある問合せが1件もありません"},
      {{"--queries", queries, "--qrels", qrels, "--compare", folder / "none"}, 3, "ファイルを開けません"},
      {{"--queries", queries, "--qrels", qrels, "--compare", write("bad.run", "q1 d1 1\n")}, 2, "bad.run の1行目を読めません"},
      {{"--queries", write("twice.jsonl", "{\"_id\": \"q1\", \"text\": \"a\"}\n{\"_id\": \"q1\", \"text\": \"b\"}\n"), "--qrels", qrels}, 2, "_id が重なっています: q1"},
      {{"--queries", queries, "--qrels", qrels, "--top", "0"}, 2, "値が正しくありません"},
  };
  for (const auto& row : rows) {
    std::vector<std::string> arguments = {"eval", "--run", kept};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    INFO(row.says);
    CHECK(run(arguments) == row.code);
    CHECK_THAT(err(), Catch::StartsWith("エラー: ") && Catch::Contains(row.says) && Catch::Contains(" → "));
    CHECK(out().empty());
    CHECK(slurp(kept) == "q1 Q0 d1 1 1.0 old\n");
  }
  CHECK(run({"eval", "--queries", queries, "--qrels", qrels, "--run", folder / "none/out"}) == 6);
  CHECK_THAT(err(), Catch::Contains("結果を書けません"));
  REQUIRE(run({"ingest", "-"}, "{\"_id\": \"d 3\", \"text\": \"端末の台帳\"}\n") == 0);
  CHECK(run({"batch", "--queries", queries, "--run", folder / "out.run"}) == 2);
  CHECK_THAT(err(), Catch::Contains("「d 3」は空か空白を含む"));
}

TEST_CASE_METHOD(Fixture, "the office's own judgements are kept, carried out and in, and measured") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  REQUIRE(run({"search", "端末", "--json"}) == 0);
  auto address_of = [&](const std::string& query) {
    REQUIRE(run({"search", query, "--json"}) == 0);
    Json hit = Json::parse(out())["hits"][0];
    return hit["document"]["slug"].get<std::string>() + "/" + hit["path"].get<std::string>();
  };
  std::string home = address_of("自宅の端末"), outside = address_of("委託先");
  CHECK(run({"eval", "--own"}) == 2);
  CHECK_THAT(err(), Catch::Contains("評価した検索がまだありません"));
  REQUIRE(run({"judge", "set", "自宅の端末", home, "3"}) == 0);
  REQUIRE(run({"judge", "set", "自宅の　端末", outside, "0"}) == 0);
  REQUIRE(run({"judge", "set", "自宅の端末", outside, "0"}) == 0);
  REQUIRE(run({"judge", "set", "業者", outside, "2"}) == 0);
  REQUIRE(run({"judge", "list"}) == 0);
  CHECK_THAT(out(), Catch::Contains("自宅の端末\n  3  " + home) && Catch::Contains("業者\n  2  " + outside));
  REQUIRE(run({"judge", "remove", "自宅の 端末", outside}) == 0);
  CHECK(run({"judge", "remove", "自宅の 端末", outside}) == 3);
  REQUIRE(run({"judge", "list", "--json"}) == 0);
  CHECK(Json::parse(out()).size() == 3);

  REQUIRE(run({"eval", "--own", "--json", "--run", folder / "own.run"}) == 0);
  Json own = Json::parse(out());
  CHECK(own["judged"] == 2);
  CHECK(own["ndcg_10"] == 0.5);
  CHECK_THAT(slurp(folder / "own.run"), Catch::Contains(" Q0 " + home + " 1 "));

  // A synonym is seen to help before it is taken.
  std::filesystem::create_directory(folder / "words");
  write("words/synonyms.tsv", "業者\t委託先\n");
  REQUIRE(run({"eval", "--own", "--words", folder / "words"}) == 0);
  CHECK_THAT(out(), Catch::Contains("今の語の一覧 と比べて（nDCG@10）\n勝ち 1　負け 0　引分け 1　差 +0.5000　p = 1.0000\n良くなった問合せ\n  0.0000 → 1.0000") && Catch::Contains("業者"));
  CHECK(run({"eval", "--own", "--words", folder / "none"}) == 3);
  CHECK(run({"eval", "--own", "--words", folder / "words", "--compare", folder / "own.run"}) == 2);

  std::string queries = folder / "own.jsonl", qrels = folder / "own.tsv";
  REQUIRE(run({"judge", "export", "--queries", queries, "--qrels", qrels}) == 0);
  CHECK(run({"eval", "--own", "--queries", queries, "--qrels", qrels}) == 2);
  std::string before = slurp(qrels);
  REQUIRE(run({"judge", "remove", "業者", outside}) == 0);
  struct Row {
    std::string qrels;
    int code;
    const char* says;
  };
  const Row rows[] = {
      {before + "q9\t" + home + "\t1\n", 2, "bad.tsv の5行目: 問合せ「q9」がありません"},
      {before + "q1\t" + home + "/9\t1\n", 3, "bad.tsv の5行目: 条項「"},
      {before + "q1\tnowhere\t1\n", 2, "bad.tsv の5行目: 「nowhere」は条項を指していません"},
      {before + "q1\t" + outside + "x\t4\n", 2, "bad.tsv の5行目: 評価の段階 4 はありません"},
      {before + before, 2, "bad.tsv の5行目"},
  };
  for (const auto& row : rows) {
    INFO(row.says);
    CHECK(run({"judge", "import", "--queries", queries, "--qrels", write("bad.tsv", row.qrels)}) == row.code);
    CHECK_THAT(err(), Catch::Contains(row.says) && Catch::Contains(" → "));
    REQUIRE(run({"judge", "list"}) == 0);
    CHECK_THAT(out(), !Catch::Contains("業者"));
  }
  REQUIRE(run({"judge", "import", "--queries", queries, "--qrels", qrels}) == 0);
  REQUIRE(run({"judge", "export", "--queries", queries, "--qrels", folder / "again.tsv"}) == 0);
  CHECK(slurp(folder / "again.tsv") == before);
  CHECK(run({"judge"}) == 2);
  CHECK(run({"judge", "set", "業者", outside}) == 2);
}

TEST_CASE_METHOD(Fixture, "sources are listed, and checked when they are enabled") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  std::filesystem::create_directories(folder / "incoming");
  write("incoming/a.md", policy);
  std::filesystem::last_write_time(folder / "incoming/a.md", std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  std::string settings = write("shirube.toml", "[sources]\nfile = \"watched.toml\"\n");
  auto sources = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"--config", settings, "sources"});
    return run(words);
  };
  CHECK(sources({}) == 3);
  CHECK_THAT(err(), Catch::Contains("watched.toml"));
  write("watched.toml", "[[source]]\nname = \"受付\"\nwatch = \"folder\"\naddress = \"incoming\"\nenabled = true\n"
                        "[[source]]\nname = \"無い\"\nwatch = \"folder\"\naddress = \"none\"\n");
  REQUIRE(sources({}) == 0);
  CHECK_THAT(out(), Catch::Contains("有効　受付（0 件）\n　　確認 まだ") && Catch::Contains("停止　無い"));
  REQUIRE(sources({"check"}) == 0);
  CHECK_THAT(out(), Catch::Contains("正常　受付: 新着 1、同一 0、失敗 0\n") && Catch::Contains("新着は下書きになりました。"));
  REQUIRE(run({"drafts", "list"}) == 0);
  CHECK_THAT(out(), Catch::Contains("確認待ち  受付: a.md"));
  REQUIRE(sources({"check", "受付"}) == 0);
  CHECK_THAT(out(), Catch::Equals("正常　受付: 新着 0、同一 1、失敗 0\n"));
  REQUIRE(sources({"list"}) == 0);
  CHECK_THAT(out(), Catch::Contains("有効　受付（1 件）\n　　確認 20"));
  CHECK(sources({"check", "無い"}) == 5);
  CHECK_THAT(err(), Catch::Contains("止めてあります") && Catch::Contains("enabled = true"));
  CHECK(sources({"check", "x"}) == 3);
  std::filesystem::remove_all(folder / "incoming");
  CHECK(sources({"check"}) == 1);
  CHECK_THAT(out(), Catch::Contains("失敗　受付: 新着 0、同一 0、失敗 1\n　　フォルダを読めません"));
  REQUIRE(sources({}) == 0);
  CHECK_THAT(out(), Catch::Contains("誤り フォルダを読めません"));
  write("watched.toml", "[[source]]\nname = \"受付\"\nwhat = 1\n");
  CHECK(sources({}) == 2);
  CHECK_THAT(err(), Catch::Contains("watched.toml の3行目: 「what」という項目はありません"));
}

TEST_CASE_METHOD(Fixture, "references lists what words lead to, and those that lead nowhere with exit code 1") {
  std::string rules = write("kitei.txt", "第１条　この規程は、点検を定める。\n第２条　前条の点検は、第９条による。\n第３条　市は、公表する。\n第４条　市は、記録する。\n");
  REQUIRE(run({"ingest", rules, "--document", "kitei", "--title", "星見市点検規程"}) == 0);
  REQUIRE(run({"references", "kitei"}) == 0);
  CHECK(out() == "第2条\t前条\t第1条\n第2条\t第９条\tこの資料に、参照先が見つかりません。\n");
  REQUIRE(run({"references", "kitei", "--dangling", "--json"}) == 1);
  Json found = Json::parse(out());
  REQUIRE(found.size() == 1);
  CHECK(found[0]["path"] == "2");
  CHECK(found[0]["words"] == "第９条");
  CHECK(found[0]["outcome"] == "missing");
  CHECK(run({"references", "nai"}) == 3);
  CHECK(run({"references", "kitei", "nai"}) == 3);
}

TEST_CASE_METHOD(Fixture, "records are taken, changed and led on, and a ledger with a fault is told") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  REQUIRE(run({"records", "add", "sodan", "asked_on=令和8年4月3日", "question=端末を持ち出してよいか", "topic=持ち出し,認証"}) == 0);
  CHECK_THAT(out(), Catch::Contains("R8-相談-0001") || Catch::Contains("-相談-0001"));
  std::string number = out().substr(0, out().find("　"));
  CHECK(run({"records", "add", "sodan", "asked_on=令和8年4月31日", "question=a"}) == 2);
  CHECK_THAT(err(), Catch::Contains("受付日"));
  CHECK(run({"records", "add", "nai", "a=b"}) == 3);
  REQUIRE(run({"records", "change", number, "answer=よい", "channel=電話"}) == 0);
  CHECK(run({"records", "change", number, "--revision", "1", "answer=だめ"}) != 0);
  REQUIRE(run({"records", "step", number, "draft"}) == 0);
  REQUIRE(run({"records", "show", number, "--json"}) == 0);
  Json record = Json::parse(out());
  CHECK(record["state"] == "drafted");
  CHECK(record["values"]["topic"] == Json({"持ち出し", "認証"}));
  CHECK(record["history"].size() == 6);
  REQUIRE(run({"records", "list", "sodan", "--words", "端末"}) == 0);
  CHECK_THAT(out(), Catch::Contains(number));
  REQUIRE(run({"records", "counts", "sodan"}) == 0);
  CHECK_THAT(out(), Catch::Contains("月2件程度"));
  REQUIRE(run({"records", "ledgers"}) == 0);
  fs::create_directories(folder / "ledgers");
  fs::copy(fs::path(shirube::test::source_folder) / "config/access.toml", folder / "access.toml");
  write("ledgers/a.toml", "name = 1\n");
  CHECK(run({"--config", write("shirube.toml", ""), "records", "ledgers"}) == 1);
  CHECK_THAT(err(), Catch::Contains("a.toml") && Catch::Contains("1行目"));
}

TEST_CASE_METHOD(Fixture, "the records of the sample, exported as workbooks and taken into an empty office, are the same") {
  const fs::path source = shirube::test::source_folder;
  REQUIRE(run({"ingest", source / "corpus/sample"}) == 0);
  REQUIRE(run({"records", "import", source / "records/sample"}) == 0);
  fs::create_directories(folder / "books");
  std::map<std::string, Json> before;
  size_t records = 0;
  auto list = [&](const std::string& key) {
    REQUIRE(run({"records", "list", key, "--limit", "1000", "--json"}) == 0);
    std::map<std::string, Json> out;
    for (auto& record : Json::parse(this->out())) {
      // Who changed it, when and how often is of the office, not of the record.
      for (const char* own : {"revision", "changed_at", "changed_by"}) record.erase(own);
      out[record["number"]] = record;
    }
    return Json(out);
  };
  for (const auto& file : fs::directory_iterator(source / "records/sample")) {
    const std::string key = file.path().stem();
    before[key] = list(key);
    CHECK(before[key].size() >= 3);
    records += before[key].size();
    REQUIRE(run({"records", "export", key, folder / ("books/" + key + ".xlsx")}) == 0);
  }
  CHECK(before.size() == 25);
  CHECK(records > 100);
  // What did not change is told so, and changes nothing.
  REQUIRE(run({"records", "import", folder / "books", "--dry-run"}) == 0);
  fs::remove_all(folder / "data");
  REQUIRE(run({"ingest", source / "corpus/sample"}) == 0);
  REQUIRE(run({"records", "import", folder / "books"}) == 0);
  for (const auto& [key, was] : before) {
    INFO(key);
    CHECK(list(key) == was);
  }
  // One that links to what is not there alone is refused, and nothing of it is taken.
  fs::remove_all(folder / "data");
  REQUIRE(run({"ingest", source / "corpus/sample"}) == 0);
  CHECK(run({"records", "import", folder / "books/shiteki.xlsx"}) == 1);
  CHECK_THAT(err(), Catch::Contains("何も取り込みませんでした"));
  CHECK(list("shiteki").empty());
}

TEST_CASE_METHOD(Fixture, "templates of letters are held against their ledgers, and filled") {
  const fs::path config = fs::path(shirube::test::source_folder) / "config";
  REQUIRE(run({"--config", config / "shirube.toml", "records", "letters"}) == 0);
  CHECK_THAT(out(), Catch::Contains("（sodan_kaitou.docx）: 問題ありません") && !Catch::Contains("使える名前"));
  REQUIRE(run({"--config", config / "shirube.toml", "records", "letters", "--names"}) == 0);
  CHECK_THAT(out(), Catch::Contains("根拠とした条項（") && Catch::Contains("主題（.）"));

  fs::copy(config, folder / "config", fs::copy_options::recursive);
  const std::string settings = folder / "config/shirube.toml";
  fs::remove(folder / "config/office/gijiroku.docx");
  write("config/office/nouhinsho.docx", "no docx");
  fs::copy_file(config / "office/sodan_kaitou.docx", folder / "config/office/tsuchi_kaisetsu.docx", fs::copy_options::overwrite_existing);
  CHECK(run({"--config", settings, "records", "letters"}) == 1);
  CHECK_THAT(out(), Catch::Contains("（gijiroku.docx）: 直す所 1件\n  ひな形がありません") && Catch::Contains("（nouhinsho.docx）: 直す所 1件") && Catch::Contains("本文「{{相談した課}}」 「相談した課」という名前はありません。"));
  CHECK_THAT(out(), Catch::Contains("（kyogi_kekka.docx）: 問題ありません"));

  REQUIRE(run({"ingest", "-"}, lines) == 0);
  REQUIRE(run({"--config", settings, "records", "add", "sodan", "asked_on=令和8年4月3日", "question=端末を持ち出してよいか"}) == 0);
  const std::string number = out().substr(0, out().find("　"));
  CHECK(run({"--config", settings, "records", "letter", number, "なし", folder / "a.docx"}) == 3);
  CHECK(run({"--config", settings, "records", "letter", "R1-相談-9999", "answer", folder / "a.docx"}) == 3);
  CHECK_FALSE(fs::exists(folder / "a.docx"));
  for (const char* name : {"answer", "相談への回答"}) {
    REQUIRE(run({"--config", settings, "records", "letter", number, name, folder / "a.docx"}) == 0);
    CHECK(slurp(folder / "a.docx").starts_with("PK"));
    fs::remove(folder / "a.docx");
  }
}

TEST_CASE_METHOD(Fixture, "facts of the command line reach the document") {
  REQUIRE(run({"ingest", write("a.md", policy), "--document", "tanmatsu", "--edition", "令和7年4月1日版", "--title", "題", "--kind", "policy", "--issuer", "星見市",
               "--number", "第1号", "--issued", "2025-03-01", "--effective", "2025-04-01", "--audience", "public"}) == 0);
  CHECK_THAT(out(), Catch::Contains("tanmatsu/2025-04-01"));
  REQUIRE(run({"search", "私物端末 種別:規程 発出者:星見市"}) == 0);
  CHECK_THAT(out(), Catch::Contains("題（令和7年4月1日版）第1条第2項第1号"));
}

TEST_CASE_METHOD(Fixture, "errors are one Japanese line with a hint, and a code of their kind") {
  std::string good = write("a.md", policy);
  struct Row {
    std::vector<std::string> arguments;
    int code;
    const char* says;
  };
  const Row rows[] = {
      {{"search", "x"}, 3, "データがありません"},
      {{"check"}, 3, "データがありません"},
      {{"outline", folder / "none"}, 3, "ファイルがありません"},
      {{"outline", write("x.png", "\x89PNG\r\n\x1a\n")}, 2, "読み込めません"},
      {{"ingest", good, "--wrong"}, 2, "知らない引数"},
      {{"ingest"}, 2, "必要な引数がありません"},
      {{"search", "x", "--limit", "many"}, 2, "値が正しくありません"},
      {{"search", "x", "--limit", "0"}, 2, "値が正しくありません"},
      {{"nonsense"}, 2, "引数"},
      {{"--config", folder / "none.toml", "check"}, 3, "設定ファイルがありません"},
      {{"ingest", folder / "none.jsonl"}, 3, "ファイルを開けません"},
  };
  for (const auto& row : rows) {
    INFO(row.arguments.front() << " " << row.says);
    CHECK(run(row.arguments) == row.code);
    std::string line = err();
    INFO(line);
    CHECK_THAT(line, Catch::StartsWith("エラー: ") && Catch::Contains(row.says) && Catch::Contains(" → "));
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  }
  CHECK(run({"ingest", good, write("x.png", "\x89PNG\r\n\x1a\n")}) == 1);
  CHECK_THAT(out(), Catch::Contains("取込 1、同一 0、訂正 0、拒否 1"));
  CHECK(run({"help"}) == 0);
  CHECK_THAT(out(), Catch::Contains("使い方"));
  CHECK(run({}) == 2);
}

TEST_CASE_METHOD(Fixture, "a service whose certificate or addresses cannot be used does not start, and says why") {
  write("access.toml", slurp(std::filesystem::path(shirube::test::source_folder) / "config/access.toml"));
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  struct Row {
    std::string setting, says;
    int code;
  };
  const Row rows[] = {
      {"certificate = \"a.pem\"", "両方を書くか、どちらも書かないでください", 2},
      {"certificate = \"a.pem\"\nkey = \"a.key\"", "設定 serve.certificate のファイルを読めません", 3},
      {"proxy_addresses = [\"proxy.example\"]", "設定 serve.proxy_addresses の「proxy.example」はアドレスではありません", 2},
      {"metrics_addresses = [\"10.0.0.0/99\"]", "設定 serve.metrics_addresses", 2},
  };
  for (const auto& row : rows) {
    INFO(row.setting);
    CHECK(run({"--config", write("shirube.toml", "[serve]\n" + row.setting + "\n"), "serve", "--port", "1"}) == row.code);
    CHECK_THAT(err(), Catch::Contains(row.says));
  }
}

TEST_CASE_METHOD(Fixture, "check names problems and fails") {
  REQUIRE(run({"ingest", write("a.md", policy)}) == 0);
  std::filesystem::remove_all(folder / "data/files");
  CHECK(run({"check"}) == 1);
  CHECK_THAT(out(), Catch::Contains("原本がありません"));
}

TEST_CASE_METHOD(Fixture, "a dry run says what would become of files, and keeps nothing") {
  write("good.md", policy);
  write("bad.pdf", "%PDF-1.7 nothing");
  REQUIRE(run({"ingest", folder / "good.md", folder / "bad.pdf", "--dry-run"}) == 1);
  CHECK_THAT(out(), Catch::Contains("取込予定") && Catch::Contains("拒否　　") && Catch::Contains("何も保存していません。"));
  REQUIRE(run({"ingest", folder / "good.md"}) == 0);
  CHECK_THAT(out(), Catch::Contains("取込 1、同一 0"));
  REQUIRE(run({"ingest", folder / "good.md", "--dry-run"}) == 0);
  CHECK_THAT(out(), Catch::Contains("取込 0、同一 1"));
  // The same name with other words would be refused.
  write("good.md", policy + "第9条　雑則\n");
  REQUIRE(run({"ingest", folder / "good.md", "--dry-run"}) == 1);
  CHECK(run({"ingest", "-", "--dry-run"}, lines) == 2);
}

TEST_CASE_METHOD(Fixture, "a folder with a table of facts is taken row by row") {
  std::filesystem::create_directories(folder / "in-box");
  write("in-box/a.md", policy);
  write("in-box/b.md", "第1条　鍵を返す。\n");
  write("in-box/facts.csv", "ファイル,識別名,件名,施行日,公開範囲\na.md,tanmatsu,端末利用基準,令和7年4月1日,公開\nb.md,kagi,鍵の扱い,いつか,公開\n");
  REQUIRE(run({"ingest", folder / "in-box"}) == 1);
  CHECK_THAT(out(), Catch::Contains("tanmatsu/2025-04-01") && Catch::Contains("facts.csv の3行目") && Catch::Contains("施行日「いつか」は日付ではありません。"));
  CHECK_THAT(out(), Catch::Contains("取込 1、同一 0、訂正 0、拒否 1"));
  write("in-box/facts.toml", "");
  REQUIRE(run({"ingest", folder / "in-box"}) == 1);
  CHECK_THAT(out(), Catch::Contains("facts.toml と facts.csv が両方あります"));
}

TEST_CASE_METHOD(Fixture, "drafts are read, mended and published from the command line") {
  write("in.txt", "第１条　端末を返す。\n第３条　鍵を返す。\n");
  write("broken.pdf", "%PDF-1.7 nothing");
  REQUIRE(run({"drafts", "add", folder / "in.txt", folder / "broken.pdf", "--audience", "public"}) == 1);
  CHECK_THAT(out(), Catch::Contains("確認待ち") && Catch::Contains("読取り失敗"));
  REQUIRE(run({"drafts", "list", "--json"}) == 0);
  Json list = Json::parse(out());
  REQUIRE(list.size() == 2);
  auto ready = std::find_if(list.begin(), list.end(), [](const Json& one) { return one["state"] == "ready"; });
  auto failed = std::find_if(list.begin(), list.end(), [](const Json& one) { return one["state"] == "failed"; });
  REQUIRE(ready != list.end());
  REQUIRE(failed != list.end());
  std::string id = (*ready)["id"].dump(), broken = (*failed)["id"].dump();
  REQUIRE(run({"drafts", "show", id}) == 0);
  CHECK_THAT(out(), Catch::Contains("疑い 番号が飛んでいます"));
  CHECK(run({"drafts", "correct", id, "3", "explode"}) == 2);
  CHECK(run({"drafts", "correct", id, "9", "drop"}) == 3);
  REQUIRE(run({"drafts", "correct", id, "3", "relabel", "第２条"}) == 0);
  CHECK_THAT(out(), !Catch::Contains("疑い"));
  REQUIRE(run({"drafts", "correct", id, "2", "join"}) == 0);
  REQUIRE(run({"drafts", "undo", id}) == 0);
  REQUIRE(run({"drafts", "facts", id, "--title", "返却の手順", "--document", "henkyaku"}) == 0);
  REQUIRE(run({"search", "鍵"}) == 0);
  CHECK_THAT(out(), !Catch::Contains("返却の手順"));  // nothing is searched before it is published
  REQUIRE(run({"drafts", "publish", id}) == 0);
  CHECK_THAT(out(), Catch::Contains("henkyaku/1"));
  REQUIRE(run({"search", "鍵"}) == 0);
  CHECK_THAT(out(), Catch::Contains("返却の手順（第1版）第2条"));
  CHECK(run({"drafts", "publish", broken}) == 5);
  CHECK(run({"drafts", "read", broken}) == 1);
  REQUIRE(run({"drafts", "drop", broken}) == 0);
  CHECK(run({"drafts", "show", broken}) == 3);
  REQUIRE(run({"check"}) == 0);
}

TEST_CASE_METHOD(Fixture, "a word is found by the reading that its document gives") {
  std::string page = write("daicho.html", "<html lang=ja><meta charset=utf-8><title>台帳の扱い</title><body><main><h1>台帳の扱い</h1><p>第１条　<ruby>翠簿<rt>すいぼ</rt></ruby>を備える。</p><p>第２条　鍵を返す。</p></main></html>");
  REQUIRE(run({"ingest", page, "--audience", "public"}) == 0);
  REQUIRE(run({"search", "すいぼ", "--json"}) == 0);
  Json found = Json::parse(out());
  REQUIRE(found["hits"].size() == 1);
  CHECK(found["hits"][0]["path"] == "1");
  Json shown = found["hits"][0];
  shown.erase("judgement"), shown.erase("url"), shown.erase("why_url"), shown.erase("more_url");  // these carry what was asked
  CHECK(shown.dump().find("すいぼ") == std::string::npos);
  REQUIRE(run({"check"}) == 0);
}

TEST_CASE_METHOD(Fixture, "events are listed, verified and exported, and a broken link is exit code 1") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  REQUIRE(run({"judge", "set", "委託", "d2/text", "2"}) == 0);
  REQUIRE(run({"events", "list"}) == 0);
  CHECK_THAT(out(), Catch::Contains("command  judgement.set  d2/text  委託   → 2"));
  CHECK_THAT(out(), Catch::Contains("editions.add"));
  REQUIRE(run({"events", "list", "--action", "judgement.*", "--json"}) == 0);
  CHECK(Json::parse(out())["subject"] == "d2/text");
  REQUIRE(run({"events", "list", "--to", "令和2年"}) == 0);
  CHECK_THAT(out(), Catch::Contains("この条件の記録はありません"));
  CHECK(run({"events", "list", "--from", "いつか"}) == 2);
  CHECK(run({"events", "list", "--action", "x'"}) == 2);
  CHECK(run({"events"}) == 2);
  REQUIRE(run({"events", "head"}) == 0);
  std::string head = out().substr(0, out().size() - 1);
  REQUIRE(run({"events", "export", "--format", "jsonl"}) == 0);
  CHECK(Json::parse(out().substr(0, out().find('\n')))["id"] == 1);
  CHECK(out().find("events.export") == std::string::npos);
  REQUIRE(run({"events", "export", "--format", "csv", "--action", "events.*"}) == 0);
  CHECK_THAT(out(), Catch::Contains("\"events.export\",\"jsonl\""));
  CHECK(run({"events", "export", "--format", "pdf"}) == 2);
  REQUIRE(run({"events", "verify"}) == 0);
  CHECK_THAT(out(), Catch::Contains("末尾の切取りは、控えておいた値（--head）と比べないと分かりません"));
  REQUIRE(run({"events", "verify", "--head", head}) == 0);
  CHECK_THAT(out(), !Catch::Contains("末尾の切取り"));
  CHECK_THAT(out(), Catch::Contains("切れ目はありませんでした"));
  CHECK(run({"events", "verify", "--head", "x"}) == 2);
  head.back() = head.back() == '0' ? '1' : '0';
  CHECK(run({"events", "verify", "--head", head}) == 1);
  CHECK_THAT(out(), Catch::Contains("控えてあったものと違います"));
}

TEST_CASE_METHOD(Fixture, "what is kept is for its owner alone") {
  auto before = ::umask(0022);
  int code = run({"ingest", "-"}, lines);
  ::umask(before);
  REQUIRE(code == 0);
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    INFO(entry.path().string());
    CHECK((entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
    ++seen;
  }
  CHECK(seen > 5);
}

TEST_CASE_METHOD(Fixture, "a backup tells the head of the events, and who is restored must sign in again") {
  REQUIRE(run({"ingest", "-"}, lines) == 0);
  REQUIRE(run({"user", "demo"}) == 0);
  {
    SQLite::Database db(data + "/shirube.db", SQLite::OPEN_READWRITE);
    db.exec("INSERT INTO sessions (account_id, token_sha256, csrf, address, agent, created_at, seen_at, second_step_due) SELECT id, 'x', 'x', '', '', 0, 0, 0 FROM accounts LIMIT 1");
  }
  REQUIRE(run({"events", "head"}) == 0);
  std::string head = out().substr(0, out().size() - 1), archive = folder / "one.tar.zst";
  REQUIRE(run({"backup", archive}) == 0);
  REQUIRE(run({"backup", "--verify", archive}) == 0);
  CHECK_THAT(out(), Catch::Contains("最新の記録: " + head));
  data = folder / "new";
  REQUIRE(run({"restore", archive}) == 0);
  CHECK_THAT(out(), Catch::Contains("利用者・パスワード・トークンは、控えを作ったときのものです"));
  SQLite::Database db(data + "/shirube.db");
  CHECK(db.execAndGet("SELECT count(*) FROM sessions").getInt() == 0);
  CHECK(db.execAndGet("SELECT count(*) FROM accounts").getInt() > 0);
  CHECK(run({"events", "verify", "--head", head}) == 0);
}
