#include "corpus/reference_step.h"

#include <algorithm>

#include "corpus/address.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Unit = Step::Unit;
using Relation = Step::Relation;

constexpr size_t longest_numeral = 12, longest_branch = 3, most_steps = 8;  // characters; branches; steps of one chain

char32_t narrow(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c == '\n' || c == '\t') return c;
  if (text::is_space(c)) return ' ';
  if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2212) return '-';
  if (c == 0x301C) return '~';
  return c;
}

struct UnitName {
  char32_t name;
  Unit unit;
  std::u32string_view not_before;  ///< 条例, 条件, 項目 … are other words
};
constexpr UnitName unit_names[] = {
    {U'条', Unit::article, U"例約件文理"}, {U'項', Unit::paragraph, U"目番"}, {U'号', Unit::item, U"線車室機棟館令俸様"},
    {U'章', Unit::chapter, U"典"},         {U'節', Unit::section, U"約度目減電"}, {U'編', Unit::part, U"集成入纂"},
    {U'款', Unit::subsection, U""},        {U'目', Unit::division, U"的標次録安途"}};

std::optional<Unit> unit_at(const Characters& text, size_t at) {
  for (const auto& row : unit_names) {
    if (text[at] == row.name && row.not_before.find(text[at + 1]) == row.not_before.npos) return row.unit;
  }
  return std::nullopt;
}

struct Number {
  std::string value;
  size_t end;
};

std::optional<Number> number_at(const Characters& text, size_t at) {
  size_t end = at;
  while (end < text.size() && end - at < longest_numeral && is_numeral(text[end])) ++end;
  if (end == at) return std::nullopt;
  std::string words = text.utf8(at, end);
  auto numeral = text::read_numeral(words);
  if (!numeral) return std::nullopt;
  return Number{std::to_string(numeral->value), at + text::length_utf8(std::string_view(words).substr(0, numeral->length))};
}

/// 「の三」 as _3, as often as it comes; not 「の二の項」, the row of a table.
Number branches_at(const Characters& text, size_t at) {
  Number out{"", at};
  for (size_t count = 0; count < longest_branch; ++count) {
    size_t from = skip_spaces(text, out.end);
    if (text[from] != U'の' && text[from] != U'ノ') break;
    auto number = number_at(text, skip_spaces(text, from + 1));
    if (!number || text[number->end] == U'つ' || text.starts(number->end, U"の項") || text[number->end] == U'項' || text[number->end] == U'以') break;
    out = {out.value + "_" + number->value, number->end};
  }
  return out;
}

struct Read {
  Step step;
  size_t end;
};

/// 第3条の2
std::optional<Read> read_numbered(const Characters& text, size_t at) {
  if (text[at] != U'第') return std::nullopt;
  auto number = number_at(text, skip_spaces(text, at + 1));
  if (!number) return std::nullopt;
  size_t unit_place = skip_spaces(text, number->end);
  auto unit = unit_at(text, unit_place);
  if (!unit) return std::nullopt;
  Number branches = branches_at(text, unit_place + 1);
  return Read{{*unit, Relation::numbered, number->value + branches.value}, branches.end};
}

/// 前条, 前二項, 次条, 同項, この条, 本章, 前各号, 次の各号
std::optional<Read> read_relative(const Characters& text, size_t at) {
  struct Word {
    std::u32string_view word;
    Relation relation;
  };
  constexpr Word words[] = {{U"次の各", Relation::each}, {U"前各", Relation::each_previous}, {U"前", Relation::previous}, {U"次", Relation::next},
                            {U"同", Relation::same},     {U"この", Relation::own},           {U"本", Relation::own}};
  for (const auto& [word, relation] : words) {
    if (!text.starts(at, word)) continue;
    size_t unit_place = at + word.size();
    int count = 1;
    if (relation == Relation::same && text[unit_place] == U'表' && (!text::is_kanji(text[unit_place + 1]) || text[unit_place + 1] == U'第' || text[unit_place + 1] == U'中')) return Read{{Unit::annex, relation, ""}, unit_place + 1};
    if (text.starts(at, U"この表") && !text::is_kanji(text[unit_place + 1])) return Read{{Unit::annex, relation, ""}, unit_place + 1};
    if (relation == Relation::previous || relation == Relation::next) {
      if (auto number = number_at(text, unit_place)) {
        count = std::stoi(number->value.substr(0, 4));
        unit_place = number->end;
      }
    }
    auto unit = unit_at(text, unit_place);
    if (!unit || *unit == Unit::division) return std::nullopt;
    if (relation == Relation::each && *unit != Unit::item) return std::nullopt;
    // 「基本項」, 「日本章」: the word began earlier.
    bool within = at > 0 && text::is_kanji(text[at - 1]) && text[at - 1] != U'他';
    if (within && relation != Relation::each && (text[at] == U'本' || text[at] == U'同' || text[at] == U'次')) return std::nullopt;
    return Read{{*unit, relation, "", count}, unit_place + 1};
  }
  return std::nullopt;
}

