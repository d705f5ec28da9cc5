#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "search/index_format.h"
#include "search/suggest.h"
#include "search/suggest_format.h"
#include "search/xapian_access.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace fs = std::filesystem;

namespace {

using text::TokenKind;

constexpr size_t longest_text = 200;       // characters
constexpr size_t longest_word = 16;        // characters
constexpr size_t most_pending = 100'000;   // some tens of megabytes
constexpr size_t most_beginnings = 5000;
constexpr std::string_view next_age_key = "next", next_beginning_key = "next-beginning", next_audience_key = "next-audience";

[[noreturn]] void rethrow(const std::string& reason) {
  throw Error(ErrorKind::unavailable, fmt::format("入力候補の索引に書き込めません（{}）。", reason),
              "空き容量と権限を確認し、続く場合は shirube reindex で作り直してください。");
}

[[noreturn]] void rethrow(const Xapian::Error& e) { rethrow(e.get_msg()); }
[[noreturn]] void rethrow(const fs::filesystem_error& e) { rethrow(e.code().message()); }

/// Where the weight of a document stands that was added to since it was written.
std::string weight_key(uint32_t age) { return "n" + std::to_string(age); }

/// Whether a sound holds nothing that is only written.
bool is_read(std::string_view sound) { return std::ranges::none_of(text::to_utf32(sound), text::is_kanji); }

/// A text that waits to be written, with all that came of it.
struct Pending {
  AudienceCode audience;
  std::string folded;
  SuggestionRecord record;
};

/// What a text is made of.
struct Analysis {
  std::vector<std::pair<size_t, size_t>> words;  ///< of those with content, where they begin and end
  std::string sound;  ///< its beginning at least, as far as it has terms
};

/// Texts in the order in which they came, equals merged.
class Waiting {
 public:
  void add(const AudienceCode& audience, std::string folded, SuggestionRecord record) {
    auto [place, fresh] = places_.try_emplace(audience + static_cast<char>('0' + record.kind) + folded, list_.size());
    if (fresh) list_.push_back({audience, std::move(folded), std::move(record)});
    else list_[place->second].record.weight += record.weight;
  }
  size_t size() const { return list_.size(); }
  std::vector<Pending> take() {
    places_.clear();
    return std::exchange(list_, {});
  }

 private:
  std::unordered_map<std::string, size_t> places_;
  std::vector<Pending> list_;
};

}  // namespace

struct SuggestionIndex::Private {
  fs::path folder;
  text::Analyzer analyzer;
  /// A new store is written beside its folder and packed into it by the first commit, which halves it.
  bool fresh = false;
  Xapian::WritableDatabase index{};
  Waiting entries{}, words{};
  std::unordered_map<std::string, Analysis> beginnings_read{};
  uint32_t next_age = 1;
  uint64_t next_beginning = 1;
  std::unordered_map<std::string, std::optional<AudienceCode>> audiences{};  ///< by expression
  std::pair<std::string, uint64_t> last_beginning{};  ///< as texts of one document come together
  /// What a new store holds already, which spares looking for the rest; empty once it is packed.
  std::unordered_set<std::string> keys{};

  /// The code of an audience; a new one gets the next.
  std::optional<AudienceCode> code_of(const std::string& expression) {
    if (expression.empty()) return std::nullopt;
    auto [known, fresh_one] = audiences.try_emplace(expression);
    if (!fresh_one) return known->second;
    std::string key = audience_number_key(expression), held = index.get_metadata(key), next(next_audience_key);
    if (held.empty()) {
      held = index.get_metadata(next);
      if (held.empty()) held = "0";
      index.set_metadata(key, held);
      index.set_metadata(next, std::to_string(std::stoull(held) + 1));
    }
    return known->second = audience_code(std::stoull(held));
  }

  fs::path beside(const char* ending) const { return folder.string() + ending; }

  void open(const std::string& analyzer_name) {
    fresh = !fs::exists(folder / "iamglass");
    fs::remove_all(beside(".new"));
    index = Xapian::WritableDatabase(fresh ? beside(".new").string() : folder.string(), Xapian::DB_CREATE_OR_OPEN | Xapian::DB_NO_TERMLIST);
    if (fresh) {
      index.set_metadata(std::string(format_key), std::string(suggest_format));
      index.set_metadata(std::string(analyzer_key), analyzer_name);
    } else {
      require_fit(index, suggest_name, suggest_format, analyzer_name);
    }
    std::string age = index.get_metadata(std::string(next_age_key)), beginning = index.get_metadata(std::string(next_beginning_key));
    if (!age.empty()) next_age = static_cast<uint32_t>(std::stoul(age));
    if (!beginning.empty()) next_beginning = std::stoull(beginning);
    // Without it Xapian commits by itself now and then.
    index.begin_transaction();
  }

