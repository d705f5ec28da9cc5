#include "search/query_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "corpus/document.h"
#include "text/analyzer.h"
#include "text/date.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using Kind = Part::Kind;

/// How the value of a field is read.
enum class Reading { text, kind, audience, clause, edition, day, range, fiscal };

struct FieldName {
  std::string_view name;
  Kind kind;
  Reading reading;
};

constexpr FieldName field_names[] = {
    {"件名", Kind::title, Reading::text},           {"題名", Kind::title, Reading::text},
    {"title", Kind::title, Reading::text},          {"発出者", Kind::issuer, Reading::text},
    {"issuer", Kind::issuer, Reading::text},        {"番号", Kind::number, Reading::text},
    {"文書番号", Kind::number, Reading::text},      {"number", Kind::number, Reading::text},
    {"公開範囲", Kind::audience, Reading::audience}, {"audience", Kind::audience, Reading::audience},
    {"種別", Kind::kind, Reading::kind},            {"kind", Kind::kind, Reading::kind},
    {"条", Kind::clause, Reading::clause},          {"条項", Kind::clause, Reading::clause},
    {"clause", Kind::clause, Reading::clause},      {"版", Kind::edition, Reading::edition},
    {"edition", Kind::edition, Reading::edition},   {"時点", Kind::edition, Reading::day},
    {"日付", Kind::begins, Reading::range},         {"年度", Kind::begins, Reading::fiscal},
    {"発出", Kind::issued, Reading::range},         {"発出日", Kind::issued, Reading::range},
    {"施行", Kind::effective, Reading::range},      {"施行日", Kind::effective, Reading::range},
};

const FieldName* find_field(std::string_view name) {
  std::string folded = text::fold(name);
  auto row = std::ranges::find(field_names, std::string_view(folded), &FieldName::name);
  return row == std::end(field_names) ? nullptr : row;
}

// ---- days ----

/// A date as days; with `fiscal` as the year of April to March that it names or falls in.
std::optional<text::DateSpan> read_span(std::string_view s, bool fiscal) {
  using Unit = text::DateSpan::Unit;
  auto span = text::parse_date(s);
  if (!span) return std::nullopt;
  if (fiscal && span->unit != Unit::fiscal_year) {
    int year = span->unit == Unit::year ? span->first.year : text::fiscal_year(span->first);
    span = {{year, 4, 1}, {year + 1, 3, 31}, Unit::fiscal_year};
  }
  // ISO days compare as text only while their years have four digits.
  span->last = std::min(span->last, text::Date{9999, 12, 31});
  return span;
}

/// 「first‥last」 about one of `separators`; one side may be open.
std::optional<Range> read_range(std::string_view s, std::initializer_list<std::string_view> separators, bool fiscal) {
  for (auto separator : separators) {
    for (size_t at = 0; (at = s.find(separator, at)) != s.npos; ++at) {
      std::string_view left = text::trim(s.substr(0, at)), right = text::trim(s.substr(at + separator.size()));
      auto first = read_span(left, fiscal), last = read_span(right, fiscal);
      if ((!left.empty() && !first) || (!right.empty() && !last) || (!first && !last)) continue;
      if (first && last && last->last < first->first) std::swap(first, last);
      return Range{first ? text::to_iso(first->first) : "", last ? text::to_iso(last->last) : ""};
    }
  }
  return std::nullopt;
}

std::optional<Range> read_days(std::string_view s, bool fiscal) {
  if (auto span = read_span(s, fiscal)) return Range{text::to_iso(span->first), text::to_iso(span->last)};
  return read_range(s, {"...", "..", "~", "-"}, fiscal);
}

// ---- editions ----

struct EditionWord {
  std::string_view word;
  EditionChoice::Kind kind;
};

