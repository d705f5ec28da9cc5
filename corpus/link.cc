// Official citations in running text, bound to the clauses they name.
#include <algorithm>
#include <compare>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "corpus/library.h"
#include "corpus/mention.h"
#include "corpus/resolve.h"
#include "store/database.h"
#include "store/queue.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t longest_title = 80;    // characters
constexpr size_t longest_label = 120;   // bytes
constexpr size_t longest_locator = 500;  // bytes
constexpr size_t most_cut = 12;         // characters after a place that may look like part of it

static_assert(most_cut * 2 * mention::for_twins < static_cast<size_t>(mention::by_short_title));

bool may_stand_in_locator(char32_t c) {
  constexpr std::u32string_view signs = U"第条項号編章節の別表紙記附則様式()（）.-．－";
  return text::is_digit(c) || text::is_katakana(c) || signs.find(c) != signs.npos || (c >= 0x2460 && c <= 0x2473) ||
         text::numeral_value(text::to_utf8({&c, 1})).has_value();
}

/// A citation as it stands in a text: bytes of its parts.
struct Found {
  size_t title_end;   ///< where 「（」 stands
  size_t label_end;   ///< after 「版）」
  size_t locator_end;
};

/// The next 「…（…版）第…」 from `from` on.
std::optional<Found> next_citation(std::string_view s, size_t from) {
  constexpr std::string_view closing = "版）", opening = "（";
  for (size_t at; (at = s.find(closing, from)) != s.npos; from = at + closing.size()) {
    size_t open = s.rfind(opening, at);
    if (open == s.npos || open == 0 || at - open > longest_label) continue;
    size_t end = at + closing.size();
    while (end < s.size()) {
      auto [c, length] = text::code_point_at(s, end);
      if (!may_stand_in_locator(c)) break;
      end += length;
    }
    if (end > at + closing.size()) return Found{open, at + closing.size(), end};
  }
  return std::nullopt;
}

/// Where a title that ends at `end` may begin at the earliest: at the sign before it.
size_t earliest_begin(std::string_view s, size_t end) {
  size_t begin = end;
  for (size_t count = 0; begin > 0 && count < longest_title; ++count) {
    size_t back = begin - 1;
    while (back > 0 && (static_cast<unsigned char>(s[back]) & 0xC0) == 0x80) --back;
    char32_t c = text::code_point_at(s, back).value;
    if (text::is_space(c) || c == U'。' || c == U'、' || c == U'「' || c == U'」' || c == U'：' || c == ':') break;
    begin = back;
  }
  return begin;
}

size_t last_character(const std::string& s) {
  size_t at = s.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// A step of a place at the start of `s`: 「第2項」, 「(2)」, 「4.2」. Steps of one kind take each other's place.
struct Place {
  std::string_view words;
  std::string_view kind;  ///< 条, 項, 号, "(", "."
  int64_t number = 0;
};

std::optional<Place> read_place(std::string_view s) {
  constexpr std::string_view prefix = "第";
  if (s.starts_with(prefix)) {
    auto number = text::read_numeral(s.substr(prefix.size()));
    if (!number) return std::nullopt;
    size_t at = prefix.size() + number->length;
    for (std::string_view unit : {"条", "項", "号"}) {
      if (s.substr(at).starts_with(unit)) return Place{s.substr(0, at + unit.size()), unit, number->value};
    }
    return std::nullopt;
  }
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"(", ")"}, {"（", "）"}}) {
    if (!s.starts_with(open)) continue;
    auto number = text::read_numeral(s.substr(open.size()));
    if (!number || !s.substr(open.size() + number->length).starts_with(close)) return std::nullopt;
    return Place{s.substr(0, open.size() + number->length + close.size()), "(", number->value};
  }
  size_t end = 0, dots = 0;
  while (end < s.size() && ((s[end] >= '0' && s[end] <= '9') || (s[end] == '.' && end > 0))) dots += s[end++] == '.';
  if (dots == 0 || s[end - 1] == '.') return std::nullopt;
  return Place{s.substr(0, end), ".", 0};
}

