#include "search/correct.h"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "search/suggest_format.h"
#include "text/normalize.h"
#include "text/romaji.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using Q = Xapian::Query;
using text::TokenKind;

/// A query of so many matches is left alone, and a correction must bring so many times more.
constexpr uint64_t good_matches = 100, far_more = 20;

constexpr size_t longest_sound = 40;  // characters of one piece
constexpr size_t most_pieces = 6;
constexpr size_t most_alternatives = 6;
constexpr size_t most_homophones = 6;
constexpr size_t most_resembling = 300;
constexpr size_t longest_exact = 10;  ///< longer words are found among the resembling

constexpr std::u32string_view particles = U"のにをはがとでもへや";

// ---- distance ----

/// Kana that are taken for each other: of one sound but for size or voice, and a long vowel spelled out.
constexpr std::u32string_view slip_groups[] = {U"あぁ", U"いぃ", U"うぅゔ", U"えぇ", U"おぉを", U"やゃ", U"ゆゅ", U"よょ", U"わゎ", U"かが", U"きぎ", U"くぐ", U"けげ", U"こご", U"さざ", U"しじ", U"すず",
                                               U"せぜ", U"そぞ", U"ただ", U"ちじ", U"つっず", U"てで", U"とど", U"はばぱ", U"ひびぴ", U"ふぶぷ", U"へべぺ", U"ほぼぽ", U"ーあ", U"ーい", U"ーう", U"ーえ", U"ーお"};
constexpr char32_t first_kana = 0x3041, last_kana = 0x30FF;

/// The groups of each kana, as bits: distances are taken of hundreds of words for one that is misspelled.
constexpr auto groups_of_kana = [] {
  std::array<uint64_t, last_kana - first_kana + 1> groups{};
  for (size_t i = 0; i < std::size(slip_groups); ++i) {
    for (char32_t c : slip_groups[i]) groups[c - first_kana] |= uint64_t{1} << i;
  }
  return groups;
}();
static_assert(std::size(slip_groups) <= 64);

bool one_slip(char32_t a, char32_t b) {
  auto groups = [](char32_t c) { return c < first_kana || c > last_kana ? 0 : groups_of_kana[c - first_kana]; };
  return (groups(a) & groups(b)) != 0;
}

double replacing(char32_t a, char32_t b) { return a == b ? 0 : one_slip(a, b) ? 0.5 : 1; }
double leaving_out(char32_t c) { return c == U'ー' || c == U'っ' ? 0.5 : 1; }

/// How many slips a word of this length may hold and still be known.
double allowed_slips(size_t length) { return length < 3 ? 0 : length == 3 ? 0.5 : length < 6 ? 1 : 2; }

// ---- what stands in the query ----

enum class Script { hiragana, katakana, latin, kanji, other };

Script script_of(std::string_view s) {
  bool hiragana = false, katakana = false, latin = false, other = false;
  for (char32_t c : text::to_utf32(s)) {
    if (text::is_kanji(c)) return Script::kanji;
    if (c == U'ー' && hiragana) continue;
    if (text::is_hiragana(c)) hiragana = true;
    else if (text::is_katakana(c)) katakana = true;
    else if (text::is_latin(c) || c == U'\'') latin = true;
    else other = true;
  }
  if (other || hiragana + katakana + latin != 1) return Script::other;
  return hiragana ? Script::hiragana : katakana ? Script::katakana : Script::latin;
}

/// A part of the query that may be replaced as a whole: a run of one script.
struct Piece {
  size_t begin, end;  ///< bytes of the query
  Script script;
  std::string text;   ///< folded; what replaces it, later
  std::vector<std::string> words;
};

