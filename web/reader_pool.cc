#include "web/reader_pool.h"

#include "text/error.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;
constexpr auto longest_wait = 5s;
constexpr auto freshness = 1s;

}  // namespace

search::Searcher& Reader::searcher() {
  auto now = std::chrono::steady_clock::now();
  if (searcher_ && now - refreshed_ < freshness) return *searcher_;
  // A searcher that failed to take up a new index is not to be used again: it leaves with the error.
  auto fresh = std::move(searcher_);
  if (fresh) fresh->refresh();
  else fresh = std::make_unique<search::Searcher>(options_.data, options_.database, options_.model, options_.analyzer_name, options_.lexicon);
  searcher_ = std::move(fresh);
  refreshed_ = now;
  return *searcher_;
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