/// Where the last step of a kind stands in a citation, and that step.
std::optional<std::pair<size_t, Place>> last_step(std::string_view citation, std::string_view kind) {
  constexpr std::string_view closing = "版）";
  std::optional<std::pair<size_t, Place>> out;
  for (size_t at = citation.rfind(closing) + closing.size(); at < citation.size();) {
    auto place = read_place(citation.substr(at));
    if (place && place->kind == kind) out = {at, *place};
    at += place ? place->words.size() : text::code_point_at(citation, at).length;
  }
  return out;
}

/// A citation from its label on, and those that go on after it: 「第12条第2項及び第3項」 names a second place by its last step, 「第1号から第3号まで」
/// those between as well.
std::vector<std::string> continued(const std::string& first, std::string_view rest) {
  constexpr std::string_view range = "から", until = "まで", joints[] = {"及び", "並びに", "又は", "若しくは", range, "、", "・"};
  constexpr int64_t most_between = 50;
  std::vector<std::string> citations = {first};
  while (true) {
    std::string_view joint;
    for (std::string_view word : joints) {
      if (rest.starts_with(word)) joint = word;
    }
    if (joint.empty()) return citations;
    const auto read = read_place(rest.substr(joint.size()));
    if (!read) return citations;
    const Place place = *read;
    // The step that is named again takes the place of the last one of its kind, or stands below.
    const std::string base = citations.back();
    auto step = last_step(base, place.kind);
    if (!step) return citations;
    rest.remove_prefix(joint.size() + place.words.size());
    std::string below;
    while (auto further = read_place(rest)) {
      below += further->words;
      rest.remove_prefix(further->words.size());
    }
    const std::string above = base.substr(0, step->first);
    const int64_t from = step->second.number;
    if (joint == range && below.empty() && place.number - from <= most_between) {
      for (int64_t between = from + 1; between < place.number; ++between) {
        citations.push_back(above + (place.kind == "(" ? "(" + std::to_string(between) + ")" : "第" + std::to_string(between) + std::string(place.kind)));
      }
    }
    if (joint == range && rest.starts_with(until)) rest.remove_prefix(until.size());
    citations.push_back(above + std::string(place.words) + below);
  }
}

/// A row of `mentions`: one way to read one citation.
struct Mention {
  int64_t from, place, rank, document;
  std::optional<int64_t> to;
  auto operator<=>(const Mention&) const = default;
};

/// Reads what stands in texts, by one state of the database.
class Linking {
 public:
  explicit Linking(SQLite::Database& db)
      : db_(db),
        titled_(db, "SELECT id, title = :t FROM documents WHERE title = :t OR (short_title = :t AND short_title <> '') ORDER BY id"),
        editions_(db, "SELECT id, label FROM editions WHERE document_id = ?") {}

  /// In order.
  std::vector<Mention> mentions_of(int64_t edition) {
    found_.clear();
    SQLite::Statement select(db_, "SELECT id, text FROM clauses WHERE edition_id = ? AND text LIKE '%版）%'");
    select.bind(1, edition);
    while (select.executeStep()) read(select.getColumn(0).getInt64(), select.getColumn(1).getString());
    std::ranges::sort(found_);
    found_.erase(std::ranges::unique(found_).begin(), found_.end());
    return std::move(found_);
  }

 private:
  static constexpr std::string_view bracket = "（";
  using Locators = std::unordered_map<std::string, std::vector<int64_t>>;
  struct Labelled {
    int64_t document, edition;
  };
  /// Documents of one title: the first that is called so, by its title and by its short one, and the editions of all by folded label.
  struct Titled {
    std::optional<int64_t> by_title, by_short_title;
    std::unordered_multimap<std::string, Labelled> editions;
  };

