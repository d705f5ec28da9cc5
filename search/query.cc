#include "search/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "corpus/document.h"
#include "search/query_field.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

constexpr size_t longest_query = 2000;  // characters
constexpr size_t most_units = 64;
constexpr size_t most_values = 20;  // of one field

/// A sign as its half-width form; all other characters as they are. One for one, so that places stay.
char32_t half_width(char32_t c) {
  if (text::is_space(c)) return ' ';
  if (c >= U'！' && c <= U'～') return c - U'！' + U'!';
  switch (c) {
    case U'−': case U'‐': case U'‑': case U'–': return '-';
    case U'｢': return U'「';
    case U'｣': return U'」';
    default: return c;
  }
}

char32_t closing_quote(char32_t c) {
  switch (c) {
    case '"': return '"';
    case U'“': case U'”': return U'”';
    case U'「': return U'」';
    case U'『': return U'』';
    default: return 0;
  }
}

/// What stands between two places where something new may begin.
struct Item {
  enum class Type { unit, field, either, near, no, nothing };
  Type type = Type::unit;
  size_t begin = 0, end = 0;  // characters
  Unit unit;
  bool excluded = false, required = false, plain = false;  // its signs
  int distance = 10;
  std::optional<Field> field;

  /// May stand beside an operator.
  bool joins() const { return type == Type::unit && !excluded; }
};

/// Cuts a query into items. Each is read without regard to the others, so that taking one away
/// leaves the others as they are.
class Lexer {
 public:
  explicit Lexer(const std::u32string& characters) : text_(characters), signs_(characters) {
    for (auto& c : signs_) c = half_width(c);
  }

  std::vector<Item> run() {
    std::vector<Item> items;
    while (true) {
      while (sign() == ' ') ++at_;
      if (at_ >= signs_.size()) return items;
      size_t begin = at_;
      Item item = read();
      item.begin = begin;
      item.end = at_;
      items.push_back(std::move(item));
    }
  }

 private:
  Item read() {
    Item item;
    if (take_operator(item) || take_field(item) || take_signed(item)) return item;
    if (auto phrase = take_quoted()) {
      item.unit = {Unit::Kind::phrase, *phrase};
      if (phrase->empty()) item.type = Item::Type::nothing;
    } else {
      item.unit = take_word();
    }
    return item;
  }

  bool take_operator(Item& item) {
    using Type = Item::Type;
    if (sign() == '|') {
      while (sign() == '|') ++at_;
      item.type = Type::either;
      return true;
    }
    size_t end = word_end();
    std::u32string_view word = std::u32string_view(signs_).substr(at_, end - at_);
    constexpr std::u32string_view near = U"NEAR/";
    if (word == U"OR") {
      item.type = Type::either;
    } else if (word == U"NOT") {
      item.type = Type::no;
    } else if (word == near.substr(0, 4)) {
      item.type = Type::near;
    } else if (word.starts_with(near) && word.size() > near.size()) {
      int distance = 0;
      for (char32_t c : word.substr(near.size())) {
        if (c < '0' || c > '9') return false;
        distance = std::min(distance * 10 + static_cast<int>(c - '0'), 100);
      }
      item.type = Type::near;
      item.distance = std::max(distance, 1);
    } else {
      return false;
    }
    at_ = end;
    return true;
  }

  /// 種別:通知, 件名:"情報資産 の分類", 2024..2026.
  bool take_field(Item& item) {
    size_t begin = at_, end = word_end(), colon = std::min(signs_.find(':', at_), end);
    if (colon < end && is_field(utf8(begin, colon))) {
      at_ = colon + 1;
      auto value = take_quoted();
      if (!value) {
        value = utf8(at_, end);
        at_ = end;
      }
      item.field = read_field(utf8(begin, colon), *value);
    } else {
      item.field = read_bare_range(utf8(begin, end));
      at_ = end;
    }
    if (item.field) item.type = Item::Type::field;
    else at_ = begin;
    return item.field.has_value();
  }

  /// -委託, +"…", =+サーバ. Signs before nothing that could be found are text.
  bool take_signed(Item& item) {
    size_t begin = at_;
    for (bool* flag; !item.excluded && (flag = flag_of(item)) != nullptr && !*flag; ++at_) *flag = true;
    if (at_ == begin) return false;
    if (auto phrase = take_quoted()) item.unit = {Unit::Kind::phrase, *phrase};
    else if (sign() != ' ' && sign() != '|') item.unit = take_word();
    if (has_letters(item.unit.text)) return true;
    item = {};
    at_ = begin;
    return false;
  }

