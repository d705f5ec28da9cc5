// What a ledger of very many records costs: lists, filters, words, changes, what is due.
//   bench_records [records]        (100000)
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "corpus/address.h"
#include "corpus/outline.h"
#include "records/record.h"
#include "store/database.h"
#include "store/files.h"

using namespace shirube;
using namespace shirube::records;

namespace {

constexpr const char* description = R"(
name = "相談"
prefix = "相談"
audience = "staff"
title = "subject"
roles = ["officer"]
field = [
  { key = "asked_on", name = "受付日", kind = "date", required = ["received"] },
  { key = "subject", name = "件名" },
  { key = "unit", name = "課", kind = "unit" },
  { key = "type", name = "種類", kind = "choice", choices = ["技術", "規程", "監査"] },
  { key = "question", name = "質問", kind = "text" },
  { key = "answer", name = "回答", kind = "text" },
  { key = "citations", name = "根拠", kind = "citations" },
  { key = "work", name = "作業", kind = "rows", columns = [{ key = "what", name = "内容" }, { key = "on", name = "日", kind = "date" }, { key = "basis", name = "条項", kind = "citations" }, { key = "state", name = "様子", kind = "choice", choices = ["済", "未"] }] },
]
state = [{ key = "received", name = "受付" }, { key = "drafted", name = "回答案" }, { key = "closed", name = "済み", closed = true }]
step = [{ key = "draft", name = "案を作る", from = ["received"], to = "drafted", roles = ["officer"] }, { key = "close", name = "終える", from = ["received", "drafted"], to = "closed", roles = ["officer"] }]
due = [{ name = "回答", from = "asked_on", within = "翌日から5開庁日", states = ["received", "drafted"] }]
counter = [{ name = "規程の相談", date = "asked_on", cadence = "月2件程度", where = { type = "規程" } }]
)";

void edition(corpus::Library& library, const std::string& day, const std::string& years) {
  corpus::NewEdition out;
  out.facts.slug = "kitei", out.facts.title = "星見市記録規程", out.facts.kind = "policy", out.facts.audience = "public", out.facts.effective = day;
  out.content_hash = day;
  corpus::Page page;
  for (int i = 1; i <= 200; ++i) page.lines.emplace_back().text = fmt::format("第{}条　市は、業務{}に係る記録を、{}年間保存する。", i, i * 7919 % 1009, i % 20 ? "三" : years);
  out.clauses = corpus::outline({page});
  corpus::assign_addresses(out.clauses);
  library.add({&out, 1});
}

