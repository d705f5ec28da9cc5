#include "search/open_index.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <tuple>
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

}  // namespace

void OpenIndex::read_clauses() {
  size_t size = size_t{db.get_lastdocid()} + 1;
  auto each = [&](unsigned slot, auto take) {
    for (auto it = db.valuestream_begin(slot), end = db.valuestream_end(slot); it != end; ++it) take(it.get_docid(), *it);
  };
  documents_.resize(size);
  each(slot::document, [&](uint32_t clause, const std::string& value) { std::from_chars(value.data(), value.data() + value.size(), documents_[clause]); });

  groups_ = {{}};
  group_of_.resize(size);
  auto divide = [&](unsigned slot, std::string Group::*member, size_t length) {
    std::map<std::pair<uint32_t, std::string>, uint32_t> divided;
    auto last = divided.end();  // neighbours are alike
    each(slot, [&](uint32_t clause, const std::string& value) {
      std::pair<uint32_t, std::string> key(group_of_[clause], value.substr(0, length));
      if (last == divided.end() || last->first != key) {
        bool fresh = false;
        std::tie(last, fresh) = divided.try_emplace(std::move(key), static_cast<uint32_t>(groups_.size()));
        if (fresh) {
          Group group = groups_[group_of_[clause]];
          group.*member = last->first.second;
          groups_.push_back(std::move(group));
        }
      }
      group_of_[clause] = last->second;
    });
  };
  constexpr size_t year = 4;
  divide(slot::kind, &Group::kind, std::string::npos);
  divide(slot::issuer, &Group::issuer, std::string::npos);
  divide(slot::begins, &Group::year, year);
  for (auto& group : groups_) {
    auto row = std::ranges::find(authorities, group.kind, &Authority::kind);
    if (row != std::end(authorities)) group.authority = row->factor;
  }
}

double OpenIndex::most_authority() const {
  double most = 1;
  for (const auto& group : groups_) most = std::max(most, group.authority);
  return most;
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
      next.all_current = next.db.get_termfreq(term(prefix::state, "current")) == next.db.get_doccount();
      next.read_clauses();
      next.read_ = next.db.get_revision();
    });
  }
  *this = std::move(next);
}

bool OpenIndex::large() const { return db.get_doccount() > few_clauses; }

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
