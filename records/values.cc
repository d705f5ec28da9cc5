#include "records/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "text/date.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;

constexpr size_t file_cells = 8;

bool is_number(const std::string& value) {
  size_t digits = value.starts_with('-') ? 1 : 0;
  return value.size() > digits && value.size() <= 20 && value.find_first_not_of("0123456789.", digits) == value.npos && std::ranges::count(value, '.') <= 1 && value.back() != '.' && value[digits] != '.';
}

bool is_time(const std::string& value) {
  constexpr std::string_view form = "00:00";
  if (value.size() != form.size()) return false;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '0' ? value[i] < '0' || value[i] > '9' : value[i] != form[i]) return false;
  }
  return value.substr(0, 2) < "24" && value.substr(3) < "60";
}

/// 9時05分, 9:05, 午後3時 as 09:05, 15:00; what is none as it is.
std::string time_of(const std::string& typed) {
  std::string said = text::fold(typed);
  bool afternoon = said.starts_with("午後"), morning = said.starts_with("午前");
  if (afternoon || morning) said = said.substr(std::string("午後").size());
  size_t at = 0;
  auto number = [&]() -> std::optional<int> {
    size_t begin = at;
    while (at < said.size() && at - begin < 2 && said[at] >= '0' && said[at] <= '9') ++at;
    return at == begin ? std::nullopt : std::optional(std::stoi(said.substr(begin, at - begin)));
  };
  auto skip = [&](std::string_view word) {
    bool there = std::string_view(said).substr(at).starts_with(word);
    if (there) at += word.size();
    return there;
  };
  auto hour = number();
  if (!hour) return typed;
  int minute = 0;
  if (skip("時半")) minute = 30;
  else if (skip("時") || skip(":")) {
    auto said_minute = number();
    minute = said_minute.value_or(0);
    if (said_minute) skip("分");
    else if (said[at - 1] == ':') return typed;
  } else return typed;
  if (afternoon && *hour < 12) *hour += 12;
  return at == said.size() ? fmt::format("{:02}:{:02}", *hour, minute) : typed;
}

/// slug/edition/path, none of them empty.
bool is_address(const std::string& value) {
  size_t edition = value.find('/'), path = edition == value.npos ? edition : value.find('/', edition + 1);
  return path != value.npos && edition > 0 && path > edition + 1 && path + 1 < value.size() && value.find('/', path + 1) == value.npos && value.find("..") == value.npos;
}

bool is_hash(const std::string& value) { return value.size() == 64 && value.find_first_not_of("0123456789abcdef") == value.npos; }

bool is_chosen(const Field& field, const std::string& value) { return field.open || std::ranges::find(field.choices, value) != field.choices.end(); }

/// What is wrong with one text of a kind that is not made of cells; empty: nothing.
std::string fault_of(const Field& field, const std::string& value) {
  const bool lines = field.kind == FieldKind::text;
  bool unseen = std::ranges::any_of(value, [&](char c) { return (static_cast<unsigned char>(c) < 0x20 && !(lines && c == '\n')) || c == 0x7F; });
  if (unseen || !text::is_valid_utf8(value)) return "使えない文字があります。";
  const size_t longest = lines ? longest_text : field.kind == FieldKind::citations ? longest_line + longest_quote : longest_line;
  if (text::length_utf8(value) > longest) return fmt::format("{}文字までです。", longest);
  switch (field.kind) {
    case FieldKind::number: return is_number(value) ? "" : "数字で書いてください。";
    case FieldKind::date: return text::from_iso(value) ? "" : "日付で書いてください（例: 令和8年4月1日）。";
    case FieldKind::time: return is_time(value) ? "" : "時刻で書いてください（例: 9:30）。";
    case FieldKind::choice:
    case FieldKind::choices: return is_chosen(field, value) ? "" : fmt::format("「{}」は選べません。", value);
    case FieldKind::citations: return is_address(citation_of(value).address) ? "" : "条項のアドレス（識別名/版/条項）で書いてください。";
    case FieldKind::links: return value.find('/') == value.npos && std::ranges::count(value, '-') >= 2 ? "" : "記録の番号（R8-相談-0001 など）で書いてください。";
    default: return "";
  }
}

