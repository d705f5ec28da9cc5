#include "store/event_chain.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "store/event_retention.h"
#include "store/event_row.h"
#include "store/files.h"

namespace shirube::store {

namespace {

constexpr uint64_t progress_every = 4096;

std::string netstrings(std::initializer_list<std::string_view> fields) {
  std::string out;
  for (auto field : fields) {
    out += std::to_string(field.size());
    out += ':';
    out += field;
    out += ',';
  }
  return out;
}

/// The chain as far as it is known to be sound.
struct Link {
  int64_t id;
  std::string hash, at;
};

struct Checkpoint {
  int64_t id = 0;
  std::string hash;
};

Checkpoint checkpoint(SQLite::Database& db) {
  SQLite::Statement select(db, "SELECT checkpoint_id, checkpoint_hash FROM event_chain");
  if (!select.executeStep()) return {};
  return {select.getColumn(0).getInt64(), select.getColumn(1).getString()};
}

std::optional<EventRow> event_at(SQLite::Database& db, int64_t id) {
  SQLite::Statement select(db, fmt::format("SELECT {} FROM events WHERE id = ?", event_columns));
  select.bind(1, id);
  return select.executeStep() ? std::optional(read_event(select)) : std::nullopt;
}

/// Whether the row is what was once written as number `id` behind the hash `previous`.
bool belongs(EventRow row, int64_t id, std::string_view previous) {
  row.id = id;
  return link_hash(row, previous) == row.hash;
}

/// Whether the row was written for another place of the chain.
bool stood_elsewhere(SQLite::Database& db, const EventRow& row) {
  SQLite::Statement select(db, "SELECT id, hash FROM events ORDER BY id");
  while (select.executeStep()) {
    int64_t id = select.getColumn(0).getInt64();
    std::string hash = select.getColumn(1).getString();
    // Of two that changed places side by side, the one's place is behind the other, which is where the one stood.
    for (int64_t place : {id, id + 1}) {
      if (place != row.id && belongs(row, place, hash)) return true;
    }
  }
  return false;
}

/// What happened at a row that does not follow upon the link before it.
Verdict diagnose(SQLite::Database& db, const EventRow& row, const Link& last, const std::string& before_last) {
  if (row.id > last.id + 1) return {Fault::missing, last.id + 1};
  if (auto next = event_at(db, row.id + 1); next && belongs(*next, row.id, last.hash)) {
    // Where two changed places, this one followed upon that one; what was put in follows upon nothing.
    return {belongs(row, row.id + 1, next->hash) ? Fault::reordered : Fault::inserted, row.id};
  }
  if (!before_last.empty() && belongs(row, last.id, before_last)) return {Fault::inserted, last.id};
  if (stood_elsewhere(db, row)) return {Fault::reordered, row.id};
  return {Fault::changed, row.id};
}

bool is_whole(const EventRow& row) {
  if (row.kept) return content_hash(row) == row.content;
  return std::ranges::all_of(std::initializer_list<std::string_view>{row.clock, row.actor, row.address, row.subject, row.detail, row.before, row.after, row.salt},
                             [](std::string_view field) { return field.empty(); });
}

class Walk {
 public:
  Walk(SQLite::Database& db, const std::optional<Head>& noted) : db_(db), removals_(told_removals(db)), noted_(noted) {}

  Verdict go(const std::function<void(uint64_t, uint64_t)>& progress) {
    verdict_.end = head(db_);
    Checkpoint start = checkpoint(db_);
    verdict_.first = start.id + 1;
    if (start.id != removals_.checkpoint_id || (start.id > 0 && start.hash != removals_.checkpoint_hash)) return stop({Fault::checkpoint, start.id});
    last_ = {start.id, start.id > 0 ? start.hash : std::string(64, '0'), ""};
    verdict_.noted_is_gone = noted_ && noted_->id > 0 && noted_->id < start.id;
    look_at_noted(last_.id, last_.hash);
    uint64_t all = static_cast<uint64_t>(std::max<int64_t>(0, verdict_.end.id - start.id));
    EventFilter everything;
    everything.after = INT64_MIN, everything.removed = true;
    each_event(db_, everything, EventOrder::oldest_first, [&](const EventRow& row) {
      if (verdict_.events % progress_every == 0) progress(verdict_.events, all);
      return take(row);
    });
    if (!verdict_.sound()) return verdict_;
    progress(verdict_.events, all);
    return at_end();
  }

