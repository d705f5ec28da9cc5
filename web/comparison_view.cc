#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "corpus/comparison.h"
#include "text/difference.h"
#include "text/error.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

using corpus::Compared;
using corpus::Fate;
using Clauses = std::vector<corpus::StoredClause>;

constexpr size_t rows_a_page = 100;

/// The edition that `from` names, else the one that was in force before; a position among editions, newest first.
size_t other_edition(const FoundEdition& found, const Target& target) {
  auto from = target.parameter("from");
  if (!from) {
    if (found.position + 1 < found.editions.size()) return found.position + 1;
    throw Error(ErrorKind::missing, "これより前の版はありません。", "この資料の最も古い版です。ほかの版と比べるには、版を選んでください。");
  }
  auto other = std::ranges::find(found.editions, *from, &corpus::Edition::key);
  if (other == found.editions.end()) throw Error(ErrorKind::missing, "比べる版が見つかりません。", fmt::format("「{}」の版から選んでください。", found.document.title));
  size_t position = static_cast<size_t>(other - found.editions.begin());
  if (position == found.position) throw Error(ErrorKind::invalid, "同じ版どうしは比べられません。", "別の版を選んでください。");
  return position;
}

using Changes = std::vector<text::Change>;

/// One side of changes, as marks.
std::vector<search::Span> marks(const Changes& changes, text::Stretch text::Change::*side) {
  std::vector<search::Span> out;
  for (const auto& change : changes) out.push_back({(change.*side).begin, (change.*side).end});
  return out;
}

Json side_model(const corpus::Document& document, const corpus::Edition& edition, const corpus::Clause& clause, text::Stretch text::Change::*side, const Changes& of_title,
                const Changes& of_text) {
  Json out = clause_model(document, edition, clause);
  out["title_segments"] = segments(full_title_of(clause), marks(of_title, side));
  out["segments"] = segments(clause.text, marks(of_text, side));
  out["text"] = clause.text;
  return out;
}

/// Both sides with what differs marked; what has no counterpart without marks, as all of it is new, or gone.
Json row_model(const FoundEdition& found, const corpus::Edition& older, const corpus::Edition& newer, const Compared& row, const Clauses& before, const Clauses& after) {
  static const std::map<Fate, std::string_view> names = {{Fate::same, "same"}, {Fate::changed, "changed"}, {Fate::added, "added"}, {Fate::removed, "removed"}};
  static const std::map<Fate, std::string_view> labels = {{Fate::same, "同じ"}, {Fate::changed, "改正"}, {Fate::added, "新設"}, {Fate::removed, "削除"}};
  Changes title, words;
  if (row.before && row.after) {
    title = text::changes(full_title_of(before[*row.before].clause), full_title_of(after[*row.after].clause));
    if (row.fate == Fate::changed) words = text::changes(before[*row.before].clause.text, after[*row.after].clause.text);
  }
  Json out = {{"fate", names.at(row.fate)},
              {"fate_label", row.moved && row.fate == Fate::same ? "移動" : labels.at(row.fate)},
              {"moved", row.moved},
              {"same_words", row.fate == Fate::same},
              {"before", nullptr},
              {"after", nullptr}};
  if (row.before) out["before"] = side_model(found.document, older, before[*row.before].clause, &text::Change::before, title, words);
  if (row.after) out["after"] = side_model(found.document, newer, after[*row.after].clause, &text::Change::after, title, words);
  return out;
}

}  // namespace

ChangeCounts count_changes(std::span<const Compared> rows) {
  ChangeCounts counts;
  for (const auto& row : rows) {
    counts.changed += row.fate == Fate::changed;
    counts.added += row.fate == Fate::added;
    counts.removed += row.fate == Fate::removed;
    counts.moved += row.moved && row.fate == Fate::same;
  }
  return counts;
}

Json changes_view(const Context& context, const Call& call) {
  FoundEdition found = find_edition(context, call.arguments[0], call.arguments[1]);
  size_t other = other_edition(found, call.target);
  bool all = call.target.parameter("show") == "all";
  // Whichever was asked for from where: what came later is the new one.
  const auto& newer = found.editions[std::min(found.position, other)];
  const auto& older = found.editions[std::max(found.position, other)];
  const std::string& slug = found.document.slug;
  Clauses before = context.library.clauses(context.viewer, slug, older.key), after = context.library.clauses(context.viewer, slug, newer.key);
  std::vector<Compared> rows = *context.comparisons.of(before, after);
  ChangeCounts counts = count_changes(rows);
  std::erase_if(rows, [&](const Compared& row) { return !all && row.fate == Fate::same && !row.moved; });
  size_t pages = std::max<size_t>(1, (rows.size() + rows_a_page - 1) / rows_a_page), page = call.target.number("page", 1, pages, 1);
  Json shown = Json::array(), choices = Json::array();
  for (size_t i = (page - 1) * rows_a_page; i < std::min(rows.size(), page * rows_a_page); ++i) shown.push_back(row_model(found, older, newer, rows[i], before, after));
  for (const auto& edition : found.editions) {
    if (&edition == &newer) continue;
    Json choice = edition_model(found.document, edition);
    choice["chosen"] = &edition == &older;
    choice["url"] = changes_url(slug, newer.key, edition.key);
    choices.push_back(std::move(choice));
  }
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  std::string url = changes_url(slug, newer.key);
  const Parameters only = {{"from", older.key}}, everything = {{"from", older.key}, {"show", "all"}};
  return {{"title", fmt::format("{}　{}と{}の違い", found.document.title, newer.label, older.label)},
          {"document", document_model(found.document)},
          {"edition", edition_model(found.document, newer)},
          {"before", edition_model(found.document, older)},
          {"choices", choices},
          {"several_choices", choices.size() > 1},
          {"changed", counts.changed},
          {"added", counts.added},
          {"removed", counts.removed},
          {"moved", counts.moved},
          {"all", all},
          {"other_url", url + write_query(all ? only : everything)},
          {"rows", shown},
          {"paging", paging_model(page, page < pages, url, all ? everything : only)}};
}

}  // namespace shirube::web
