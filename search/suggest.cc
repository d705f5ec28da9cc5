#include "search/suggest.h"

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <set>

#include "search/correct.h"
#include "search/index_format.h"
#include "search/suggest_format.h"
#include "search/xapian_access.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/romaji.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using Q = Xapian::Query;

constexpr size_t longest_typed = 200;  // characters
constexpr size_t most_asked = 50;
constexpr size_t most_examined = 1000;  ///< records read for one list; beginnings of 12 characters leave few false ones
constexpr size_t most_spelled = 3000;   ///< words looked at that begin with what was typed
constexpr size_t most_cuts = 4;
constexpr size_t most_words = 30;       ///< of them taken, the most frequent

Q any(const std::vector<Q>& queries) { return {Q::OP_OR, queries.begin(), queries.end()}; }
Q all(const std::vector<Q>& queries) { return {Q::OP_AND, queries.begin(), queries.end()}; }

bool is_kana(char32_t c) { return text::is_hiragana(c) || text::is_katakana(c); }
bool is_romaji_letter(char32_t c) { return c < 0x80 && (text::is_latin(c) || c == U'-' || c == U'\''); }

/// What was typed, cut where it may go over from spelling to sound: 情報s is 情報 and さ, し, す, せ or そ.
struct Cut {
  std::string head;                 ///< taken as it stands
  std::vector<std::string> sounds;  ///< that what follows may begin with
};
struct Typed {
  std::string whole;  ///< folded
  std::vector<Cut> cuts;
};

/// The sounds of kana with romaji at its end; empty when it is not that.
std::vector<std::string> sounds_of(std::string_view kana, std::string_view romaji) {
  std::vector<std::string> out;
  if (romaji.empty()) return {sound_of(kana)};
  for (const auto& reading : text::read_romaji(romaji)) {
    std::string begin = std::string(kana) + reading.kana;
    std::vector<std::string> ends = reading.rest.empty() ? std::vector<std::string>{""} : text::continuations(reading.rest);
    for (const auto& end : ends) {
      std::string sound = sound_of(begin + end);
      // しゃ adds nothing to し.
      bool covered = std::ranges::any_of(out, [&](const std::string& shorter) { return sound.starts_with(shorter); });
      if (!covered && !sound.empty()) out.push_back(std::move(sound));
    }
  }
  return out;
}

Typed take_apart(std::string folded, const text::Analyzer& analyzer) {
  Typed typed{std::move(folded), {}};
  size_t kana_begin = typed.whole.size(), romaji_begin = kana_begin;
  std::u32string characters = text::to_utf32(typed.whole);
  auto back = [&](auto is_part, size_t& begin) {
    while (!characters.empty() && is_part(characters.back())) {
      begin -= text::to_utf8(characters.substr(characters.size() - 1)).size();
      characters.pop_back();
    }
  };
  back(is_romaji_letter, romaji_begin);
  kana_begin = romaji_begin;
  back(is_kana, kana_begin);
  std::string_view s = typed.whole;
  auto cut = [&](size_t at) {
    Cut one{std::string(s.substr(0, at)), sounds_of(s.substr(at, romaji_begin - at), s.substr(romaji_begin))};
    if (!one.sounds.empty()) typed.cuts.push_back(std::move(one));
  };
  if (kana_begin < s.size()) cut(kana_begin);
  if (kana_begin == 0 || typed.cuts.empty()) return typed;
  // 確保に関するししん: the kana after 関 are its own as far as a word goes.
  for (const auto& token : analyzer.analyze(typed.whole)) {
    bool inside = token.end > kana_begin && token.end <= romaji_begin && token.end < s.size() && token.end > typed.cuts.back().head.size();
    if (inside && typed.cuts.size() < most_cuts) cut(token.end);
  }
  return typed;
}

/// A list in the making: texts that were not offered yet, up to the wanted number.
struct Offers {
  size_t most;
  std::vector<Suggestion> list;
  std::set<std::string> seen;

  bool full() const { return list.size() >= most; }
  void add(const std::string& kept, const SuggestionRecord& record) {
    std::string text = kept + record.text;
    if (!full() && seen.insert(text::fold(text)).second) list.push_back({std::move(text), kept.size(), static_cast<SuggestionKind>(record.kind)});
  }
};

}  // namespace

struct Suggester::Private {
  std::filesystem::path folder;
  std::string analyzer_name;
  text::Analyzer analyzer;
  Xapian::Database index;
  bool open = false;

  bool exists() const { return !folder.empty() && std::filesystem::exists(folder / "iamglass"); }

  void take_up() {
    // Opened anew each time: an open one is not told that another stands in its place.
    open = false;
    if (!exists()) return;
    try {
      index = Xapian::Database(folder.string());
    } catch (const Xapian::DatabaseOpeningError&) {
      if (exists()) throw;
      return;  // removed at this moment
    }
    require_fit(index, suggest_name, suggest_format, analyzer_name);
    open = true;
  }