std::vector<Piece> cut(std::string_view query, const text::Analyzer& analyzer) {
  std::vector<Piece> pieces;
  size_t end = 0;
  for (const auto& token : analyzer.analyze(query)) {
    if (token.kind == TokenKind::reference || token.begin < end) continue;
    end = token.end;
    if (token.kind == TokenKind::number) continue;
    std::string slice = text::fold(query.substr(token.begin, token.end - token.begin));
    Script script = script_of(slice);
    // A long vowel is of the script before it: ぱすわーど.
    bool prolongs = std::ranges::all_of(text::to_utf32(slice), [](char32_t c) { return c == U'ー'; });
    if (prolongs && !pieces.empty() && pieces.back().end == token.begin && pieces.back().script == Script::hiragana) script = Script::hiragana;
    bool content = token.kind != TokenKind::function;
    if (script == Script::other) {
      if (content) pieces.push_back({token.begin, token.end, script, slice, {slice}});
      continue;
    }
    // What is misspelled is cut anywhere, so neighbours of one script belong together.
    bool goes_on = !pieces.empty() && pieces.back().end == token.begin && pieces.back().script == script;
    if (!goes_on) pieces.push_back({token.begin, token.end, script, "", {}});
    Piece& piece = pieces.back();
    piece.end = token.end;
    piece.text += slice;
    if (content) piece.words.push_back(slice);
  }
  // A misspelled word may look like nothing but particles, but beside other words particles are meant.
  bool has_words = std::ranges::any_of(pieces, [](const Piece& piece) { return !piece.words.empty(); });
  // One kana beside others is inflection, whatever else it could be: 以外な結果.
  bool alone = pieces.size() == 1;
  std::erase_if(pieces, [&](const Piece& piece) {
    bool one_kana = piece.script == Script::hiragana && text::length_utf8(piece.text) == 1;
    return (one_kana && !alone) || (piece.words.empty() && (has_words || piece.text.size() < 9));
  });
  for (auto& piece : pieces) {
    if (piece.words.empty()) piece.words.push_back(piece.text);
  }
  return pieces;
}

/// The sounds that a piece may stand for.
std::vector<std::string> sounds_of(const Piece& piece, const text::Analyzer& analyzer) {
  switch (piece.script) {
    case Script::hiragana:
    case Script::katakana: return {sound_of(piece.text)};
    case Script::kanji: return {sound_of(analyzer.reading(piece.text))};
    case Script::other: return {};
    case Script::latin: break;
  }
  std::vector<std::string> sounds = {sound_of(piece.text)};
  for (const auto& reading : text::read_romaji(piece.text)) {
    if (reading.rest.empty() || reading.rest == "n") sounds.push_back(sound_of(reading.kana + (reading.rest.empty() ? "" : "ん")));
  }
  return sounds;
}

// ---- words that make up a sound ----

struct Alternative {
  std::string text;
  std::vector<std::string> words;
  double slips = 0, cost = 0;
};

void keep_best(std::vector<Alternative>& list, size_t most) {
  std::ranges::stable_sort(list, {}, &Alternative::cost);
  std::set<std::string> seen;
  std::erase_if(list, [&](const Alternative& one) { return !seen.insert(one.text).second; });
  if (list.size() > most) list.resize(most);
}