/// 別表第2, 別紙１, 様式第3号, 第3号様式, 附則
std::optional<Read> read_annex(const Characters& text, size_t at) {
  constexpr std::u32string_view words[] = {U"別記様式", U"別表", U"別紙", U"別記", U"別添", U"別図", U"様式", U"附則", U"付則", U"付録"};
  if (text[at] == U'第') {
    auto number = number_at(text, skip_spaces(text, at + 1));
    if (!number || text[number->end] != U'号') return std::nullopt;
    Number branches = branches_at(text, number->end + 1);
    size_t end = skip_spaces(text, branches.end);
    if (!text.starts(end, U"様式")) return std::nullopt;
    return Read{{Unit::annex, Relation::numbered, "yoshiki" + number->value + branches.value}, end + 2};
  }
  for (std::u32string_view word : words) {
    if (!text.starts(at, word)) continue;
    size_t end = at + word.size(), digits = skip_spaces(text, end);
    bool ordinal = text[digits] == U'第', supplement = word == U"附則" || word == U"付則", form = word.ends_with(U"様式");
    auto number = number_at(text, ordinal ? skip_spaces(text, digits + 1) : digits);
    // 附則第3項 is a paragraph of the one 附則; 別表一覧 has no number.
    if (number && (supplement || unit_at(text, number->end) == Unit::article || unit_at(text, number->end) == Unit::paragraph)) number.reset();
    if (number && !ordinal && text::is_kanji(text[digits]) && text::is_kanji(text[number->end])) number.reset();
    std::string name(annex_step(form ? "様式" : text::to_utf8(word)));
    if (!number) {
      if (form && !text.starts(end, U"各")) return std::nullopt;
      return Read{{Unit::annex, Relation::numbered, name}, end};
    }
    end = number->end;
    if (text[end] == U'号' && (form || ordinal)) ++end;
    Number branches = branches_at(text, end);
    end = branches.end;
    // The rows of a table: 別表第2の9の項.
    if (text[end] == U'の') {
      if (auto row = number_at(text, end + 1)) {
        Number more = branches_at(text, row->end);
        size_t close = text[more.end] == U'の' ? more.end + 1 : more.end;
        if (text[close] == U'項') end = close + 1;
      }
    }
    return Read{{Unit::annex, Relation::numbered, name + number->value + branches.value}, end};
  }
  return std::nullopt;
}

/// What stands below an item: 「イ」 of 「第2号イ」, and 「（1）」 below that.
std::optional<Read> read_point(const Characters& text, size_t at, Unit above) {
  char32_t c = text[at];
  if (above == Unit::item || above == Unit::point) {
    bool letter = text::is_katakana(c) && c != U'ー' && text::letter_ordinal(c, text::LetterOrder::aiueo) > 0;
    if (above == Unit::item && letter && !text::is_katakana(text[at + 1])) return Read{{Unit::point, Relation::numbered, text.utf8(at, at + 1)}, at + 1};
    if (c == '(') {
      size_t end = at + 1;
      while (end - at <= longest_branch && text[end] != ')' && text[end] != 0) ++end;
      if (text[end] != ')' || end == at + 1) return std::nullopt;
      std::string inner = text.utf8(at + 1, end);
      bool letters = end == at + 2 && text::is_katakana(text[at + 1]);
      auto value = text::numeral_value(inner);
      if (value || (letters && above == Unit::point)) return Read{{Unit::point, Relation::numbered, value ? std::to_string(*value) : inner}, end + 1};
    }
  }
  return std::nullopt;
}

/// 各号 and 各項 behind the place that they are of.
std::optional<Read> read_each(const Characters& text, size_t at) {
  if (text[at] != U'各') return std::nullopt;
  auto unit = unit_at(text, at + 1);
  if (!unit || (*unit != Unit::item && *unit != Unit::paragraph)) return std::nullopt;
  return Read{{*unit, Relation::each, ""}, at + 2};
}

/// Whether `next` may stand below `last` in one place.
bool may_follow(const Step& last, const Step& next) {
  if (last.relation == Relation::each || last.relation == Relation::each_previous) return false;
  if (next.relation != Relation::numbered && next.relation != Relation::each) return false;
  if (last.unit == Unit::annex) return next.unit != Unit::annex;
  if (next.unit == Unit::annex) return false;
  if (last.unit <= Unit::division && next.unit == Unit::article) return true;
  return next.unit > last.unit || last.unit == Unit::point;
}

size_t behind_qualifier(const Characters& text, size_t at) {
  constexpr std::u32string_view words[] = {U"各号列記以外の部分", U"本文", U"ただし書", U"但書", U"前段", U"後段", U"柱書"};
  for (std::u32string_view word : words) {
    if (text.starts(at, word)) return behind_qualifier(text, at + word.size());
  }
  return at;
}

