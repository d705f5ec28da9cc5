// The fields of a ledger, with what is worked out and drawn of them.
#include <algorithm>
#include <set>

#include "corpus/document.h"
#include "records/drawing.h"
#include "records/ledger_reader.h"
#include "text/error.h"

namespace shirube::records {

namespace {

/// What a cell may hold: one of each.
constexpr std::pair<std::string_view, FieldKind> cell_kinds[] = {
    {"line", FieldKind::line},     {"text", FieldKind::text},     {"number", FieldKind::number}, {"date", FieldKind::date},          {"time", FieldKind::time},
    {"choice", FieldKind::choice}, {"person", FieldKind::person}, {"unit", FieldKind::unit},     {"citations", FieldKind::citations}};
constexpr std::pair<std::string_view, Computation::Kind> computations[] = {{"sum", Computation::Kind::sum}, {"count", Computation::Kind::count}, {"days", Computation::Kind::days}};
/// What the history calls by these names.
constexpr std::string_view taken[] = {"state", "owner", "audience", "review", "number"};

/// 「sum work.hours」, 「count findings」, 「days from_on to_on」.
std::optional<Computation> computation(const std::string& said) {
  std::vector<std::string> words;
  for (size_t at = 0; at <= said.size();) {
    size_t end = std::min(said.find(' ', at), said.size());
    words.push_back(said.substr(at, end - at));
    at = end + 1;
  }
  auto found = std::ranges::find(computations, words[0], &std::pair<std::string_view, Computation::Kind>::first);
  if (found == std::end(computations)) return std::nullopt;
  const size_t dot = words.size() == 2 ? words[1].find('.') : words[0].npos;
  switch (found->second) {
    case Computation::Kind::sum:
      if (dot == words[0].npos) return std::nullopt;
      return Computation{found->second, words[1].substr(0, dot), words[1].substr(dot + 1)};
    case Computation::Kind::count: return words.size() == 2 && dot == words[0].npos ? std::optional(Computation{found->second, words[1], {}}) : std::nullopt;
    case Computation::Kind::days: return words.size() == 3 ? std::optional(Computation{found->second, words[1], words[2]}) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Field LedgerReader::field(const toml::table& table, bool column) const {
  Field field;
  std::string compute;
  const toml::node* drawn = nullptr;
  Entries entries = {
      {"key", [&](const toml::node& node) { field.key = text(node); }},
      {"name", [&](const toml::node& node) { field.name = text(node); }},
      {"help", [&](const toml::node& node) { field.help = text(node); }},
      {"kind", [&](const toml::node& node) { field.kind = column ? one_of(node, cell_kinds) : one_of(node, kinds); }},
      {"choices", [&](const toml::node& node) { field.choices = words(node); }},
      {"open", [&](const toml::node& node) { field.open = flag(node); }},
  };
  if (!column) {
    entries["section"] = [&](const toml::node& node) { field.section = text(node); };
    entries["ledger"] = [&](const toml::node& node) { field.ledger = text(node); };
    entries["columns"] = [&](const toml::node& node) {
      each(node, [&](const toml::table& one) {
        Field cell = this->field(one, true);
        auto same = [&](const Field& other) { return other.key == cell.key || other.name == cell.name; };
        if (std::ranges::any_of(field.columns, same)) fail(one.source(), fmt::format("列「{}」が二つあります。", cell.name), "違う key と name にしてください。");
        field.columns.push_back(std::move(cell));
      });
    };
    entries["grows"] = [&](const toml::node& node) { field.grows = flag(node); };
    entries["compute"] = [&](const toml::node& node) { compute = text(node); };
    entries["drawn"] = [&](const toml::node& node) { drawn = &node; };
    entries["tally"] = [&](const toml::node& node) { field.tally = tallying(node); };
    entries["required"] = [&](const toml::node& node) { field.required = words(node); };
    entries["audience"] = [&](const toml::node& node) { field.audience = audience(node); };
    entries["personal"] = [&](const toml::node& node) { field.personal = flag(node); };
    entries["retired"] = [&](const toml::node& node) { field.retired = flag(node); };
    entries["was"] = [&](const toml::node& node) { field.was = words(node); };
  }
  each_entry(table, entries);
  if (field.name.empty()) fail(table.source(), fmt::format("項目「{}」に name がありません。", field.key), "画面に出る名前を書いてください。");
  const bool chooses = field.kind == FieldKind::choice || field.kind == FieldKind::choices;
  if (chooses == field.choices.empty()) fail(table.source(), fmt::format("項目「{}」の choices が、kind と合いません。", field.key), "choice と choices には選ぶ言葉を書き、ほかには書かないでください。");
  if (std::set<std::string>(field.choices.begin(), field.choices.end()).size() != field.choices.size()) fail(table.source(), fmt::format("項目「{}」の choices に同じ言葉があります。", field.key), "一つにしてください。");
  struct Only {
    bool said;
    std::string_view word;
    bool fits;
  };
  const Only only[] = {{field.open, "open", chooses},
                       {!field.ledger.empty(), "ledger", field.kind == FieldKind::links},
                       {!field.columns.empty(), "columns", field.kind == FieldKind::rows},
                       {field.grows, "grows", field.kind == FieldKind::rows},
                       {drawn != nullptr, "drawn", field.kind == FieldKind::rows},
                       {field.tally.has_value(), "tally", drawn != nullptr},
                       {!compute.empty(), "compute", field.kind == FieldKind::computed},
                       {field.personal, "personal", !field.audience.empty()}};
  for (const auto& one : only) {
    if (one.said && !one.fits) fail(table.source(), fmt::format("項目「{}」に {} は書けません。", field.key, one.word), one.word == "personal" ? "personal の項目には、audience（見てよい範囲）も書いてください。" : "kind を確かめてください。");
  }
  if (field.kind == FieldKind::rows && field.columns.empty()) fail(table.source(), fmt::format("項目「{}」に columns がありません。", field.key), "表の列を書いてください。");
  if (drawn) field.drawn = drawing(*drawn, field.columns);
  if (field.tally && (field.drawn->of.empty() || field.drawn->numbers.size() != 1)) fail(table.source(), fmt::format("項目「{}」の tally には、drawn に of と、number の列が一つ要ります。", field.key), "drawn を確かめてください。");
  if (field.kind == FieldKind::computed) {
    field.compute = computation(compute);
    if (!field.compute) fail(table.source(), fmt::format("項目「{}」の compute が読めません。", field.key), "\"sum 表.列\"、\"count 表か台帳\"、\"days 始めの日 終わりの日\" のように書いてください。");
    if (!field.required.empty()) fail(table.source(), fmt::format("項目「{}」は計算するので、required にできません。", field.key), "required を消してください。");
  }
  return field;
}

const Field& LedgerReader::column_of(const toml::node& node, const std::vector<Field>& columns, const std::string& key, FieldKind kind) const {
  auto column = std::ranges::find(columns, key, &Field::key);
  need(column == columns.end() ? nullptr : &*column, node.source(), "列", key);
  if ((kind == FieldKind::number) != (column->kind == FieldKind::number)) fail(node.source(), fmt::format("列「{}」は、ここには使えません。", column->name), "numbers と before には kind が number の列を、of と label にはほかの列を書いてください。");
  return *column;
}

Drawing LedgerReader::drawing(const toml::node& node, const std::vector<Field>& columns) const {
  const toml::table* table = node.as_table();
  if (!table) fail(node.source(), "値が正しくありません。", "drawn = { label = \"answer\", numbers = [\"count\"] } のように書いてください。");
  Drawing out;
  each_entry(*table, {{"of", [&](const toml::node& of) { out.of = column_of(of, columns, text(of), FieldKind::line).key; }},
                      {"label", [&](const toml::node& of) { out.label = column_of(of, columns, text(of), FieldKind::line).key; }},
                      {"numbers", [&](const toml::node& of) {
                         for (const auto& key : words(of)) out.numbers.push_back(column_of(of, columns, key, FieldKind::number).key);
                       }},
                      {"whole", [&](const toml::node& of) { out.whole = text(of); }},
                      {"before", [&](const toml::node& of) { out.before = column_of(of, columns, text(of), FieldKind::number).key; }}});
  if (out.label.empty() || out.numbers.empty()) fail(node.source(), "drawn に label か numbers がありません。", "二つとも書いてください。");
  if (out.numbers.size() > most_parts) fail(node.source(), "drawn の numbers が多すぎます。", fmt::format("{}つまでにしてください。", most_parts));
  if (!out.whole.empty() && out.numbers.size() != 1) fail(node.source(), "drawn の whole は、numbers が一つのときだけ書けます。", "whole を消してください。");
  return out;
}

Tallying LedgerReader::tallying(const toml::node& node) const {
  const toml::table* table = node.as_table();
  if (!table) fail(node.source(), "値が正しくありません。", "tally = { questions = \"questions\", choices = \"answers\" } のように書いてください。");
  Tallying out;
  each_entry(*table, {{"questions", [&](const toml::node& of) { out.questions = text(of); }}, {"choices", [&](const toml::node& of) { out.choices = text(of); }}, {"texts", [&](const toml::node& of) { out.texts = text(of); }}});
  if (out.questions.empty() || out.choices.empty()) fail(node.source(), "tally に questions か choices がありません。", "二つとも書いてください。");
  return out;
}

void LedgerReader::take_field(Ledger& out, const toml::table& table) {
  Field field = this->field(table, false);
  check_key(table, field.key, out.field(field.key));
  if (std::ranges::find(taken, field.key) != std::end(taken)) fail(table.source(), fmt::format("項目の key に「{}」は使えません。", field.key), "別の key にしてください（履歴や番号で、ほかのものを指す言葉です）。");
  // Spreadsheets and letters know fields by their names, beside these.
  constexpr std::string_view names_taken[] = {"番号", "版", "状態", "担当", "公開範囲", "行", "台帳", "今日", "年度"};
  if (std::ranges::find(names_taken, field.name) != std::end(names_taken)) fail(table.source(), fmt::format("項目の name に「{}」は使えません。", field.name), "別の名前にしてください（どの記録にもある項目の名前です）。");
  if (std::ranges::find(out.fields_, field.name, &Field::name) != out.fields_.end()) fail(table.source(), fmt::format("項目の name「{}」が二つあります。", field.name), "違う名前にしてください。");
  out.fields_.push_back(std::move(field));
  where_.push_back(table.source());
}

void LedgerReader::check_computed(const Ledger& out) const {
  for (size_t i = 0; i < out.fields_.size(); ++i) {
    const auto& compute = out.fields_[i].compute;
    if (!compute) continue;
    const Field* from = out.field(compute->from);
    if (compute->kind == Computation::Kind::days) {
      for (const auto* key : {&compute->from, &compute->to}) {
        const Field* day = out.field(*key);
        if (!day || day->kind != FieldKind::date) fail(where_[i], fmt::format("「{}」は日付の項目ではありません。", *key), "kind が date の項目を二つ書いてください。");
      }
    } else if (from) {  // else it is a ledger, which Ledgers knows
      bool counts = from->kind == FieldKind::rows || (compute->kind == Computation::Kind::count && holds_many(from->kind));
      if (!counts) fail(where_[i], fmt::format("項目「{}」は数えられません。", from->name), "kind が rows の項目を書いてください。");
      auto column = std::ranges::find(from->columns, compute->to, &Field::key);
      if (compute->kind == Computation::Kind::sum && (column == from->columns.end() || column->kind != FieldKind::number)) fail(where_[i], fmt::format("「{}.{}」は数の列ではありません。", compute->from, compute->to), "kind が number の列を書いてください。");
    }
    // What it is made of may be for fewer.
    for (const auto* key : {&compute->from, &compute->to}) {
      const Field* source = out.field(*key);
      if (source && !source->audience.empty() && out.fields_[i].audience != source->audience) fail(where_[i], fmt::format("計算する項目「{}」の audience は、元の項目「{}」と同じにしてください。", out.fields_[i].name, source->name), "同じ audience を書いてください。");
    }
  }
}

void LedgerReader::check_drawn(const Ledger& out) const {
  for (size_t i = 0; i < out.fields_.size(); ++i) {
    const Field& field = out.fields_[i];
    auto named = [&](const std::string& key, FieldKind kind) -> const Field& {
      const Field* other = out.field(key);
      if (!other || other->kind != kind || other->retired || other->grows || other == &field) fail(where_[i], fmt::format("項目「{}」の drawn か tally にある「{}」は、使える項目ではありません。", field.name, key), "whole には number の項目を、questions と texts には rows の項目を書いてください。");
      // Who sees the one sees the other: a share tells of its whole.
      // Free words may be for fewer.
      const bool narrower = field.tally && key == field.tally->texts && !other->audience.empty() && (field.audience.empty() || corpus::narrowed(field.audience, other->audience) == other->audience);
      if (other->audience != field.audience && !narrower) fail(where_[i], fmt::format("項目「{}」と「{}」の audience は、同じにしてください。", field.name, other->name), "同じ audience を書いてください。");
      return *other;
    };
    auto has = [&](const Field& rows, const std::string& column) { return std::ranges::find(rows.columns, column, &Field::key) != rows.columns.end(); };
    if (field.drawn && !field.drawn->whole.empty()) named(field.drawn->whole, FieldKind::number);
    if (!field.tally) continue;
    if (field.grows || field.retired) fail(where_[i], fmt::format("項目「{}」には、tally を書けません。", field.name), "grows でも retired でもない表にしてください。");
    const Field& questions = named(field.tally->questions, FieldKind::rows);
    for (const auto& column : {field.drawn->of, field.tally->choices}) need(has(questions, column) ? &questions : nullptr, where_[i], "列", column);
    if (field.tally->texts.empty()) continue;
    const Field& texts = named(field.tally->texts, FieldKind::rows);
    const bool takes = std::ranges::any_of(texts.columns, [](const Field& column) { return column.kind == FieldKind::text; });
    if (!takes) fail(where_[i], fmt::format("項目「{}」には、自由な言葉を入れられません。", texts.name), "kind が text の列のある表にしてください。");
  }
}

}  // namespace shirube::records