  void read(int64_t clause, const std::string& text) {
    from_ = clause, place_ = 0;
    for (auto found = next_citation(text, 0); found; found = next_citation(text, found->locator_end)) {
      // The label and all that follows, without the title.
      auto all = continued(text.substr(found->title_end, found->locator_end - found->title_end), std::string_view(text).substr(found->locator_end));
      size_t label_length = found->label_end - found->title_end;
      std::string label = text::fold(std::string_view(text).substr(found->title_end + bracket.size(), label_length - 2 * bracket.size()));
      for (size_t begin = earliest_begin(text, found->title_end); begin < found->title_end; begin += text::code_point_at(text, begin).length) {
        const Titled* documents = titled(text.substr(begin, found->title_end - begin));
        if (documents == nullptr) continue;
        for (size_t i = 0; i < all.size(); ++i) read(*documents, label, static_cast<int64_t>(begin), place_ + static_cast<int64_t>(i), all[i].substr(label_length));
      }
      place_ += static_cast<int64_t>(all.size());
    }
  }

  /// Kept, as who cites one often cites it again.
  const Titled* titled(const std::string& title) {
    if (auto known = titles_.find(title); known != titles_.end()) return &known->second;
    Titled found;
    titled_.reset();
    titled_.bind(":t", title);
    while (titled_.executeStep()) {
      int64_t document = titled_.getColumn(0).getInt64();
      auto& first = titled_.getColumn(1).getInt() != 0 ? found.by_title : found.by_short_title;
      if (!first) first = document;
      editions_.reset();
      editions_.bind(1, document);
      while (editions_.executeStep()) found.editions.emplace(text::fold(editions_.getColumn(1).getString()), Labelled{document, editions_.getColumn(0).getInt64()});
    }
    if (!found.by_title && !found.by_short_title) return nullptr;
    return &titles_.emplace(title, std::move(found)).first->second;
  }

  /// A place in the editions that have this label.
  void read(const Titled& documents, const std::string& label, int64_t begin, int64_t place, const std::string& words) {
    if (documents.by_title) found_.push_back({from_, place, mention::rank(begin, mention::by_title), *documents.by_title, {}});
    if (documents.by_short_title) found_.push_back({from_, place, mention::rank(begin, mention::by_short_title), *documents.by_short_title, {}});
    if (words.size() > longest_locator) return;
    for (auto [one, end] = documents.editions.equal_range(label); one != end; ++one) {
      const Locators& held = locators(one->second.edition);
      auto bind = [&](const std::string& name, size_t cut, bool exact) {
        auto clauses = held.find(name);
        if (clauses == held.end()) return;
        for (size_t twin = 0; twin < clauses->second.size(); ++twin) {
          found_.push_back({from_, place, mention::rank(begin, static_cast<int64_t>(cut), exact, static_cast<int64_t>(twin)), one->second.document, clauses->second[twin]});
        }
      };
      // What follows a place may look like part of it (「第2条の規定」, 「第1条）」).
      std::string locator = words;
      for (size_t cut = 0; cut < most_cut && !locator.empty(); ++cut, locator.resize(last_character(locator))) {
        std::string name = folded(locator), other_name = without_first(name);
        bind(name, cut, true);
        if (other_name != name) bind(other_name, cut, false);
      }
    }
  }

  static std::string folded(std::string_view locator) { return text::replace_all(text::fold(locator), " ", ""); }

  /// The clauses of an edition by their folded places, in order.
  const Locators& locators(int64_t edition) {
    auto [known, fresh] = locators_.try_emplace(edition);
    if (!fresh) return known->second;
    SQLite::Statement select(db_, "SELECT id, locator FROM clauses WHERE edition_id = ? ORDER BY position");
    select.bind(1, edition);
    while (select.executeStep()) known->second[text::fold(select.getColumn(1).getString())].push_back(select.getColumn(0).getInt64());
    return known->second;
  }

  SQLite::Database& db_;
  SQLite::Statement titled_, editions_;
  std::unordered_map<std::string, Titled> titles_;
  std::unordered_map<int64_t, Locators> locators_;
  std::vector<Mention> found_;
  int64_t from_ = 0, place_ = 0;
};

