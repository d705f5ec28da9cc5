#include "search/lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

constexpr size_t largest_file = 8 << 20;
constexpr size_t most_lines = 20'000;

struct Line {
  size_t number;
  std::vector<std::string> cells;
};

std::vector<Line> read_lines(const std::filesystem::path& file) {
  std::vector<Line> lines;
  if (!std::filesystem::exists(file)) return lines;
  std::string content = store::read_file(file, largest_file);
  std::string_view rest = content;
  for (size_t number = 1; !rest.empty(); ++number) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = text::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!text::is_valid_utf8(line) || lines.size() == most_lines) {
      throw Error(ErrorKind::invalid, fmt::format("{} の{}行目を読めません。", file.string(), number), "UTF-8 で、2万行以内にしてください。");
    }
    Line out{number, {}};
    while (true) {
      size_t tab = std::min(line.find('\t'), line.size());
      std::string cell(text::trim(line.substr(0, tab)));
      if (!cell.empty()) out.cells.push_back(std::move(cell));
      if (tab == line.size()) break;
      line.remove_prefix(tab + 1);
    }
    lines.push_back(std::move(out));
  }
  return lines;
}

[[noreturn]] void invalid(const std::filesystem::path& file, size_t line, const std::string& what, const char* hint) {
  throw Error(ErrorKind::invalid, fmt::format("{} の{}行目: {}", file.string(), line, what), hint);
}

}  // namespace

Lexicon::Lexicon(const std::filesystem::path& folder, const text::Analyzer& analyzer) {
  auto synonyms = folder / "synonyms.tsv", pins = folder / "pinned.tsv";
  std::map<std::string, size_t> line_of;
  for (const auto& line : read_lines(synonyms)) {
    if (line.cells.size() < 2) invalid(synonyms, line.number, "語が一つしかありません。", "同じ意味の語をタブで区切って並べてください。");
    for (const auto& cell : line.cells) {
      Variant variant{text::fold(cell), {}, groups_.size()};
      auto [earlier, fresh] = line_of.try_emplace(variant.folded, line.number);
      if (!fresh) invalid(synonyms, line.number, fmt::format("「{}」は{}行目にもあります。", cell, earlier->second), "一つの語は一つの組だけに書いてください。");
      std::set<std::string> seen;
      for (const auto& token : analyzer.analyze(cell)) {
        if (text::is_content(token) && seen.insert(token.term).second) variant.terms.push_back(token.term);
      }
      variants_.push_back(std::move(variant));
    }
    groups_.emplace_back();
  }
  std::ranges::stable_sort(variants_, [](const Variant& a, const Variant& b) { return a.folded.size() > b.folded.size(); });
  for (size_t i = 0; i < variants_.size(); ++i) groups_[variants_[i].group].push_back(i);
  for (const auto& line : read_lines(folder / "boilerplate.tsv")) boilerplate_.insert(line.cells.begin(), line.cells.end());
  for (const auto& line : read_lines(pins)) {
    if (line.cells.size() != 2) invalid(pins, line.number, "検索語と宛先の二つがありません。", "「検索語<タブ>資料の名前/版/条項」の形で書いてください。");
    pins_.push_back({text::fold(line.cells[0]), line.cells[1]});
  }
}

std::vector<Widening> Lexicon::widen(const text::Normalized& query, const std::vector<text::Token>& tokens) const {
  std::set<size_t> begins, ends;
  for (const auto& token : tokens) {
    begins.insert(token.begin);
    ends.insert(token.end);
  }
  std::vector<Widening> out;
  std::vector<std::pair<size_t, size_t>> taken;
  const std::string& text = query.text();
  for (const auto& variant : variants_) {
    if (variant.folded.size() > text.size()) continue;
    for (size_t at = text.find(variant.folded); at != text.npos; at = text.find(variant.folded, at + 1)) {
      size_t end = at + variant.folded.size();
      bool on_borders = begins.contains(query.original_begin(at)) && ends.contains(query.original_end(end));
      bool inside = std::ranges::any_of(taken, [&](const auto& span) { return at < span.second && span.first < end; });
      if (!on_borders || inside) continue;
      taken.emplace_back(at, end);
      for (size_t other : groups_[variant.group]) {
        if (variants_[other].folded != variant.folded && !variants_[other].terms.empty()) out.push_back({at, end, &variants_[other]});
      }
      break;
    }
  }
  return out;
}

std::vector<std::string> Lexicon::pinned(std::string_view query) const {
  std::vector<std::string> addresses;
  if (pins_.empty()) return addresses;
  std::string folded = text::fold(text::trim(query));
  for (const auto& pin : pins_) {
    if (pin.query == folded) addresses.push_back(pin.address);
  }
  return addresses;
}

}  // namespace shirube::search