/// One text as it is kept.
std::string normalised(const Field& field, const std::string& typed) {
  // What is pasted from a spreadsheet has tabs.
  std::string value = text::replace_all(text::replace_all(text::replace_all(typed, "\r\n", "\n"), "\r", "\n"), "\t", " ");
  value = std::string(text::trim(value));
  switch (field.kind) {
    case FieldKind::date:
      if (auto day = text::parse_date(value); day && day->unit == text::DateSpan::Unit::day) return text::to_iso(day->first);
      return value;
    case FieldKind::time: return time_of(value);
    case FieldKind::number: return text::replace_all(text::fold(value), ",", "");
    case FieldKind::citations: {
      // What was copied with its line breaks is one line.
      Citation citation = citation_of(text::replace_all(value, "\n", ""));
      return citation.value();
    }
    default: return value;
  }
}

bool has_cells(FieldKind kind) { return kind == FieldKind::rows || kind == FieldKind::files; }

const std::vector<Field>& columns_of(const Field& field) { return field.kind == FieldKind::files ? file_columns() : field.columns; }

/// The rows of a field as they are kept, and what is wrong with them.
std::vector<std::string> kept_rows(const Field& field, const std::vector<std::string>& typed, const std::vector<std::string>& held, std::string& fault) {
  const auto& columns = columns_of(field);
  int last = 0;
  std::map<int, std::string> before;
  // A row may be older than a column that came behind its own.
  auto fitted = [&](const std::string& value) {
    Row row = row_of(value);
    if (!row.cells.empty() && row.cells.size() < columns.size()) row.cells.resize(columns.size());
    return row;
  };
  for (const auto& value : held) {
    Row row = fitted(value);
    before[row.number] = row.value(), last = std::max(last, row.number);
  }
  for (const auto& value : typed) last = std::max(last, row_of(value).number);
  std::vector<std::string> out;
  std::set<int> numbers;
  auto say = [&](size_t row, const std::string& what) {
    if (fault.empty()) fault = fmt::format("{}行目: {}", row + 1, what);
  };
  for (size_t i = 0; i < typed.size(); ++i) {
    Row row = fitted(typed[i]);
    if (row.cells.size() != columns.size()) {
      say(i, fmt::format("列の数（{}）が合いません。", columns.size()));
      out.push_back(typed[i]);
      continue;
    }
    bool empty = true;
    for (size_t c = 0; c < columns.size(); ++c) {
      row.cells[c] = normalised(columns[c], row.cells[c]);
      if (row.cells[c].empty()) continue;
      empty = false;
      if (auto what = fault_of(columns[c], row.cells[c]); !what.empty()) say(i, fmt::format("「{}」: {}", columns[c].name, what));
    }
    if (empty) continue;
    if (field.kind == FieldKind::files && !is_hash(row.cells[1])) say(i, "ファイルがありません。画面から添付してください。");
    if (row.number <= 0) row.number = ++last;
    if (row.number > 1'000'000 || !numbers.insert(row.number).second) say(i, "行の番号が使えません。");
    out.push_back(row.value());
    auto was = before.find(row.number);
    if (field.grows && was != before.end() && was->second != out.back()) say(i, "書き足すだけの表なので、前の行は変えられません。新しい行で正してください。");
  }
  if (field.grows && std::ranges::any_of(before, [&](const auto& one) { return !numbers.contains(one.first); })) say(0, "書き足すだけの表なので、行は消せません。");
  if (out.size() > most_rows) say(0, fmt::format("{}行までです。", most_rows));
  return out;
}

std::vector<std::string> kept_texts(const Field& field, const std::vector<std::string>& typed, std::string& fault) {
  std::vector<std::string> out;
  std::set<std::string> addresses;
  for (const auto& one : typed) {
    std::string value = normalised(field, one);
    if (value.empty() || std::ranges::find(out, value) != out.end()) continue;
    if (fault.empty()) fault = fault_of(field, value);
    if (field.kind == FieldKind::citations && !addresses.insert(citation_of(value).address).second && fault.empty()) fault = "同じ条項が二度あります。";
    out.push_back(std::move(value));
  }
  if (out.size() > (holds_many(field.kind) ? most_values : 1)) fault = "値が多すぎます。";
  return out;
}

}  // namespace

bool holds_many(FieldKind kind) {
  switch (kind) {
    case FieldKind::choices:
    case FieldKind::citations:
    case FieldKind::links:
    case FieldKind::files:
    case FieldKind::rows: return true;
    default: return false;
  }
}