  void commit() {
    flush_entries();
    flush_words();
    index.set_metadata(std::string(next_age_key), std::to_string(next_age));
    index.set_metadata(std::string(next_beginning_key), std::to_string(next_beginning));
    index.commit_transaction();
    if (fresh) pack_up();
    index.begin_transaction();
  }

  void pack_up() {
    index.close();
    fs::remove_all(beside(".packed"));
    // Numbers are importance and must stay.
    Xapian::Database(beside(".new").string()).compact(beside(".packed").string(), Xapian::DBCOMPACT_NO_RENUMBER);
    // Nobody has a folder open that was not there.
    fs::rename(beside(".packed"), folder);
    fs::remove_all(beside(".new"));
    index = Xapian::WritableDatabase(folder.string(), Xapian::DB_OPEN | Xapian::DB_NO_TERMLIST);
    fresh = false;
    keys = {};
  }

  void flush_entries() {
    for (auto& pending : entries.take()) write_entry(pending);
    if (words.size() >= most_pending) flush_words();
  }

  void flush_words() {
    for (auto& pending : words.take()) write_word(pending);
  }

  void write_entry(Pending& pending) {
    Analysis analysis = analyse(pending.folded);
    learn(pending, analysis);
    auto number = place_of(pending);
    if (!number) return;
    const AudienceCode& audience = pending.audience;
    Xapian::Document doc;
    for (auto beginning : beginnings(pending.folded)) doc.add_boolean_term(suggest_term(suggest_prefix::surface, audience, beginning));
    std::string sound = pending.record.reading.empty() ? analysis.sound : sound_of(pending.record.reading);
    for (auto beginning : beginnings(sound)) doc.add_boolean_term(suggest_term(suggest_prefix::sound, audience, beginning));
    std::set<std::string_view> inner;
    for (auto [begin, end] : analysis.words) {
      std::string_view word = std::string_view(pending.folded).substr(begin, end - begin);
      if (text::length_utf8(word) > 1) inner.insert(word);
    }
    for (auto word : inner) doc.add_boolean_term(suggest_term(suggest_prefix::inner, audience, word));
    write(*number, pending, doc);
  }

  void write_word(Pending& pending) {
    if (pending.record.reading.empty()) pending.record.reading = analyzer.reading(pending.folded);
    pending.record.reading = sound_of(pending.record.reading);
    bool of_entry = pending.record.kind == entry_word_kind;
    if (!of_entry && !is_read(pending.record.reading)) return;
    auto number = place_of(pending);
    if (!number) return;
    Xapian::Document doc;
    if (of_entry) {
      for (auto beginning : beginnings(pending.record.reading)) doc.add_boolean_term(suggest_term(suggest_prefix::word, pending.audience, beginning));
    }
    for (const auto& pair : pairs_of("^" + pending.record.reading + "$")) doc.add_boolean_term(suggest_term(suggest_prefix::pair, pending.audience, pair));
    write(*number, pending, doc);
  }

  void write(uint32_t number, const Pending& pending, Xapian::Document& doc) {
    doc.add_boolean_term(key_term(pending.audience, pending.record.kind, pending.folded));
    SuggestionRecord record = pending.record;
    if (size_t shared = shared_beginning(record.text)) {
      record.beginning = beginning_of(record.text.substr(0, shared));
      record.text.erase(0, shared);
    }
    doc.set_data(pack(record));
    index.replace_document(number, doc);
  }

  uint64_t beginning_of(const std::string& text) {
    if (text == last_beginning.first) return last_beginning.second;
    std::string key = beginning_number_key(text), held = index.get_metadata(key);
    if (!held.empty()) return (last_beginning = {text, std::stoull(held)}).second;
    index.set_metadata(key, std::to_string(next_beginning));
    index.set_metadata(beginning_text_key(next_beginning), text);
    return (last_beginning = {text, next_beginning++}).second;
  }

  /// A beginning that many share is analysed once, as a sentence of its own.
  Analysis analyse(const std::string& folded) {
    size_t shared = shared_beginning(folded);
    if (shared == 0) return analyse_part(folded, true);
    if (beginnings_read.size() > most_beginnings) beginnings_read.clear();
    auto [known, fresh_one] = beginnings_read.try_emplace(folded.substr(0, shared));
    if (fresh_one) known->second = analyse_part(known->first, true);
    Analysis whole = known->second, rest = analyse_part(folded.substr(shared), text::length_utf8(whole.sound) < longest_term_characters);
    whole.sound += rest.sound;
    for (auto [begin, end] : rest.words) whole.words.emplace_back(begin + shared, end + shared);
    return whole;
  }
  Analysis analyse_part(const std::string& folded, bool aloud) {
    Analysis out{{}, aloud ? sound_of(analyzer.reading(folded)) : ""};
    size_t number_end = 0;  // 第十二条 is nobody's word
    for (const auto& token : analyzer.analyze(folded)) {
      if (token.kind == TokenKind::reference) number_end = token.end;
      bool content = token.kind == TokenKind::noun || token.kind == TokenKind::word;
      if (content && token.begin >= number_end) out.words.emplace_back(token.begin, token.end);
    }
    return out;
  }

