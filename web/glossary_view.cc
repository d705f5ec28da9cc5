// 用語集: what documents define, and the city's dictionary, by reading.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <unordered_map>

#include "text/normalize.h"
#include "text/romaji.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t terms_a_page = 100, most_terms = 5000, longest_part = 100;

struct Entry {
  std::string term, reading;  ///< reading: hiragana
  std::vector<std::string> others{};
  std::vector<corpus::GlossaryPlace> places{};
};

/// A row of the syllabary by the kana that words of it begin with.
struct Row {
  std::string_view key, kana;
};
constexpr Row rows[] = {{"あ", "あいうえおぁぃぅぇぉゔ"}, {"か", "かきくけこがぎぐげごゕゖ"}, {"さ", "さしすせそざじずぜぞ"}, {"た", "たちつてとだぢづでどっ"}, {"な", "なにぬねの"},
                        {"は", "はひふへほばびぶべぼぱぴぷぺぽ"}, {"ま", "まみむめも"}, {"や", "やゆよゃゅょ"}, {"ら", "らりるれろ"}, {"わ", "わをんゎゐゑ"}};
constexpr std::string_view other_row = "英数";

std::string_view row_of(const std::string& reading) {
  std::string first = reading.empty() ? "" : reading.substr(0, text::code_point_at(reading, 0).length);
  for (const auto& row : rows) {
    if (!first.empty() && row.kana.find(first) != row.kana.npos) return row.key;
  }
  return other_row;
}

bool holds_kanji(const std::string& words) {
  for (size_t at = 0; at < words.size();) {
    auto [c, length] = text::code_point_at(words, at);
    if (text::is_kanji(c)) return true;
    at += length;
  }
  return false;
}

/// Lines of a file of the dictionary: columns apart by tabs.
std::vector<std::vector<std::string>> lines_of(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#' || !text::is_valid_utf8(line)) continue;
    std::vector<std::string> columns;
    for (size_t at = 0; at <= line.size();) {
      size_t end = std::min(line.find('\t', at), line.size());
      std::string_view column = text::trim(std::string_view(line).substr(at, end - at));
      if (!column.empty()) columns.emplace_back(column);
      at = end + 1;
    }
    if (!columns.empty()) out.push_back(std::move(columns));
  }
  return out;
}

/// Entries by what they are called, in any case and width.
class Entries {
 public:
  Entry& at(const std::string& term) {
    auto [known, fresh] = by_name_.try_emplace(text::fold(term), entries_.size());
    if (fresh) entries_.push_back({term, ""});
    return entries_[known->second];
  }
  /// Other names of an entry. A group without one is of the language (赤ちゃん, 乳児), not of this office.
  void add_names(const std::vector<std::string>& names) {
    size_t held = entries_.size();
    for (const auto& name : names) {
      auto known = by_name_.find(text::fold(name));
      if (known != by_name_.end()) held = std::min(held, known->second);
    }
    if (held == entries_.size()) return;
    Entry& entry = entries_[held];
    for (const auto& name : names) {
      by_name_.try_emplace(text::fold(name), held);
      if (text::fold(name) != text::fold(entry.term)) entry.others.push_back(name);
    }
  }
  std::vector<Entry> take() { return std::move(entries_); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> by_name_;
};

/// How terms are read aloud; the analyzer takes longer than a page has for thousands of them.
std::string reading_of(const std::string& term, const text::Analyzer& analyzer) {
  constexpr size_t most_kept = 20'000;
  static std::mutex mutex;
  static std::unordered_map<std::string, std::string> kept;
  {
    std::lock_guard lock(mutex);
    if (auto known = kept.find(term); known != kept.end()) return known->second;
  }
  std::string reading = analyzer.reading(term);
  std::lock_guard lock(mutex);
  if (kept.size() >= most_kept) kept.clear();
  return kept[term] = reading;
}

std::vector<Entry> entries_of(const Context& context, const text::Analyzer& analyzer, const corpus::Glossary::Found& found) {
  Entries entries;
  for (const auto& columns : lines_of(context.lexicon / "terms.tsv")) {
    Entry& entry = entries.at(columns.front());
    if (columns.size() > 1) entry.reading = text::to_hiragana(columns[1]);
  }
  for (const auto& term : found.terms) {
    Entry& entry = entries.at(term.term);
    entry.places.insert(entry.places.end(), term.places.begin(), term.places.end());
  }
  for (const auto& names : lines_of(context.lexicon / "synonyms.tsv")) entries.add_names(names);
  auto all = entries.take();
  for (auto& entry : all) {
    if (entry.reading.empty()) entry.reading = reading_of(entry.term, analyzer);
    if (holds_kanji(entry.reading)) entry.reading.clear();  // what the dictionary cannot read is no reading
  }
  std::ranges::sort(all, [](const Entry& a, const Entry& b) {
    bool a_other = row_of(a.reading) == other_row, b_other = row_of(b.reading) == other_row;
    return a_other != b_other ? b_other : std::tie(a.reading, a.term) < std::tie(b.reading, b.term);
  });
  return all;
}

bool holds(const Entry& entry, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& part) {
    auto in = [&](const std::string& name) { return text::fold(name).find(part) != std::string::npos; };
    return in(entry.term) || entry.reading.find(text::to_hiragana(part)) != std::string::npos || std::ranges::any_of(entry.others, in);
  });
}