/// One label: 5, 6.1, 第4-3-(1), (1), ③, ア, Ａ.
std::optional<Read> read_label(const Characters& text, size_t at, bool first) {
  char32_t c = text[at];
  auto label = [&](size_t end) { return Read{{Unit::label, Relation::numbered, label_key(text.utf8(at, end))}, end}; };
  if (c >= 0x2460 && c <= 0x2473) return label(at + 1);
  if (c >= 0x2474 && c <= 0x2487) return label(at + 1);
  if (c >= 0x2170 && c <= 0x217B) return label(at + 1);
  if (c == '(') {
    size_t end = at + 1;
    while (end - at <= 3 && text[end] != ')' && text[end] != 0) ++end;
    if (text[end] != ')' || end == at + 1) return std::nullopt;
    bool digits = std::ranges::all_of(text.all().substr(at + 1, end - at - 1), [](char32_t d) { return d >= '0' && d <= '9'; });
    bool letter = end == at + 2 && (text::is_katakana(text[at + 1]) || text::is_latin(text[at + 1]) || (text[at + 1] >= 0x2170 && text[at + 1] <= 0x217B) ||
                                    text::numeral_value(text.utf8(at + 1, end)).has_value());
    return digits || letter ? std::optional(label(end + 1)) : std::nullopt;
  }
  size_t digits = text[at] == U'第' ? at + 1 : at;
  if (text[digits] >= '0' && text[digits] <= '9' && (digits == at || first)) {
    size_t end = digits;
    auto run = [&] { while (text[end] >= '0' && text[end] <= '9') ++end; };
    run();
    while (text[end] == '-' || text[end] == '.') {
      size_t next = end + 1;
      if (text[next] >= '0' && text[next] <= '9') end = next, run();
      else if (text[next] == '(' || (text[next] >= 0x2474 && text[next] <= 0x2487)) {
        auto inner = read_label(text, next, false);
        if (!inner) break;
        return label(inner->end);
      } else break;
    }
    const bool headed = at > 0 && text[at - 1] == U'「' && text[end] == ' ';  // 「第2　用語」
    if (digits != at && end - digits <= 2 && !headed) return std::nullopt;  // 第3: what is counted is not said
    return label(end);
  }
  bool kana = text::is_katakana(c) && c != U'ー' && text::letter_ordinal(c, text::LetterOrder::aiueo) > 0;
  if (kana && !text::is_katakana(text[at + 1]) && (at == 0 || !text::is_katakana(text[at - 1]))) return label(at + 1);
  // 「２Ｃｂ」: a capital and a small letter are two.
  auto is_capital = [](char32_t letter) { return letter >= 'A' && letter <= 'Z'; };
  bool latin = text::is_latin(c) && (text.wide(at) || !first) && (!text::is_latin(text[at + 1]) || is_capital(c) != is_capital(text[at + 1]));
  if (latin && (at == 0 || !text::is_latin(text[at - 1]) || !first)) return label(at + 1);
  return std::nullopt;
}

}  // namespace

Characters::Characters(std::string_view text) : text_(text) {
  folded_.reserve(text.size() / 2);
  bytes_.reserve(text.size() / 2 + 1);
  for (size_t at = 0; at < text.size();) {
    auto [c, length] = text::code_point_at(text, at);
    folded_.push_back(narrow(c));
    bytes_.push_back(static_cast<uint32_t>(at));
    at += length;
  }
  bytes_.push_back(static_cast<uint32_t>(text.size()));
}

bool Characters::wide(size_t at) const { return at < size() && bytes_[at + 1] - bytes_[at] > 1; }

std::string Characters::utf8(size_t begin, size_t end) const { return text::to_utf8(all().substr(begin, end - begin)); }

size_t skip_spaces(const Characters& text, size_t at) {
  while (text[at] == ' ') ++at;
  return at;
}

bool is_numeral(char32_t c) {
  constexpr std::u32string_view numerals = U"〇一二三四五六七八九十百千";
  return (c >= '0' && c <= '9') || numerals.find(c) != numerals.npos;
}

bool is_name_character(char32_t c) {
  return text::is_kanji(c) || text::is_katakana(c) || text::is_latin(c) || text::is_digit(c) || c == U'・' || c == U'ー';
}

std::optional<Chain> read_chain(const Characters& text, size_t at) {
  Chain chain;
  size_t next = at;
  while (chain.steps.size() < most_steps) {
    std::optional<Read> read = read_annex(text, next);
    if (!read) read = read_numbered(text, next);
    if (!read && chain.steps.empty()) read = read_relative(text, next);
    if (!read && !chain.steps.empty()) read = read_each(text, next);
    if (!read && !chain.steps.empty()) read = read_point(text, next, chain.steps.back().unit);
    if (!read || (!chain.steps.empty() && !may_follow(chain.steps.back(), read->step))) break;
    chain.steps.push_back(std::move(read->step));
    chain.end = read->end;
    next = skip_spaces(text, chain.end);
  }
  if (chain.steps.empty()) return std::nullopt;
  chain.end = behind_qualifier(text, chain.end);
  return chain;
}

std::optional<Chain> read_labels(const Characters& text, size_t at) {
  Chain chain;
  size_t next = at;
  while (chain.steps.size() < most_steps) {
    auto read = read_label(text, next, chain.steps.empty());
    if (!read) break;
    chain.steps.push_back(std::move(read->step));
    next = chain.end = read->end;
  }
  if (chain.steps.empty()) return std::nullopt;
  return chain;
}

}  // namespace shirube::corpus
