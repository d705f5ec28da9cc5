#include "corpus/reference_name.h"

#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// What names of documents end with.
constexpr Words name_ends[] = {U"ガイドライン", U"ハンドブック", U"マニュアル", U"ポリシー", U"契約書", U"仕様書", U"協定書", U"計画書", U"手順書", U"手引書", U"法律", U"憲法",
                               U"条例",         U"規則",         U"規程",       U"要綱",     U"要領",   U"基準",   U"指針",   U"方針",   U"細則",   U"約款",   U"条約", U"協定",
                               U"告示",         U"通知",         U"規約",       U"定款",     U"手順",   U"手引",   U"戦略",   U"訓令",   U"通達",   U"命令",   U"法",   U"令",
                               U"規定",         U"覚書",         U"則"};
/// Words that end so and name no one document.
constexpr Words no_names[] = {U"方法", U"政令", U"省令", U"法令", U"手法", U"用法", U"司法", U"立法", U"文法", U"原則", U"罰則", U"総則", U"雑則", U"通則", U"附則", U"本則", U"府令", U"違法", U"適法"};
constexpr Words same_documents[] = {U"同法", U"同令", U"同政令", U"同省令", U"同規則", U"同施行令", U"同施行規則", U"同条例", U"同規程", U"同要綱", U"同要領", U"同基準", U"同指針", U"同ガイドライン", U"同法律", U"同告示"};

bool is_own_word(char32_t c) { return text::is_kanji(c) || text::is_katakana(c) || c == U'ー'; }

}  // namespace

size_t own_document(const Characters& text, size_t end) {
  size_t length = ends_any(text, end, name_ends);
  for (Words word : {Words(U"別紙"), Words(U"書"), Words(U"資料"), Words(U"文書")}) {
    if (length == 0 && text.ends(end, word)) length = word.size();
  }
  if (length == 0) return none;
  size_t begin = end - length;
  for (size_t count = 0; count < 12; ++count) {
    if (begin >= 2 && text.starts(begin - 2, U"この")) return begin - 2;
    if (begin >= 1 && text[begin - 1] == U'本' && (begin < 2 || !text::is_kanji(text[begin - 2]))) return begin - 1;
    if (begin == 0 || !is_own_word(text[begin - 1])) return none;
    --begin;
  }
  return none;
}

size_t document_name(const Characters& text, size_t end) {
  // 「昭和60年法律第34号附則」
  if (end > 0 && text[end - 1] == U'号') {
    size_t number = end - 1;
    while (number > 0 && is_numeral(text[number - 1])) --number;
    if (number == end - 1 || number == 0 || text[number - 1] != U'第' || ends_any(text, number - 1, name_ends) == 0) return none;
    end = number - 1;
  }
  if (ends_any(text, end, name_ends) == 0) return none;
  if (ends_any(text, end, std::initializer_list<Words>{U"附則", U"本則", U"方法", U"原則", U"罰則"}) > 0) return none;
  size_t begin = end;
  while (begin > 0 && is_name_character(text[begin - 1])) --begin;
  return begin;
}

size_t opening_of(const Characters& text, size_t close) {
  int depth = 0;
  for (size_t at = close; at < text.size() && close - at < longest_bracket; --at) {
    if (text[at] == ')') ++depth;
    if (text[at] == '(' && --depth == 0) return at;
    if (at == 0) break;
  }
  return none;
}

size_t closing_of(const Characters& text, size_t open, char32_t opens, char32_t closes) {
  int depth = 0;
  for (size_t at = open; at < text.size() && at - open < longest_bracket; ++at) {
    if (text[at] == opens) ++depth;
    if (text[at] == closes && --depth == 0) return at;
  }
  return none;
}

size_t name_begin(const Characters& text, size_t end) {
  constexpr Words marks = U"、。,()「」『』[]【】〔〕:;!?\n\t・※";
  size_t begin = end;
  while (begin > 0 && end - begin < longest_name && marks.find(text[begin - 1]) == marks.npos) --begin;
  return begin;
}

bool names_document(const Characters& text, size_t end) {
  size_t length = ends_any(text, end, name_ends);
  if (length == 0 || ends_any(text, end, no_names) > 0) return false;
  return text.ends(end, U"法律") || (end > length && is_name_character(text[end - length - 1]));
}

size_t same_document(const Characters& text, size_t end) {
  size_t length = ends_any(text, end, same_documents);
  return length > 0 && end > length && text::is_kanji(text[end - length - 1]) ? 0 : length;
}

size_t document_name(std::string_view words) {
  Characters text(words);
  size_t begin = document_name(text, text.size());
  return begin == none ? none : text.byte(begin);
}

}  // namespace shirube::corpus