Json entry_model(const Context& context, const Entry& entry) {
  Json places = Json::array();
  std::vector<int64_t> ids;
  for (const auto& place : entry.places) ids.push_back(place.clause_id);
  for (const auto& placed : context.library.clauses_by_id(context.viewer, ids)) {
    auto said = std::ranges::find(entry.places, placed.id, &corpus::GlossaryPlace::clause_id);
    Json model = reference_model(placed);
    model["explanation"] = said->explanation;
    places.push_back(std::move(model));
  }
  return {{"term", entry.term}, {"reading", entry.reading}, {"others", entry.others}, {"places", places}};
}

}  // namespace

Json terms_view(const Context& context, const Call& call) {
  const std::string q(text::trim(read_words(call.target))), row = call.target.parameter("row").value_or("");
  const std::string part = text::to_utf8(text::to_utf32(q).substr(0, longest_part));
  auto reader = context.readers.borrow();
  auto found = context.glossary.find(context.viewer, "", most_terms);
  // Of very many, those that are asked for.
  const bool more = found.more;
  if (more) found = context.glossary.find(context.viewer, part, most_terms);
  auto entries = entries_of(context, reader->analyzer(), found);
  std::map<std::string, size_t> counts;
  std::vector<std::string> wanted;
  if (!part.empty()) {
    wanted.push_back(text::fold(part));
    for (const auto& romaji : text::read_romaji(part)) {
      if (romaji.rest.empty()) wanted.push_back(romaji.kana);
    }
  }
  std::erase_if(entries, [&](const Entry& entry) { return !wanted.empty() && !holds(entry, wanted); });
  for (const auto& entry : entries) ++counts[std::string(row_of(entry.reading))];
  std::erase_if(entries, [&](const Entry& entry) { return !row.empty() && row_of(entry.reading) != row; });
  const size_t pages = std::max<size_t>(1, (entries.size() + terms_a_page - 1) / terms_a_page), page = call.target.number("page", 1, pages, 1);
  Json shown = Json::array(), bar = Json::array();
  for (size_t i = (page - 1) * terms_a_page; i < std::min(entries.size(), page * terms_a_page); ++i) shown.push_back(entry_model(context, entries[i]));
  std::vector<std::pair<std::string, std::string>> asked;
  if (!part.empty()) asked.emplace_back("q", part);
  auto add = [&](const std::string& key) {
    auto parameters = asked;
    parameters.emplace_back("row", key);
    bar.push_back({{"label", key}, {"count", counts[key]}, {"chosen", key == row}, {"url", counts[key] ? "/terms" + write_query(parameters) : ""}});
  };
  for (const auto& one : rows) add(std::string(one.key));
  add(std::string(other_row));
  const std::string all_url = "/terms" + write_query(asked);
  if (!row.empty()) asked.emplace_back("row", row);
  return {{"title", "用語集"}, {"q", part}, {"row", row}, {"rows", bar}, {"all_url", all_url}, {"count", entries.size()}, {"more", more && part.empty()}, {"terms", shown}, {"paging", paging_model(page, page < pages, "/terms", asked)}};
}

}  // namespace shirube::web