  /// What the sign at `at_` says of a unit; null when it is none.
  bool* flag_of(Item& item) const {
    switch (sign()) {
      case '-': return &item.excluded;
      case '+': return &item.required;
      case '=': return &item.plain;
      default: return nullptr;
    }
  }

  /// A quoted run; a quote that is never closed is no quote. Quotes do not nest.
  std::optional<std::string> take_quoted() {
    char32_t close = closing_quote(sign());
    size_t end = close == 0 ? signs_.npos : signs_.find(close, at_ + 1);
    if (end == signs_.npos) return std::nullopt;
    std::string inside(text::trim(utf8(at_ + 1, end)));
    at_ = end + 1;
    return inside;
  }

  /// A word, or what stands before its star.
  Unit take_word() {
    size_t begin = at_, end = word_end();
    at_ = end;
    while (end > begin && signs_[end - 1] == '*') --end;
    std::string text = utf8(begin, end);
    if (end < at_ && has_letters(text)) return {Unit::Kind::prefix, text};
    return {Unit::Kind::word, utf8(begin, at_)};
  }

  /// Where the word at `at_` ends; it has at least its first character.
  size_t word_end() const { return std::min(signs_.find_first_of(U" \"|", at_ + 1), signs_.size()); }
  char32_t sign() const { return at_ < signs_.size() ? signs_[at_] : U'\0'; }
  std::string utf8(size_t begin, size_t end) const { return text::to_utf8(std::u32string_view(text_).substr(begin, end - begin)); }

  const std::u32string& text_;
  std::u32string signs_;
  size_t at_ = 0;
};

std::string display(const Unit& unit) { return unit.kind == Unit::Kind::prefix ? unit.text + "*" : unit.text; }

std::string display(const std::vector<Unit>& group) {
  std::string out;
  for (const auto& unit : group) out += (out.empty() ? "" : "|") + display(unit);
  return out;
}

std::string display(const Near& near) {
  return fmt::format("{}…{}（{}字以内）", display(near.left), display(near.right), near.distance);
}

std::string display(const EditionChoice& edition) {
  switch (edition.kind) {
    case EditionChoice::Kind::all: return "すべて";
    case EditionChoice::Kind::current: return "現行";
    case EditionChoice::Kind::past: return "旧版";
    case EditionChoice::Kind::future: return "未施行";
    case EditionChoice::Kind::label: return edition.value;
    case EditionChoice::Kind::day: return edition.value + "時点";
  }
  return "";
}

std::string display(const Range& range) { return range.from + "〜" + range.to; }

std::string display_kind(const std::string& key) { return std::string(corpus::label_of(corpus::document_kinds(), key)); }

/// Puts items together into a query.
class Reader {
 public:
  explicit Reader(const std::u32string& characters) : items_(Lexer(characters).run()) {
    query_.typed = text::to_utf8(characters);
    size_t bytes = 0;
    for (char32_t c : characters) {
      bytes_.push_back(bytes);
      bytes += text::to_utf8({&c, 1}).size();
    }
    bytes_.push_back(bytes);
  }

  Query run() {
    while (at_ < items_.size()) {
      if (items_[at_].type == Item::Type::nothing) ++at_;
      else if (!take_excluded() && !take_field() && !take_chain() && !take_unit()) take_word();
    }
    return std::move(query_);
  }

 private:
  using Type = Item::Type;

  bool has_room(size_t units) const { return used_ + units <= most_units; }

  Type type_at(size_t i) const { return i < items_.size() ? items_[i].type : Type::nothing; }
  bool joins(size_t i) const { return i < items_.size() && items_[i].joins(); }

  /// NOT 委託.
  bool take_excluded() {
    if (type_at(at_) != Type::no || !joins(at_ + 1) || !has_room(1)) return false;
    return add_excluded(items_[at_ + 1].unit, at_ + 1);
  }

  bool take_field() {
    if (type_at(at_) != Type::field || !has_room(1)) return false;
    const Field& field = *items_[at_].field;
    auto& filters = query_.filters;
    switch (field.kind) {
      case Part::Kind::title: return add_value(query_.titles, field.text, field);
      case Part::Kind::clause: return add_value(query_.clauses, field.text, field);
      case Part::Kind::kind: return add_value(filters.kinds, field.text, field);
      case Part::Kind::issuer: return add_value(filters.issuers, field.text, field);
      case Part::Kind::audience: return add_value(filters.audiences, field.text, field);
      case Part::Kind::number: return add_value(filters.numbers, field.text, field);
      case Part::Kind::edition: return add_value(filters.editions, field.edition, field);
      case Part::Kind::issued: return add_range(filters.issued, field);
      case Part::Kind::effective: return add_range(filters.effective, field);
      default: return add_range(filters.begins, field);
    }
  }