  template <typename Work>
  auto with_index(Work work) {
    return with_snapshot(index, suggest_name, work);
  }

  /// Gives the records of a query to `take`, the most important first, until it has enough.
  template <typename Take>
  void walk(const Q& query, Take take) {
    if (query.empty()) return;
    Xapian::Enquire enquire(index);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    enquire.set_query(query);
    // Each step is a search of its own, so they grow.
    for (size_t first = 0, step = most_asked; first < most_examined; first += step, step *= 4) {
      Xapian::MSet found = enquire.get_mset(static_cast<Xapian::doccount>(first), static_cast<Xapian::doccount>(step));
      for (auto it = found.begin(); it != found.end(); ++it) {
        if (!take(record_at(index, *it))) return;
      }
      if (found.size() < step) return;
    }
  }

  std::string sound(const SuggestionRecord& record) { return sound_of(record.reading.empty() ? analyzer.reading(text::fold(record.text)) : record.reading); }

  // ---- texts that begin with what was typed ----

  void offer_beginnings(const Typed& typed, const std::vector<AudienceCode>& codes, const std::string& kept, Offers& offers) {
    std::vector<Cut> whole = typed.cuts;  // with sounds from the beginning on
    bool proved = true;                   // by the terms alone
    for (auto& cut : whole) {
      if (cut.head.empty()) continue;
      std::string head_sound = sound_of(analyzer.reading(cut.head));
      for (auto& sound : cut.sounds) sound.insert(0, head_sound);
      proved = false;
    }
    std::vector<Q> queries;
    auto add = [&](char prefix, const AudienceCode& code, const std::string& begin) {
      std::string_view edge = longest_beginning(begin);
      proved = proved && edge.size() == begin.size();
      queries.emplace_back(suggest_term(prefix, code, edge));
    };
    for (const auto& code : codes) {
      add(suggest_prefix::surface, code, typed.whole);
      for (const auto& cut : whole) {
        for (const auto& sound : cut.sounds) {
          add(suggest_prefix::sound, code, sound);
          if (!cut.head.empty()) queries.back() = all({queries.back(), Q(suggest_term(suggest_prefix::surface, code, longest_beginning(cut.head)))});
        }
      }
    }
    walk(any(queries), [&](const SuggestionRecord& record) {
      if (proved || begins(record, typed.whole, whole)) offers.add(kept, record);
      return !offers.full();
    });
  }

  bool begins(const SuggestionRecord& record, const std::string& spelled, const std::vector<Cut>& cuts) {
    std::string folded = text::fold(record.text), spoken;
    if (folded.starts_with(spelled)) return true;
    for (const auto& cut : cuts) {
      if (!folded.starts_with(cut.head)) continue;
      if (spoken.empty()) spoken = sound(record);
      if (std::ranges::any_of(cut.sounds, [&](const std::string& each) { return spoken.starts_with(each); })) return true;
    }
    return false;
  }

  // ---- texts with a word inside that begins with it ----

