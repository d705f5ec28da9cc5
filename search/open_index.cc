#include "search/open_index.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "search/index_format.h"
#include "search/xapian_access.h"

namespace shirube::search {

namespace {

/// Below it nothing is left out.
constexpr Xapian::doccount few_clauses = 50'000;

struct Authority {
  std::string_view kind;
  double factor;
};
constexpr Authority authorities[] = {{"law", 1.06}, {"notice", 1.06}, {"policy", 1.06}, {"guideline", 1.04}, {"commentary", 0.98}, {"answer", 0.96}};
constexpr double highest_authority = 1.06;

}  // namespace

void OpenIndex::read_clauses() {
  size_t size = size_t{db.get_lastdocid()} + 1;
  auto each = [&](unsigned slot, auto take) {
    for (auto it = db.valuestream_begin(slot), end = db.valuestream_end(slot); it != end; ++it) take(it.get_docid(), *it);
  };
  documents_.resize(size);
  each(slot::document, [&](uint32_t clause, const std::string& value) { std::from_chars(value.data(), value.data() + value.size(), documents_[clause]); });
  if (!has_authority) return;
  authorities_.resize(size, std::size(authorities));
  each(slot::kind, [&](uint32_t clause, const std::string& value) {
    authorities_[clause] = static_cast<uint8_t>(std::ranges::find(authorities, value, &Authority::kind) - std::begin(authorities));
  });
}

void OpenIndex::refresh(const std::filesystem::path& wanted, const std::string& analyzer_name) {
  OpenIndex next;
  next.folder = wanted;
  if (wanted != folder) {
    if (!wanted.empty()) next.db = Xapian::Database(wanted.string());
    if (!wanted.empty()) require_fit(next.db, index_name, index_format, analyzer_name);
  } else {
    if (folder.empty() || (!db.reopen() && db.get_revision() == read_)) return;  // a search may have reopened it
    next.db = db;
  }
  if (!wanted.empty()) {
    with_snapshot(next.db, index_name, [&] {
      next.lengths = Lengths(next.db);
      next.definitions = Definitions(next.db);
      next.has_authority = std::ranges::any_of(authorities, [&](const Authority& row) { return next.db.term_exists(term(prefix::kind, row.kind)); });
      next.all_current = next.db.get_termfreq(term(prefix::state, "current")) == next.db.get_doccount();
      next.read_clauses();
      next.read_ = next.db.get_revision();
    });
  }
  *this = std::move(next);
}

bool OpenIndex::large() const { return db.get_doccount() > few_clauses; }

double OpenIndex::authority_of(uint32_t clause) const {
  if (clause >= authorities_.size() || authorities_[clause] == std::size(authorities)) return 1;
  return authorities[authorities_[clause]].factor;
}

double OpenIndex::most_authority() const { return has_authority ? highest_authority : 1; }

std::vector<int64_t> OpenIndex::holding(const std::string& term, const Conditions& visible, size_t most) const {
  std::vector<int64_t> out;
  if (visible.none()) {
    for (auto it = db.postlist_begin(term), end = db.postlist_end(term); it != end && out.size() < most; ++it) out.push_back(*it);
    return out;
  }
  return holding(Xapian::Query(term), visible, most);
}

std::vector<int64_t> OpenIndex::holding(const Xapian::Query& query, const Conditions& visible, size_t most) const {
  std::vector<int64_t> out;
  Xapian::Enquire enquire(db);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_query(visible.narrow(query));
  Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(most));
  for (auto it = found.begin(); it != found.end(); ++it) out.push_back(*it);
  return out;
}

uint64_t OpenIndex::count(const Xapian::Query& query, const Conditions& visible) const {
  Xapian::Enquire enquire(db);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_query(visible.narrow(query));
  return enquire.get_mset(0, 0, db.get_doccount()).get_matches_estimated();
}

}  // namespace shirube::search