  template <typename Value>
  bool add_value(std::vector<Value>& values, const Value& value, const Field& field) {
    if (values.size() >= most_values) return false;
    values.push_back(value);
    ++used_;
    bool is_kind = field.kind == Part::Kind::kind, is_edition = field.kind == Part::Kind::edition;
    return add_part(field.kind, is_kind ? display_kind(field.text) : is_edition ? display(field.edition) : field.text, at_);
  }

  bool add_range(Range& range, const Field& field) {
    if (!field.range.from.empty()) range.from = field.range.from;
    if (!field.range.to.empty()) range.to = field.range.to;
    // Two that exclude each other: the one typed last is meant.
    if (!range.to.empty() && range.to < range.from) range = field.range;
    ++used_;
    return add_part(field.kind, display(field.range), at_);
  }

  /// 「A OR B OR C」, 「A NEAR B NEAR/5 C」. The first operator names the chain; another ends it.
  bool take_chain() {
    Type by = type_at(at_ + 1);
    if (!joins(at_) || (by != Type::either && by != Type::near)) return false;
    std::vector<Unit> units = {items_[at_].unit};
    size_t last = at_;
    while (type_at(last + 1) == by && joins(last + 2) && has_room(units.size() + 1)) {
      last += 2;
      units.push_back(items_[last].unit);
    }
    if (units.size() == 1) return false;
    used_ += units.size();
    for (size_t i = at_; i <= last; i += 2) {
      if (items_[i].unit.kind == Unit::Kind::word) add_word(items_[i]);
    }
    if (by == Type::either) {
      query_.alternatives.push_back(units);
      return add_part(Part::Kind::alternatives, display(units), last);
    }
    std::vector<std::string> pairs;
    for (size_t i = 1; i < units.size(); ++i) {
      query_.nears.push_back({units[i - 1], units[i], items_[at_ + 2 * i - 1].distance});
      pairs.push_back(display(query_.nears.back()));
    }
    return add_part(Part::Kind::near, fmt::format("{}", fmt::join(pairs, "、")), last);
  }

  bool take_unit() {
    const Item& item = items_[at_];
    bool is_word = item.unit.kind == Unit::Kind::word && !item.excluded && !item.required && !item.plain;
    if (item.type != Type::unit || is_word || !has_room(1)) return false;
    if (item.excluded) return add_excluded(item.unit, at_);
    ++used_;
    switch (item.unit.kind) {
      case Unit::Kind::phrase:
        query_.phrases.push_back(item.unit.text);
        return add_part(Part::Kind::phrase, item.unit.text, at_);
      case Unit::Kind::prefix:
        query_.prefixes.push_back(item.unit.text);
        return add_part(Part::Kind::prefix, item.unit.text, at_);
      case Unit::Kind::word:
        add_word(item);
        return add_part(item.required ? Part::Kind::required : Part::Kind::plain, item.unit.text, at_);
    }
    return false;
  }

  /// Everything else is a word as it was typed.
  void take_word() {
    std::string text = typed(at_, at_);
    append(text);
    add_part(Part::Kind::word, text, at_);
  }

  bool add_excluded(const Unit& unit, size_t last) {
    query_.excluded.push_back(unit);
    ++used_;
    return add_part(Part::Kind::excluded, display(unit), last);
  }

  void add_word(const Item& item) {
    append(item.unit.text);
    if (item.required) query_.required.push_back(item.unit.text);
    if (item.plain) query_.plain.push_back(item.unit.text);
  }

  void append(const std::string& word) {
    if (!query_.words.empty()) query_.words += ' ';
    query_.words += word;
  }

  /// Items from `at_` to `last` are understood.
  bool add_part(Part::Kind kind, const std::string& text, size_t last) {
    query_.parts.push_back({kind, text, typed(at_, last), bytes_[items_[at_].begin]});
    at_ = last + 1;
    return true;
  }

  std::string typed(size_t first, size_t last) const {
    size_t begin = bytes_[items_[first].begin];
    return query_.typed.substr(begin, bytes_[items_[last].end] - begin);
  }

  std::vector<Item> items_;
  std::vector<size_t> bytes_;  // where each character begins in `typed`
  size_t at_ = 0;
  size_t used_ = 0;  // units
  Query query_;
};

struct PartName {
  Part::Kind kind;
  std::string_view name, japanese;
};

