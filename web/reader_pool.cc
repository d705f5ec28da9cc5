#include "web/reader_pool.h"

#include "store/database.h"
#include "store/queue.h"
#include "text/error.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;
constexpr auto longest_wait = 5s;
constexpr auto freshness = 1s;

}  // namespace

/// `refresh` is given what was open, if anything, and gives what takes up the index of now.
template <typename Opened, typename Refresh>
Opened& Reader::up_to_date(Kept<Opened>& kept, Refresh refresh) {
  auto now = std::chrono::steady_clock::now();
  // An index from before a correction would show what is closed since.
  int64_t corrections = options_.database.read(store::corrections_made);
  if (kept.opened && now - kept.refreshed < freshness && kept.corrections == corrections) return *kept.opened;
  kept.waiting = options_.database.read([](SQLite::Database& db) { return !store::corrected(db, 0, 1).empty(); });
  // What failed to take up a new index is not to be used again: it leaves with the error.
  kept.opened = refresh(std::move(kept.opened));
  kept.refreshed = now;
  kept.corrections = corrections;
  return *kept.opened;
}

search::Searcher& Reader::searcher() {
  return up_to_date(searcher_, [&](std::unique_ptr<search::Searcher> before) {
    if (!before) return std::make_unique<search::Searcher>(options_.data, options_.database, options_.model, options_.analyzer_name, options_.lexicon);
    before->refresh();
    return before;
  });
}

search::Suggester& Reader::suggester(const corpus::Viewer& viewer) {
  auto& opened = up_to_date(suggester_, [&](std::unique_ptr<search::Suggester> before) {
    auto folder = search::suggestion_folder(search::index_folder(options_.data, options_.database));
    if (!before || before->folder() != folder) return std::make_unique<search::Suggester>(folder, options_.model, options_.analyzer_name);
    before->refresh();
    return before;
  });
  return suggester_.waiting && !viewer.sees_everything() ? no_suggestions_ : opened;
}

search::Searcher* Reader::searcher_if_any() {
  try {
    return &searcher();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unavailable) throw;
    return nullptr;
  }
}

ReaderPool::Lease ReaderPool::borrow() {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, longest_wait, [&] { return !idle_.empty() || made_ < most_; })) {
    throw Error(ErrorKind::unavailable, "検索が混み合っています。", "しばらく待ってから、もう一度お試しください。");
  }
  if (idle_.empty()) {
    auto made = std::make_unique<Reader>(options_);
    ++made_;
    return Lease(made.release(), GiveBack{this});
  }
  Lease lease(idle_.back().release(), GiveBack{this});
  idle_.pop_back();
  return lease;
}

void ReaderPool::give_back(Reader* reader) {
  {
    std::lock_guard lock(mutex_);
    idle_.emplace_back(reader);
  }
  returned_.notify_one();
}

}  // namespace shirube::web
