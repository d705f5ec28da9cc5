#include "search/open_index.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "search/index_format.h"
#include "search/xapian_access.h"
#include "text/date.h"

namespace shirube::search {

namespace {

constexpr size_t kept_sights = 8;

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
  /// `stream` hands on clauses with their value.
  auto divide = [&](std::string Group::*member, auto stream) {
    std::map<std::pair<uint32_t, std::string>, uint32_t> divided;
    auto last = divided.end();  // neighbours are alike
    stream([&](uint32_t clause, const std::string& value) {
      std::pair<uint32_t, std::string> key(group_of_[clause], value);
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
  auto values = [&](unsigned slot) { return [&, slot](auto take) { each(slot, take); }; };
  divide(&Group::kind, values(slot::kind));
  divide(&Group::issuer, values(slot::issuer));
  divide(&Group::year, [&](auto take) {
    each(slot::begins, [&](uint32_t clause, const std::string& value) {
      if (auto day = text::from_iso(value)) take(clause, std::to_string(text::fiscal_year(*day)));
    });
  });
  divide(&Group::audience, [&](auto take) {
    std::vector<std::string> names;
    for (const auto& expression : audiences_) names.push_back(narrowest(expression));
    for (uint32_t clause = 1; clause < size; ++clause) {
      if (audience_of_[clause] > 0) take(clause, names[audience_of_[clause]]);
    }
  });
  divide(&Group::state, [&](auto take) {
    for (const char* state : {"current", "past", "future"}) {
      std::string name = term(prefix::state, state);
      for (auto it = db.postlist_begin(name), end = db.postlist_end(name); it != end; ++it) {
        if (*it < size) take(*it, std::string(state));
      }
    }
  });
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
      next.read_audiences();
      next.read_clauses();
      next.read_ = next.db.get_revision();
    });
  }
  *this = std::move(next);
}

void OpenIndex::read_audiences() {
  audiences_ = {""};
  audience_of_.resize(size_t{db.get_lastdocid()} + 1);
  std::string p(prefix::audience);
  uint64_t named = 0;
  for (auto name = db.allterms_begin(p), last = db.allterms_end(p); name != last; ++name) {
    // Of more no number is kept: those are seen by nobody who does not see all.
    if (audiences_.size() > UINT16_MAX) break;
    auto number = static_cast<uint16_t>(audiences_.size());
    audiences_.push_back(expression_of(*name));
    for (auto it = db.postlist_begin(*name), end = db.postlist_end(*name); it != end; ++it) audience_of_[*it] = number;
    named += name.get_termfreq();
  }
  all_named_ = named == db.get_doccount();
}

std::shared_ptr<const Sight> OpenIndex::sight(const corpus::Viewer& viewer, const std::optional<std::vector<int64_t>>& documents, const Stretches& closed) const {
  std::string key;  // one sign for each audience, then the documents and what is closed
  bool all = !documents && closed.empty();
  for (size_t i = 0; i < audiences_.size(); ++i) {
    bool seen = viewer.sees_all || (i > 0 && sees(viewer, audiences_[i]));
    key += seen ? (documents && !is_public(audiences_[i]) ? 'd' : 'y') : 'n';
    all = all && (seen || (i == 0 && all_named_));
  }
  if (documents) key += fmt::format("{}", fmt::join(*documents, ","));
  for (const auto& [first, last] : closed) key += fmt::format(";{}-{}", first, last);
  if (all) key.clear();
  auto known = std::ranges::find(sights_, key, &KnownSight::key);
  if (known != sights_.end()) {
    std::rotate(sights_.begin(), known, known + 1);
    return sights_.front().sight;
  }
  std::shared_ptr<const Sight> made;
  if (all) {
    made = std::make_shared<const Sight>(db, lengths);
  } else {
    std::vector<uint64_t> bits(audience_of_.size() / 64 + 1);
    for (auto it = db.postlist_begin(""), end = db.postlist_end(""); it != end; ++it) {
      if (*it >= audience_of_.size()) break;
      char sign = key[audience_of_[*it]];
      bool seen = sign == 'y' || (sign == 'd' && std::ranges::binary_search(*documents, int64_t{document_of(*it)}));
      if (seen) bits[*it / 64] |= uint64_t{1} << (*it % 64);
    }
    for (const auto& [first, last] : closed) {
      for (int64_t clause = first; clause <= last && clause / 64 < static_cast<int64_t>(bits.size()); ++clause) bits[static_cast<size_t>(clause / 64)] &= ~(uint64_t{1} << (clause % 64));
    }
    made = std::make_shared<const Sight>(db, lengths, std::move(bits));
  }
  if (sights_.size() == kept_sights) sights_.pop_back();
  sights_.insert(sights_.begin(), {key, made});
  return made;
}

}  // namespace shirube::search