constexpr PartName part_names[] = {
    {Part::Kind::word, "word", "語"},
    {Part::Kind::required, "required", "必須"},
    {Part::Kind::plain, "plain", "同義語なし"},
    {Part::Kind::phrase, "phrase", "句"},
    {Part::Kind::excluded, "excluded", "除外"},
    {Part::Kind::prefix, "prefix", "前方一致"},
    {Part::Kind::alternatives, "alternatives", "いずれか"},
    {Part::Kind::near, "near", "近く"},
    {Part::Kind::title, "title", "件名"},
    {Part::Kind::clause, "clause", "条"},
    {Part::Kind::kind, "kind", "種別"},
    {Part::Kind::issuer, "issuer", "発出者"},
    {Part::Kind::audience, "audience", "公開範囲"},
    {Part::Kind::number, "number", "番号"},
    {Part::Kind::edition, "edition", "版"},
    {Part::Kind::begins, "begins", "日付"},
    {Part::Kind::issued, "issued", "発出"},
    {Part::Kind::effective, "effective", "施行"},
};

const PartName& row_of(Part::Kind kind) { return *std::ranges::find(part_names, kind, &PartName::kind); }

/// An operator that stands where it joins nothing, and so was taken for a word.
bool is_stray_operator(const Part& part) {
  if (part.kind != Part::Kind::word) return false;
  auto items = Lexer(text::to_utf32(part.typed)).run();
  using Type = Item::Type;
  return items.size() == 1 && (items[0].type == Type::either || items[0].type == Type::near || items[0].type == Type::no);
}

}  // namespace

std::string_view name(Part::Kind kind) { return row_of(kind).name; }
std::string_view japanese_name(Part::Kind kind) { return row_of(kind).japanese; }

Query parse(std::string_view text) {
  std::u32string characters = text::to_utf32(text);
  if (characters.size() > longest_query) characters.resize(longest_query);
  return Reader(characters).run();
}

bool Query::empty() const {
  return words.empty() && phrases.empty() && prefixes.empty() && alternatives.empty() && nears.empty() && titles.empty() &&
         clauses.empty() && filters.numbers.empty();
}

std::string Query::understood() const {
  std::vector<std::string> out;
  auto say = [&](Part::Kind kind, const std::string& text) { out.push_back(fmt::format("{}「{}」", japanese_name(kind), text)); };
  auto say_all = [&](Part::Kind kind, const auto& list, auto shown) {
    for (const auto& entry : list) say(kind, shown(entry));
  };
  auto as_is = [](const std::string& text) { return text; };
  auto displayed = [](const auto& value) { return display(value); };
  auto say_range = [&](Part::Kind kind, const Range& range) {
    if (!range.empty()) say(kind, display(range));
  };
  using Kind = Part::Kind;
  if (!words.empty()) say(Kind::word, words);
  say_all(Kind::required, required, as_is);
  say_all(Kind::plain, plain, as_is);
  say_all(Kind::phrase, phrases, as_is);
  say_all(Kind::prefix, prefixes, as_is);
  say_all(Kind::alternatives, alternatives, displayed);
  say_all(Kind::near, nears, displayed);
  say_all(Kind::excluded, excluded, displayed);
  say_all(Kind::title, titles, as_is);
  say_all(Kind::clause, clauses, as_is);
  say_all(Kind::kind, filters.kinds, display_kind);
  say_all(Kind::issuer, filters.issuers, as_is);
  say_all(Kind::audience, filters.audiences, [](const std::string& key) { return std::string(corpus::label_of(corpus::audiences(), key)); });
  say_all(Kind::number, filters.numbers, as_is);
  for (const auto& slug : filters.documents) out.push_back(fmt::format("資料「{}」", slug));
  say_all(Kind::edition, filters.editions, displayed);
  say_range(Kind::begins, filters.begins);
  say_range(Kind::issued, filters.issued);
  say_range(Kind::effective, filters.effective);
  return fmt::format("{}", fmt::join(out, " "));
}

std::string Query::with(const Part& part, std::string_view instead) const {
  std::string_view all = typed, left = text::trim(all.substr(0, part.begin)), right = text::trim(all.substr(part.begin + part.typed.size()));
  std::string middle(text::trim(instead));
  // Without what kept it apart a stray OR would join its neighbours. An empty quote keeps them apart, of
  // the sort that seldom stands unclosed before it.
  if (middle.empty() && !left.empty() && !right.empty()) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].begin != part.begin) continue;
      if ((i > 0 && is_stray_operator(parts[i - 1])) || (i + 1 < parts.size() && is_stray_operator(parts[i + 1]))) middle = left.find("『") == left.npos ? "『』" : "\"\"";
    }
  }
  std::string out;
  for (std::string_view piece : {left, std::string_view(middle), right}) {
    if (!out.empty() && !piece.empty()) out += ' ';
    out += piece;
  }
  return out;
}

}  // namespace shirube::search