/// Lays the words of the vocabulary over a sound, without gaps: few words, few slips.
std::vector<Alternative> lay(const std::string& sound, bool exact, const Vocabulary& vocabulary) {
  constexpr double word_cost = 1, short_word_cost = 0.7, particle_cost = 0.4, slip_cost = 2, rank_cost = 0.03;
  std::u32string s = text::to_utf32(sound);
  if (s.size() < 2 || s.size() > longest_sound) return {};
  struct Tile {
    size_t end;
    Alternative word;
  };
  std::vector<std::vector<Tile>> tiles(s.size());
  auto put = [&](size_t begin, size_t end, const Vocabulary::Word& word, double off) {
    double cost = word_cost + (end - begin < 3 ? short_word_cost : 0) + slip_cost * off + rank_cost * word.rank;
    tiles[begin].push_back({end, {word.text, {word.text}, off, cost}});
  };
  for (size_t begin = 0; begin < s.size(); ++begin) {
    for (size_t length = 2; length <= longest_exact && begin + length <= s.size(); ++length) {
      for (const auto& word : vocabulary.sounding(text::to_utf8(s.substr(begin, length)), most_homophones)) put(begin, begin + length, word, 0);
    }
    if (!exact && particles.find(s[begin]) != particles.npos) tiles[begin].push_back({begin + 1, {text::to_utf8(s.substr(begin, 1)), {}, 0, particle_cost}});
  }
  if (!exact) {
    for (const auto& word : vocabulary.resembling(sound, most_resembling)) {
      std::u32string meant = text::to_utf32(word.sound);
      double allowed = allowed_slips(meant.size());
      auto reach = static_cast<size_t>(std::ceil(allowed));
      for (size_t begin = 0; begin < s.size(); ++begin) {
        for (size_t length = std::max<size_t>(2, meant.size() - std::min(reach, meant.size())); length <= meant.size() + reach && begin + length <= s.size(); ++length) {
          double off = slips(std::u32string_view(s).substr(begin, length), meant);
          if (off <= allowed && (off > 0 || length > longest_exact)) put(begin, begin + length, word, off);
        }
      }
    }
  }
  std::vector<std::vector<Alternative>> best(s.size() + 1);
  best[0] = {{}};
  for (size_t at = 0; at < s.size(); ++at) {
    keep_best(best[at], most_alternatives);
    for (const auto& before : best[at]) {
      for (const auto& [end, word] : tiles[at]) {
        Alternative next = before;
        next.text += word.text;
        next.words.insert(next.words.end(), word.words.begin(), word.words.end());
        next.slips += word.slips;
        next.cost += word.cost;
        best[end].push_back(std::move(next));
      }
    }
  }
  keep_best(best.back(), most_alternatives);
  return best.back();
}

std::vector<Alternative> alternatives(const Piece& piece, const Vocabulary& vocabulary, const text::Analyzer& analyzer) {
  std::vector<Alternative> all;
  for (const auto& sound : sounds_of(piece, analyzer)) std::ranges::move(lay(sound, piece.script == Script::kanji, vocabulary), std::back_inserter(all));
  std::erase_if(all, [&](const Alternative& one) { return one.words.empty() || one.text == piece.text; });
  keep_best(all, most_alternatives);
  return all;
}

std::vector<std::string> words_of(const std::vector<Piece>& pieces) {
  std::vector<std::string> words;
  for (const auto& piece : pieces) words.insert(words.end(), piece.words.begin(), piece.words.end());
  return words;
}

}  // namespace

double slips(std::u32string_view typed, std::u32string_view meant) {
  std::vector<double> distances((typed.size() + 1) * (meant.size() + 1));
  auto d = [&](size_t i, size_t j) -> double& { return distances[i * (meant.size() + 1) + j]; };
  for (size_t i = 0; i <= typed.size(); ++i) {
    for (size_t j = 0; j <= meant.size(); ++j) {
      if (i == 0 && j == 0) continue;
      double least = 1e9;
      if (i > 0) least = std::min(least, d(i - 1, j) + leaving_out(typed[i - 1]));
      if (j > 0) least = std::min(least, d(i, j - 1) + leaving_out(meant[j - 1]));
      if (i > 0 && j > 0) least = std::min(least, d(i - 1, j - 1) + replacing(typed[i - 1], meant[j - 1]));
      if (i > 1 && j > 1 && typed[i - 1] == meant[j - 2] && typed[i - 2] == meant[j - 1]) least = std::min(least, d(i - 2, j - 2) + 1);
      d(i, j) = least;
    }
  }
  return d(typed.size(), meant.size());
}

std::vector<Vocabulary::Word> Vocabulary::words(const Xapian::Query& query, bool by_likeness, size_t most) const {
  // A word stands once for each audience, as one of entries and as one of texts.
  size_t copies = 2 * codes_.size();
  Xapian::Enquire enquire(index_);
  if (by_likeness) enquire.set_weighting_scheme(Xapian::CoordWeight());
  else enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_docid_order(Xapian::Enquire::ASCENDING);
  enquire.set_query(query);
  std::vector<Word> out;
  std::set<std::string> seen;
  Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(most * copies));
  for (auto it = found.begin(); it != found.end() && out.size() < most; ++it) {
    SuggestionRecord record = record_at(index_, *it);
    if (seen.insert(record.text).second) out.push_back({std::move(record.text), std::move(record.reading), *it >> age_bits >> 2});
  }
  return out;
}