 private:
  /// False at a broken link.
  bool take(const EventRow& row) {
    if (row.id > verdict_.end.id && row.id == last_.id + 1) return stop({Fault::inserted, row.id}), false;
    if (row.id != last_.id + 1 || link_hash(row, last_.hash) != row.hash || row.at < last_.at) return stop(diagnose(db_, row, last_, before_last_)), false;
    if (!is_whole(row)) return stop(diagnose_content(row)), false;
    if (!row.kept && !founded(row)) return stop({Fault::unfounded, row.id}), false;
    look_at_noted(row.id, row.hash);
    if (!verdict_.sound()) return false;
    before_last_ = last_.hash;
    last_ = {row.id, row.hash, row.at};
    ++verdict_.events;
    verdict_.removed += !row.kept;
    return true;
  }

  /// One that was put in may carry hashes made up, and so be a changed one as well.
  Verdict diagnose_content(const EventRow& row) {
    auto next = event_at(db_, row.id + 1);
    return next && belongs(*next, row.id, last_.hash) ? Verdict{Fault::inserted, row.id} : Verdict{Fault::changed, row.id};
  }

  bool founded(const EventRow& row) {
    auto [found, is_new] = cutoffs_.try_emplace(row.action);
    if (is_new) found->second = removals_.cutoff_of(row.action);
    return row.at < found->second;
  }

  void look_at_noted(int64_t id, const std::string& hash) {
    if (noted_ && noted_->id == id && noted_->hash != hash) stop({Fault::elsewhere, id});
  }

  Verdict at_end() {
    if (last_.id < verdict_.end.id || verdict_.end.hash.empty()) return stop({Fault::cut, last_.id});
    if (last_.hash != verdict_.end.hash) return stop({Fault::changed, last_.id});
    if (noted_ && noted_->id > last_.id) return stop({Fault::cut, last_.id});
    return verdict_;
  }

  Verdict stop(const Verdict& found) {
    verdict_.fault = found.fault, verdict_.id = found.id;
    return verdict_;
  }

  SQLite::Database& db_;
  ToldRemovals removals_;
  const std::optional<Head>& noted_;
  Verdict verdict_;
  Link last_{};
  std::string before_last_;
  std::map<std::string, std::string> cutoffs_;  // by action
};

}  // namespace

std::string Head::written() const { return fmt::format("{}:{}", id, hash); }

Head head(SQLite::Database& db) {
  SQLite::Statement select(db, "SELECT last_id, last_hash, last_at FROM event_chain");
  if (!select.executeStep()) return {};
  return {select.getColumn(0).getInt64(), select.getColumn(1).getString(), select.getColumn(2).getString()};
}

std::optional<Head> parse_head(std::string_view written) {
  Head head;
  auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), head.id);
  if (error != std::errc() || head.id < 0 || end == written.data() + written.size() || *end != ':') return std::nullopt;
  head.hash = std::string(end + 1, written.data() + written.size());
  bool hexadecimal = head.hash.size() == 64 && std::ranges::all_of(head.hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return hexadecimal ? std::optional(head) : std::nullopt;
}

std::string content_hash(const EventRow& row) {
  return sha256(netstrings({"shirube event 1", row.clock, row.actor, row.address, row.subject, row.detail, row.before, row.after, row.salt}));
}

std::string link_hash(const EventRow& row, std::string_view previous) {
  return sha256(netstrings({"shirube link 1", previous, std::to_string(row.id), row.at, row.action, row.content}));
}

Verdict verify(SQLite::Database& db, const std::function<void(uint64_t, uint64_t)>& progress, const std::optional<Head>& noted) { return Walk(db, noted).go(progress); }

std::string Verdict::said() const {
  switch (fault) {
    case Fault::none:
      return fmt::format("{}件のつながりを確かめ、切れ目はありませんでした（うち保存期間を過ぎて内容を除いたもの {}件）。{}", events, removed,
                         noted_is_gone ? "控えてあった記録は保存期間を過ぎて除かれているため、控えとは比べられません。" : "");
    case Fault::changed: return fmt::format("記録 {} が、書かれたときのままではありません（内容かつながりが書き換えられています）。", id);
    case Fault::missing: return fmt::format("記録 {} がありません（抜き取られています）。", id);
    case Fault::inserted: return fmt::format("記録 {} は、後から差し込まれたものです。", id);
    case Fault::reordered: return fmt::format("記録 {} は、別の場所にあったものです（順序が入れ替えられています）。", id);
    case Fault::cut: return fmt::format("記録 {} より後が切り取られています。", id);
    case Fault::unfounded: return fmt::format("記録 {} の内容が、保存期間の定めによらずに除かれています。", id);
    case Fault::checkpoint: return fmt::format("記録の始め（{} まで）が、保存期間の定めによらずに除かれています。", id);
    case Fault::elsewhere: return fmt::format("記録 {} が、控えてあったものと違います。それまでの記録が作り直されています。", id);
  }
  return "";
}

Event event_of(const Verdict& verdict) { return {verdict.sound() ? "events.verify" : "events.broken", "", verdict.said()}; }

}  // namespace shirube::store