constexpr EditionWord edition_words[] = {
    {"現行", EditionChoice::Kind::current}, {"最新", EditionChoice::Kind::current},  {"current", EditionChoice::Kind::current},
    {"旧版", EditionChoice::Kind::past},    {"past", EditionChoice::Kind::past},     {"未施行", EditionChoice::Kind::future},
    {"future", EditionChoice::Kind::future}, {"すべて", EditionChoice::Kind::all},   {"全て", EditionChoice::Kind::all},
    {"all", EditionChoice::Kind::all},
};

EditionChoice read_edition(std::string_view value, const std::string& folded) {
  auto row = std::ranges::find(edition_words, std::string_view(folded), &EditionWord::word);
  if (row != std::end(edition_words)) return {row->kind, ""};
  auto span = text::parse_date(folded);
  // 「令和7年」 is the beginning of a label sooner than a day.
  if (span && span->unit == text::DateSpan::Unit::day) return {EditionChoice::Kind::day, text::to_iso(span->first)};
  return {EditionChoice::Kind::label, std::string(value)};
}

// ---- clauses ----

/// 12 → 第12条, 12の2-3 → 第12条の2第3項, 12-2-1 → 第12条第2項第1号 as in a clause's address; any other text as it is.
std::string written_out(const std::string& s) {
  std::string out;
  std::string_view rest = s;
  for (std::string_view unit : {"条", "項", "号"}) {
    std::string_view step = rest.substr(0, rest.find('-'));
    size_t number = std::min(step.find("の"), step.size());
    if (!text::numeral_value(step.substr(0, number))) return s;
    out += fmt::format("第{}{}{}", step.substr(0, number), unit, step.substr(number));
    if (step.size() == rest.size()) return out;
    rest.remove_prefix(step.size() + 1);
  }
  return s;
}

/// The steps of text::references() that all of `folded` consists of; 「12条2項」 may go without 第.
std::optional<std::string> read_clause(const std::string& folded) {
  constexpr int most_steps = 8;
  std::string rest = written_out(text::replace_all(folded, " ", "")), out;
  for (int step = 0; step < most_steps && !rest.empty(); ++step) {
    if (text::read_numeral(rest)) rest = "第" + rest;
    auto found = text::references(text::normalize(rest));
    if (found.empty() || found.front().begin != 0) return std::nullopt;
    out += found.front().term;
    rest.erase(0, found.front().end);
  }
  if (!rest.empty() || out.empty()) return std::nullopt;
  return out;
}

}  // namespace

bool is_field(std::string_view name) { return find_field(name) != nullptr; }

std::optional<Field> read_field(std::string_view name, std::string_view value) {
  const FieldName* field = find_field(name);
  value = text::trim(value);
  if (field == nullptr || !has_letters(value)) return std::nullopt;
  std::string folded = text::fold(value);
  Field out{field->kind, "", {}, {}};
  switch (field->reading) {
    case Reading::text:
      out.text = value;
      return out;
    case Reading::kind:
      if (auto key = corpus::key_of(corpus::document_kinds(), folded)) {
        out.text = *key;
        return out;
      }
      return std::nullopt;
    case Reading::audience:
      out.text = corpus::key_of(corpus::audiences(), folded).value_or(value);  // else the name of a group
      return out;
    case Reading::clause:
      if (auto clause = read_clause(folded)) {
        out.text = *clause;
        return out;
      }
      return std::nullopt;
    case Reading::edition:
      out.edition = read_edition(value, folded);
      return out;
    case Reading::day:
      if (auto span = read_span(folded, false)) {
        // As of a month or year: as things stood at its end.
        out.edition = {EditionChoice::Kind::day, text::to_iso(span->last)};
        return out;
      }
      return std::nullopt;
    case Reading::range:
    case Reading::fiscal:
      if (auto range = read_days(folded, field->reading == Reading::fiscal)) {
        out.range = *range;
        return out;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Field> read_bare_range(std::string_view text) {
  auto range = read_range(text::fold(text), {"...", ".."}, false);
  if (!range) return std::nullopt;
  return Field{Kind::begins, "", {}, *range};
}

bool has_letters(std::string_view text) { return !text::bigrams(text::normalize(text)).empty(); }

}  // namespace shirube::search