void time(const std::string& name, int times, const std::function<size_t()>& work) {
  std::vector<double> all;
  size_t found = 0;
  for (int i = 0; i < times; ++i) {
    auto start = std::chrono::steady_clock::now();
    found = work();
    all.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(all);
  std::printf("%-34s %8zu   p50 %8.1f ms   p95 %8.1f ms\n", name.c_str(), found, all[all.size() / 2], all[std::min(all.size() - 1, all.size() * 95 / 100)]);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
  if (count < 1'000) {
    std::fputs("bench_records [records], 1000 or more\n", stderr);
    return 2;
  }
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("shirube-bench-records-{}", std::chrono::steady_clock::now().time_since_epoch().count());
  std::filesystem::create_directories(folder / "ledgers");
  std::ofstream(folder / "ledgers/soudan.toml") << description;
  {
    store::Database database(folder / "shirube.db");
    store::Files files(folder / "files");
    corpus::Library library(database);
    const Ledgers ledgers(folder / "ledgers");
    for (const auto& fault : ledgers.faults()) std::fprintf(stderr, "%s\n", fault.c_str());
    const Calendar calendar;
    Records records(database, files, ledgers, calendar);
    records.settle();
    const corpus::Viewer viewer{{"public", "staff", "committee", "restricted"}};
    const Author author{"tanto", "officer"}, machine{"command", std::string(operator_role)};
    edition(library, "2025-04-01", "三");
    const char* things[] = {"端末", "記録媒体", "電子メール", "クラウドサービス", "私物のスマートフォン", "会議の資料", "委託先の名簿"};
    const char* acts[] = {"持ち出してよいか", "廃棄するには", "暗号化の方法", "許可の手続", "保存する年数"};
    auto on = [](int i) { return fmt::format("{}-{:02}-{:02}", 2022 + i % 4, 1 + i % 12, 1 + i % 28); };
    auto start = std::chrono::steady_clock::now();
    std::vector<Entry> entries;
    for (int i = 0; i < count; ++i) {
      Entry one;
      const std::string about = fmt::format("{}の{}", things[i % std::size(things)], acts[i % std::size(acts)]);
      one.values = {{"asked_on", {on(i)}}, {"subject", {about}}, {"unit", {fmt::format("第{}課", i % 60)}}, {"type", {i % 3 == 0 ? "技術" : i % 3 == 1 ? "規程" : "監査"}},
                    {"question", {fmt::format("{}。課の業務{}で要るので、いつまでに誰の許可を受けるのかを知りたい。{}", about, i * 7919 % 10'007, i == count / 2 ? "珍しい鯨の写真がある。" : "")}},
                    {"answer", {"統括情報セキュリティ責任者の許可を受け、台帳に記録する。終わったら返却し、内容を消去する。"}}};
      if (i % 10 == 0) one.values["citations"] = {fmt::format("kitei/2025-04-01/{}", 1 + i / 10 % 200)};
      one.state = i % 100 == 0 ? "" : i % 100 == 1 ? "drafted" : "closed";
      entries.push_back(std::move(one));
      if (entries.size() < most_entries && i + 1 < count) continue;
      for (const auto& fault : records.change_all(viewer, machine, "soudan", entries, false)) std::fprintf(stderr, "%s\n", fault.message.c_str());
      entries.clear();
    }
    std::printf("filled: %d records in %.1f s\n", count, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::fflush(stdout);
    Values wide = {{"asked_on", {"2026-04-03"}}, {"subject", {"長い表"}}};
    for (int i = 0; i < 1'000; ++i) wide["work"].push_back(Row{0, {fmt::format("作業{}を確かめる", i), "2026-04-03", fmt::format("kitei/2025-04-01/{}", 1 + i % 200), i % 2 ? "済" : "未"}}.value());
    const std::string long_one = records.add(viewer, author, "soudan", wide, "", {2026, 4, 3}).number;
    const std::string plain = records.add(viewer, author, "soudan", {{"asked_on", {"2026-04-03"}}, {"subject", {"短い件"}}}, "", {2026, 4, 3}).number;
    edition(library, "2026-04-01", "五");
    std::atomic<bool> stop = false;
    time("reviews found", 1, [&] { return records.find_reviews(stop); });
    time("reviews found again", 3, [&] { return records.find_reviews(stop); });

    const size_t page = 50;
    auto list = [&](const char* name, const RecordFilter& filter, size_t first = 0) { time(name, 20, [&] { return records.list(viewer, "soudan", filter, first, page).total; }); };
    list("first page", {});
    list("page 1000", {}, std::min<size_t>(999 * page, static_cast<size_t>(count) - page));
    list("by state", {.states = {"drafted"}});
    list("by most states", {.states = {"closed"}});
    list("open", {.open = true});
    list("by choice", {.where = {{"type", "規程"}}});
    list("by unit and choice", {.where = {{"type", "規程"}, {"unit", "第7課"}}});
    list("by owner", {.owner = "command"});
    list("by days", {.date_field = "asked_on", .from = "2024-01-01", .to = "2024-03-31"});
    list("two frequent words", {.words = "端末 許可"});
    list("a rare word", {.words = "鯨の写真"});
    list("a word that is nowhere", {.words = "海豚"});
    list("one character", {.words = "鯨"});
    list("one frequent character", {.words = "課"});
    list("to review", {.to_review = true});
    time("states", 20, [&] { return records.states(viewer, "soudan").size(); });
    time("find", 50, [&] { return records.find(viewer, plain)->values.size(); });
    time("find, 1000 rows", 20, [&] { return records.find(viewer, long_one)->values.size(); });
    int turn = 0;
    time("change", 30, [&] { return static_cast<size_t>(records.change(viewer, author, plain, 0, {{"answer", {fmt::format("{}回目の答え。", ++turn)}}}).revision); });
    time("change of a row of 1000", 30, [&] {
      const auto rows = records.find(viewer, long_one)->values.at("work");
      Row row = row_of(rows[500]);
      row.cells[0] = fmt::format("{}回目の作業", ++turn);
      return static_cast<size_t>(records.change_row(viewer, author, long_one, "work", rows[500], row).revision);
    });
    time("alike", 20, [&] { return records.alike(viewer, "soudan", "私物のスマートフォンを庁内で使い、会議の資料を読む許可の手続について知りたい。", 5).size(); });
    time("used", 20, [&] { return records.used(viewer, "soudan", "unit", 20).size(); });
    time("citing", 20, [&] { return records.citing(viewer, "kitei", 20).size(); });
    time("reviews of one", 20, [&] { return records.reviews(viewer, *records.find(viewer, long_one)).size(); });
    time("board", 10, [&] { return records.board(viewer, {2026, 4, 10}).size(); });
    time("counts", 20, [&] { return records.counts(viewer, "soudan", {2025, 12, 10}).at(0).tally.count; });
  }
  std::filesystem::remove_all(folder);
}