std::vector<Vocabulary::Word> Vocabulary::sounding(std::string_view sound, size_t most) const {
  std::vector<Q> either;
  for (const auto& code : codes_) {
    std::vector<Q> all;
    for (const auto& pair : pairs_of("^" + std::string(sound) + "$")) all.emplace_back(suggest_term(suggest_prefix::pair, code, pair));
    either.emplace_back(Q::OP_AND, all.begin(), all.end());
  }
  std::vector<Word> found = words(Q(Q::OP_OR, either.begin(), either.end()), false, most * 2);
  std::erase_if(found, [&](const Word& word) { return word.sound != sound; });
  if (found.size() > most) found.resize(most);
  return found;
}

std::vector<Vocabulary::Word> Vocabulary::resembling(std::string_view sound, size_t most) const {
  std::vector<Q> any;
  for (const auto& code : codes_) {
    for (const auto& pair : pairs_of("^" + std::string(sound) + "$")) any.emplace_back(suggest_term(suggest_prefix::pair, code, pair));
  }
  return words(Q(Q::OP_OR, any.begin(), any.end()), true, most);
}

std::optional<Correction> correct(std::string_view query, const Vocabulary& vocabulary, const text::Analyzer& analyzer, const Frequency& frequency) {
  std::vector<Piece> pieces = cut(query, analyzer);
  if (pieces.empty() || pieces.size() > most_pieces) return std::nullopt;
  auto typed = frequency(words_of(pieces));
  if (!typed || *typed >= good_matches) return std::nullopt;

  std::vector<bool> known(pieces.size(), true);
  for (size_t i = 0; i < pieces.size(); ++i) known[i] = (pieces.size() == 1 ? typed : frequency(pieces[i].words)) != 0;
  bool all_known = std::ranges::find(known, false) == known.end();

  // The words of a piece's replacement with those of the others that are not in doubt.
  auto together = [&](size_t at, const Alternative& one) {
    std::vector<std::string> words;
    for (size_t i = 0; i < pieces.size(); ++i) {
      const auto& part = i == at ? one.words : pieces[i].words;
      if (i == at || known[i]) words.insert(words.end(), part.begin(), part.end());
    }
    return frequency(words).value_or(0);
  };
  struct Choice {
    Alternative alternative;
    double worth = 0;
    uint64_t found = 0;
  };
  auto choose = [&](size_t at) {
    Choice best;
    for (const auto& one : alternatives(pieces[at], vocabulary, analyzer)) {
      uint64_t found = together(at, one);
      // Each slip must be paid for by far more clauses.
      double worth = static_cast<double>(found) * std::pow(static_cast<double>(far_more), -one.slips);
      if (worth > best.worth) best = {one, worth, found};
    }
    return best;
  };
  auto replace = [&](size_t at, const Choice& choice) {
    pieces[at].text = choice.alternative.text;
    pieces[at].words = choice.alternative.words;
  };

  std::set<size_t> replaced;
  uint64_t found = 0;
  if (all_known) {
    // Each is a word, but they do not go together: 以外な結果.
    Choice best;
    size_t where = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      Choice choice = choose(i);
      if (choice.worth > best.worth) best = choice, where = i;
    }
    if (best.worth == 0) return std::nullopt;
    replace(where, best);
    replaced.insert(where);
    found = best.found;
  } else {
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (known[i]) continue;
      Choice best = choose(i);
      if (best.worth == 0) return std::nullopt;
      replace(i, best);
      known[i] = true;
      replaced.insert(i);
      found = best.found;
    }
  }
  if (found == 0 || found < *typed * far_more) return std::nullopt;

  Correction out{"", found, {}};
  size_t at = 0;
  for (size_t i : replaced) {
    out.query += query.substr(at, pieces[i].begin - at);
    out.replaced.emplace_back(out.query.size(), out.query.size() + pieces[i].text.size());
    out.query += pieces[i].text;
    at = pieces[i].end;
  }
  out.query += query.substr(at);
  return out;
}

}  // namespace shirube::search