  /// The most frequent words of one audience that are spelled with this beginning.
  std::vector<std::string> words_spelled(const AudienceCode& code, const std::string& begin) {
    std::vector<std::pair<Xapian::doccount, std::string>> words;
    std::string prefix = suggest_term(suggest_prefix::inner, code, begin);
    for (auto it = index.allterms_begin(prefix); it != index.allterms_end(prefix) && words.size() < most_spelled; ++it) words.emplace_back(it.get_termfreq(), *it);
    size_t kept = std::min(words.size(), most_words);
    std::ranges::partial_sort(words, words.begin() + static_cast<std::ptrdiff_t>(kept), [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    std::vector<std::string> out;
    for (size_t i = 0; i < kept; ++i) out.push_back(word_of_suggest_term(words[i].second, code));
    return out;
  }

  /// The most frequent words of one audience that sound like this at the beginning.
  std::vector<std::string> words_sounded(const AudienceCode& code, const std::vector<std::string>& sounds) {
    std::vector<Q> queries;
    for (const auto& each : sounds) queries.emplace_back(suggest_term(suggest_prefix::word, code, longest_beginning(each)));
    std::vector<std::string> out;
    if (queries.empty()) return out;
    walk(any(queries), [&](const SuggestionRecord& record) {
      bool fits = std::ranges::any_of(sounds, [&](const std::string& each) { return record.reading.starts_with(each); });
      if (fits && std::ranges::find(out, record.text) == out.end()) out.push_back(record.text);
      return out.size() < most_words;
    });
    return out;
  }

  void offer_inner(const Typed& typed, const std::vector<AudienceCode>& codes, const std::string& kept, Offers& offers) {
    std::vector<Q> queries;
    std::set<std::string> wanted;  // the text holds one of them
    auto look_for = [&](const AudienceCode& code, const std::vector<std::string>& before, const std::string& before_text, const std::vector<std::string>& words) {
      if (words.empty()) return;
      std::vector<Q> either, parts;
      for (const auto& word : words) {
        either.emplace_back(suggest_term(suggest_prefix::inner, code, word));
        wanted.insert(before_text + word);
      }
      for (const auto& word : before) {
        if (text::length_utf8(word) > 1) parts.emplace_back(suggest_term(suggest_prefix::inner, code, word));
      }
      parts.push_back(any(either));
      queries.push_back(all(parts));
    };
    // 対策基 is 対策 and a word that begins with 基; 情報s one that begins with さ to そ.
    auto [before, last] = cut_words(typed.whole);
    std::string before_text = typed.whole.substr(0, typed.whole.size() - last.size());
    for (const auto& code : codes) {
      look_for(code, {}, "", words_spelled(code, typed.whole));
      if (!before.empty() && !last.empty()) look_for(code, before, before_text, words_spelled(code, last));
      for (const auto& cut : typed.cuts) look_for(code, content_words(cut.head), cut.head, words_sounded(code, cut.sounds));
    }
    if (queries.empty()) return;
    walk(any(queries), [&](const SuggestionRecord& record) {
      std::string folded = text::fold(record.text);
      if (std::ranges::any_of(wanted, [&](const std::string& each) { return folded.find(each) != folded.npos; })) offers.add(kept, record);
      return !offers.full();
    });
  }

  std::vector<std::string> content_words(const std::string& folded) {
    std::vector<std::string> out;
    for (const auto& token : analyzer.analyze(folded)) {
      bool content = token.kind == text::TokenKind::noun || token.kind == text::TokenKind::word;
      if (content) out.push_back(folded.substr(token.begin, token.end - token.begin));
    }
    return out;
  }

  /// The words before the last, and the last, which reaches to the end.
  std::pair<std::vector<std::string>, std::string> cut_words(const std::string& folded) {
    auto words = content_words(folded);
    if (words.size() < 2 || !folded.ends_with(words.back())) return {};
    std::string last = words.back();
    words.pop_back();
    return {words, last};
  }

  std::vector<Suggestion> suggest(std::string_view typed, const std::vector<AudienceCode>& codes, size_t most) {
    Offers offers{most, {}, {}};
    if (codes.empty()) return offers.list;
    size_t begin = 0;  // of the last word
    for (size_t i = 0; i < typed.size();) {
      auto [c, length] = text::code_point_at(typed, i);
      i += length;
      if (text::is_space(c)) begin = i;
    }
    auto folded = [](std::string_view s) {
      std::string out = text::fold(s);
      return out.substr(std::min(out.find_first_not_of(' '), out.size()));
    };
    std::string whole = folded(typed), last = folded(typed.substr(begin));
    if (whole != last) offer_beginnings({whole, {}}, codes, "", offers);
    if (last.empty()) return offers.list;
    Typed parts = take_apart(last, analyzer);
    std::string kept = whole == last ? "" : std::string(typed.substr(0, begin));
    if (!offers.full()) offer_beginnings(parts, codes, kept, offers);
    if (!offers.full()) offer_inner(parts, codes, kept, offers);
    return offers.list;
  }
};

std::filesystem::path suggestion_folder(const std::filesystem::path& index_folder) { return index_folder.empty() ? index_folder : index_folder / "suggest"; }

Suggester::Suggester(std::filesystem::path folder, const text::AnalyzerModel& model, std::string analyzer_name)
    : self_(new Private{std::move(folder), std::move(analyzer_name), text::Analyzer(model), {}}) {
  refresh();
}

Suggester::~Suggester() = default;
Suggester::Suggester(Suggester&&) noexcept = default;

const std::filesystem::path& Suggester::folder() const { return self_->folder; }

void Suggester::refresh() try { self_->take_up(); } catch (const Xapian::Error& e) {
  throw unreadable(suggest_name, e);
}

std::vector<Suggestion> Suggester::suggest(std::string_view typed, const corpus::Viewer& viewer, size_t most) {
  most = std::min(most, most_asked);
  if (!self_->open || most == 0 || text::length_utf8(typed) > longest_typed || text::trim(typed).empty()) return {};
  return self_->with_index([&] { return self_->suggest(typed, visible_codes(self_->index, viewer), most); });
}

std::optional<Correction> Suggester::did_you_mean(std::string_view query, const corpus::Viewer& viewer, const Frequency& frequency) {
  if (!self_->open || text::length_utf8(query) > longest_typed) return std::nullopt;
  return self_->with_index([&] { return correct(query, Vocabulary(self_->index, visible_codes(self_->index, viewer)), self_->analyzer, frequency); });
}

}  // namespace shirube::search