std::vector<Mention> held_mentions(SQLite::Database& db, int64_t edition) {
  SQLite::Statement select(db, "SELECT from_clause_id, place, rank, document_id, to_clause_id FROM mentions WHERE from_clause_id IN (SELECT id FROM clauses WHERE edition_id = ?)");
  select.bind(1, edition);
  std::vector<Mention> held;
  while (select.executeStep()) {
    auto number = [&](int column) { return select.getColumn(column).getInt64(); };
    held.push_back({number(0), number(1), number(2), number(3), select.getColumn(4).isNull() ? std::nullopt : std::optional(number(4))});
  }
  std::ranges::sort(held);
  return held;
}

void run(SQLite::Database& db, const char* sql, const std::vector<Mention>& mentions) {
  SQLite::Statement statement(db, sql);
  for (const auto& one : mentions) {
    int at = 0;
    for (int64_t value : {one.from, one.place, one.rank, one.document}) statement.bind(++at, value);
    if (one.to) statement.bind(++at, *one.to);
    else statement.bind(++at);
    statement.exec();
    statement.reset();
  }
}

/// What is to be changed for some editions, by what stood in the database at that time.
class Plan {
 public:
  Plan(SQLite::Database& db, std::span<const int64_t> editions) : state_(state_of(db)) {
    Linking linking(db);
    for (int64_t edition : editions) {
      auto found = linking.mentions_of(edition), held = held_mentions(db, edition);
      Change change{edition, {}, {}};
      std::ranges::set_difference(held, found, std::back_inserter(change.gone));
      std::ranges::set_difference(found, held, std::back_inserter(change.come));
      changes_.push_back(std::move(change));
    }
  }
  /// Whether no edition came and no title was corrected since.
  bool holds(SQLite::Database& db) const { return state_ == state_of(db); }

  void carry_out(SQLite::Database& db) const {
    SQLite::Statement done(db, "UPDATE editions SET linked = 1 WHERE id = ? AND linked = 0");
    for (const auto& change : changes_) {
      done.reset();
      done.bind(1, change.edition);
      if (done.exec() == 0) continue;  // another process did it
      run(db, "DELETE FROM mentions WHERE from_clause_id = ? AND place = ? AND rank = ? AND document_id = ? AND to_clause_id IS ?", change.gone);
      run(db, "INSERT INTO mentions (from_clause_id, place, rank, document_id, to_clause_id) VALUES (?, ?, ?, ?, ?)", change.come);
    }
  }

 private:
  struct Change {
    int64_t edition;
    std::vector<Mention> gone, come;
  };
  static std::pair<int64_t, int64_t> state_of(SQLite::Database& db) {
    return {db.execAndGet("SELECT ifnull(max(id), 0) FROM editions").getInt64(), store::corrections_made(db)};
  }

  std::pair<int64_t, int64_t> state_;
  std::vector<Change> changes_;
};

}  // namespace

void Library::link_citations(const std::atomic<bool>& stop) {
  constexpr size_t at_once = 50;
  auto waiting = database_.read([](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT id FROM editions WHERE linked = 0 ORDER BY id");
    std::vector<int64_t> editions;
    while (select.executeStep()) editions.push_back(select.getColumn(0).getInt64());
    return editions;
  });
  // Looked up while others write, then written in short; what came in between may be what is cited.
  std::span<const int64_t> left = waiting;
  while (!left.empty() && !stop) {
    auto some = left.first(std::min(at_once, left.size()));
    left = left.subspan(some.size());
    auto plan = database_.read([&](SQLite::Database& db) { return Plan(db, some); });
    database_.write([&](SQLite::Database& db) {
      if (!plan.holds(db)) plan = Plan(db, some);
      plan.carry_out(db);
    });
  }
}

std::optional<Library::Held> Library::find_edition(const std::string& slug, const std::string& content_hash) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Held> {
    SQLite::Statement select(db, "SELECT e.id, (SELECT count(*) FROM clauses c WHERE c.edition_id = e.id) FROM editions e "
                                 "JOIN documents d ON d.id = e.document_id WHERE d.slug = ? AND e.content_hash = ?");
    select.bind(1, slug);
    select.bind(2, content_hash);
    if (!select.executeStep()) return std::nullopt;
    return Held{select.getColumn(0).getInt64(), static_cast<size_t>(select.getColumn(1).getInt64())};
  });
}

}  // namespace shirube::corpus
