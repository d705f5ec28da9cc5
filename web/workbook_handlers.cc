// Lists that leave for a spreadsheet.
#include <fmt/format.h>

#include "office/workbook.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/date.h"
#include "text/error.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

constexpr size_t most_rows = 1000;

std::vector<std::string> row_of(const search::Hit& hit, size_t rank, const std::string& origin) {
  const auto& [id, document, edition, clause, above] = hit.clause;
  std::string words;
  for (const auto& passage : hit.passages) words += (words.empty() ? "" : " … ") + clause.text.substr(passage.window.begin, passage.window.end - passage.window.begin);
  const std::string& audience = clause.audience.empty() ? document.audience : clause.audience;
  return {std::to_string(rank),
          full_title_of(clause),
          document.title,
          edition.label,
          std::string(corpus::japanese_name(edition.state)),
          std::string(corpus::label_of(corpus::audiences(), audience)),
          edition.issued,
          edition.effective,
          hit.clause.citation(),
          words,
          origin + clause_url(document.slug, edition.key, clause.path)};
}

}  // namespace

Response send_results(const Visit& visit) {
  // It is told, and is work: a page of somebody else's must not set it off.
  std::string_view site = header_of(visit.request.headers, "Sec-Fetch-Site");
  if (site == "cross-site" || site == "same-site") throw Error(ErrorKind::forbidden, "ほかのサイトからは書き出せません。", "検索結果の画面から書き出してください。");
  Context context = visit.context();
  Asked asked = read_asked(context, visit.call.target);
  if (asked.query.empty()) throw Error(ErrorKind::invalid, "探す言葉がありません。", "言葉を入れて検索してから書き出してください。");
  asked.first = 0;
  asked.most = most_rows;
  office::Sheet sheet;
  sheet.name = "検索結果";
  sheet.columns = {{"順位", 6}, {"条項", 24}, {"資料", 28}, {"版", 16}, {"状態", 8}, {"公開範囲", 10}, {"発出日", 12}, {"施行日", 12}, {"引用", 40}, {"本文の該当部分", 60}, {"アドレス", 40}};
  uint64_t total = 0;
  bool exact = true;
  {
    auto reader = context.readers.borrow();
    auto results = reader->searcher().search(asked.query, context.viewer, window(asked));
    total = asked.folded ? results.found.documents : results.found.total;
    exact = results.found.total_exact;
    const std::string origin = origin_of(visit);
    for (const auto& hit : results.hits) sheet.rows.push_back(row_of(hit, sheet.rows.size() + 1, origin));
  }
  const char* unit = asked.folded ? "資料" : "条項";
  sheet.about = {"検索: " + asked.query.understood(),
                 fmt::format("{} 書出し　{}{}{}件のうち{}件", text::to_wareki(text::today()), unit, exact ? "" : "約", total, sheet.rows.size())};
  Response response;
  response.content_type = office::workbook_type;
  response.body = office::write_workbook(sheet);
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"shirube-search.xlsx\"");
  // Nothing leaves before it is on disk that it did.
  visit.service.options.database.write([&](SQLite::Database& db) { store::append(db, {"export.search", "", fmt::format("{}件 {}", sheet.rows.size(), asked.query.understood())}); });
  return response;
}

}  // namespace shirube::web