bool is_found_by(FieldKind kind) {
  switch (kind) {
    case FieldKind::date:
    case FieldKind::choice:
    case FieldKind::choices:
    case FieldKind::person:
    case FieldKind::unit:
    case FieldKind::citations:
    case FieldKind::links: return true;
    default: return false;
  }
}

Citation citation_of(std::string_view value) {
  constexpr std::string_view open = "「", close = "」";
  size_t begin = value.find(open);
  if (begin == value.npos || !value.ends_with(close) || value.size() < begin + open.size() + close.size()) return {std::string(value), {}};
  return {std::string(text::trim(value.substr(0, begin))), std::string(text::trim(value.substr(begin + open.size(), value.size() - begin - open.size() - close.size())))};
}

std::string Row::value() const {
  Json json = Json::array({std::to_string(number)});
  for (const auto& cell : cells) json.push_back(cell);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Row row_of(const std::string& value) {
  Row out;
  Json json = Json::parse(value, nullptr, false);
  if (!json.is_array() || json.empty() || !std::ranges::all_of(json, [](const Json& one) { return one.is_string(); })) return out;
  const auto number = json[0].get<std::string>();
  if (number.size() > 7 || number.find_first_not_of("0123456789") != number.npos) return out;
  out.number = number.empty() ? 0 : std::stoi(number);
  for (size_t i = 1; i < json.size(); ++i) out.cells.push_back(json[i].get<std::string>());
  return out;
}

std::string Attachment::value() const { return Row{number, {name, sha256, media_type, size, evidence_on, valid_until, added_at, added_by}}.value(); }

const std::vector<Field>& file_columns() {
  static const std::vector<Field> columns = {{.key = "name", .name = "ファイル名"},
                                             {.key = "sha256", .name = "SHA-256"},
                                             {.key = "media_type", .name = "形式"},
                                             {.key = "size", .name = "大きさ", .kind = FieldKind::number},
                                             {.key = "evidence_on", .name = "証拠の日", .kind = FieldKind::date},
                                             {.key = "valid_until", .name = "有効期限", .kind = FieldKind::date},
                                             {.key = "added_at", .name = "登録日時"},
                                             {.key = "added_by", .name = "登録した人"}};
  return columns;
}

Attachment attachment_of(const std::string& value) {
  Row row = row_of(value);
  if (row.cells.size() != file_cells) return {};
  auto& cell = row.cells;
  return {row.number, cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], cell[7]};
}

Values checked(const Ledger& ledger, const Values& typed, const Values& held) {
  Values out;
  std::string faults;
  size_t size = 0;
  for (const auto& [key, values] : typed) {
    const Field* field = ledger.field(key);
    if (!field) throw Error(ErrorKind::invalid, fmt::format("台帳「{}」に「{}」という項目はありません。", ledger.name(), text::clamp_utf8(key, 60)), "台帳の項目を確かめてください。");
    std::string fault;
    auto before = held.find(key);
    const std::vector<std::string> none;
    auto kept = has_cells(field->kind) ? kept_rows(*field, values, before == held.end() ? none : before->second, fault) : kept_texts(*field, values, fault);
    const bool changed = before == held.end() ? !kept.empty() : kept != before->second;
    if (field->retired && changed && !kept.empty()) fault = "この項目は、もう使いません。";
    // What was chosen when it could be stays.
    if (!changed) fault.clear();
    if (field->kind == FieldKind::computed) fault = "計算する項目なので、書けません。";
    if (!fault.empty()) faults += fmt::format("「{}」: {}", field->name, fault);
    for (const auto& value : kept) size += value.size();
    out[key] = std::move(kept);
  }
  if (!faults.empty()) throw Error(ErrorKind::invalid, faults, "示した項目を直してください。");
  if (size > longest_record) throw Error(ErrorKind::invalid, "記録が大きすぎます。", "表を分けるか、ファイルとして添付してください。");
  return out;
}

std::string shown(const Field& field, const std::string& value) {
  switch (field.kind) {
    case FieldKind::date:
      if (auto day = text::from_iso(value)) return text::to_wareki(*day);
      return value;
    case FieldKind::files: return attachment_of(value).name;
    case FieldKind::rows: {
      Row row = row_of(value);
      std::string out;
      for (size_t i = 0; i < row.cells.size() && i < field.columns.size(); ++i) {
        if (!row.cells[i].empty()) out += (out.empty() ? "" : "　") + shown(field.columns[i], row.cells[i]);
      }
      return out;
    }
    default: return value;
  }
}

}  // namespace shirube::records