  /// The number that the text is to be written under, its record made complete by what is held; nullopt
  /// when what is held already stands there.
  std::optional<uint32_t> place_of(Pending& pending) {
    SuggestionRecord& record = pending.record;
    std::string key = key_term(pending.audience, record.kind, pending.folded);
    if (!fresh || !keys.insert(key).second) {
      // The best class first, which is the latest.
      for (auto it = index.postlist_begin(key); it != index.postlist_end(key); ++it) {
        SuggestionRecord held = record_at(index, *it);
        if (held.kind != record.kind || text::fold(held.text) != pending.folded) continue;
        uint32_t age = *it & oldest_age;
        std::string since = index.get_metadata(weight_key(age));
        uint64_t before = since.empty() ? held.weight : std::stoull(since);
        held.weight = before + record.weight;
        record = std::move(held);
        index.set_metadata(weight_key(age), std::to_string(record.weight));
        if (same_class(before, record.weight)) return std::nullopt;
        return number_of(record.weight, record.kind, age);
      }
    }
    if (next_age > oldest_age) throw Error(ErrorKind::unavailable, "入力候補の索引がいっぱいです。", "shirube reindex で索引を作り直してください。");
    return number_of(record.weight, record.kind, next_age++);
  }

  /// The words of an entry, and those made with a single character: 暗号化, 再発行.
  void learn(const Pending& entry, const Analysis& analysis) {
    std::string_view s = entry.folded;
    std::set<std::string_view> found;
    size_t begin_before = 0, end_before = 0, length_before = 0;
    for (auto [begin, end] : analysis.words) {
      std::string_view word = s.substr(begin, end - begin);
      size_t length = text::length_utf8(word);
      if (length >= 2 && length <= longest_word) found.insert(word);
      bool affixed = end_before == begin && (length == 1) != (length_before == 1) && length + length_before <= longest_word;
      if (affixed && length_before > 0) found.insert(s.substr(begin_before, end - begin_before));
      begin_before = begin, end_before = end, length_before = length;
    }
    for (auto word : found) words.add(entry.audience, std::string(word), {entry_word_kind, entry.record.weight, 0, std::string(word), ""});
  }
};

SuggestionIndex::SuggestionIndex(const fs::path& folder, const text::AnalyzerModel& model, const std::string& analyzer_name) try
    : self_(new Private{folder, text::Analyzer(model)}) {
  self_->open(analyzer_name);
} catch (const Xapian::Error& e) {
  rethrow(e);
} catch (const fs::filesystem_error& e) {
  rethrow(e);
}

SuggestionIndex::~SuggestionIndex() {
  try {
    self_->index.cancel_transaction();
    std::error_code ignored;
    if (self_->fresh) fs::remove_all(self_->beside(".new"), ignored);
  } catch (const Xapian::Error&) {
    // What was not committed is lost either way.
  }
}

void SuggestionIndex::add(const SuggestionEntry& entry) try {
  auto audience = self_->code_of(entry.audience);
  if (!audience || entry.weight == 0 || text::length_utf8(entry.text) > longest_text) return;
  std::string folded(text::trim(text::fold(entry.text)));
  if (folded.empty()) return;
  self_->entries.add(*audience, std::move(folded), {static_cast<uint64_t>(entry.kind), entry.weight, 0, std::string(text::trim(entry.text)), entry.reading});
  if (self_->entries.size() >= most_pending) self_->flush_entries();
} catch (const Xapian::Error& e) {
  rethrow(e);
}

void SuggestionIndex::add_word(const SuggestionWord& word) try {
  auto audience = self_->code_of(word.audience);
  if (!audience || word.frequency == 0 || text::length_utf8(word.text) > longest_word) return;
  std::string folded(text::trim(text::fold(word.text)));
  if (folded.empty()) return;
  self_->words.add(*audience, folded, {text_word_kind, word.frequency, 0, folded, word.reading});
  if (self_->words.size() >= most_pending) self_->flush_words();
} catch (const Xapian::Error& e) {
  rethrow(e);
}

void SuggestionIndex::commit() try {
  self_->commit();
} catch (const Xapian::Error& e) {
  rethrow(e);
} catch (const fs::filesystem_error& e) {
  rethrow(e);
}

}  // namespace shirube::search
