#include "indexer/watch.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "store/database.h"
#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;
using std::chrono::system_clock;

/// What is known of an item; without a hash, that it was asked for in vain.
struct Watch::Known {
  Conditions conditions;
  std::string updated, sha256, seen_at;
};

/// What a source lists, before it is looked at.
struct Watch::Candidate {
  std::string address, title, updated, link;
  std::string file_name;        ///< where it is known better than a server does
  std::optional<Known> known;
};

/// What is known of a source.
struct Watch::Kept {
  std::string address, rests_until;
  Conditions list;
};

namespace {

constexpr size_t longest_error = 1000;
/// A file that is younger may still be being written.
constexpr auto settled = std::chrono::seconds(30);
constexpr const char* law_page = "https://laws.e-gov.go.jp/law/";

std::string iso(system_clock::time_point at) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(system_clock::to_time_t(at))); }

std::string now() { return iso(system_clock::now()); }

std::string sentence(const Error& e) { return std::string(text::clamp_utf8(e.message() + e.hint(), longest_error)); }

bool fits(const WatchedSource& source, const std::string& address) {
  std::string plain = address.substr(0, address.find('?'));
  return source.links.empty() || std::ranges::any_of(source.links, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), address.c_str(), FNM_CASEFOLD) == 0 || ::fnmatch(pattern.c_str(), plain.c_str(), FNM_CASEFOLD) == 0;
  });
}

Error unreadable(const fs::filesystem_error& e) {
  return {ErrorKind::unavailable, fmt::format("フォルダを読めません: {}（{}）。", e.path1().string(), e.code().message()), "場所と権限を確認してください。"};
}

/// Size and time of a file: while they stay, so does it.
std::string stamp(const fs::path& file) { return fmt::format("{}-{}", fs::file_size(file), fs::last_write_time(file).time_since_epoch().count()); }

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> files;
  auto end = fs::recursive_directory_iterator();
  for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied); it != end; ++it) {
    bool hidden = it->path().filename().string().starts_with(".");
    if (hidden && it->is_directory()) it.disable_recursion_pending();
    // What a link points to may be any file of the machine.
    bool quiet = !hidden && !it->is_symlink() && it->is_regular_file() && it->last_write_time() + settled <= fs::file_time_type::clock::now();
    if (quiet) files.push_back(it->path().lexically_relative(folder).string());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Watch::Watch(store::Database& database, Sources sources, Options options, Sink sink)
    : database_(database), sources_(std::move(sources)), options_(std::move(options)), sink_(std::move(sink)), fetcher_(sources_.fetch) {}

Round Watch::check(const std::string& name, const std::atomic<bool>& stop) {
  auto source = std::ranges::find(sources_.list, name, &WatchedSource::name);
  if (source == sources_.list.end()) throw Error(ErrorKind::missing, fmt::format("収集元「{}」がありません。", name), "shirube sources で一覧を確かめてください。");
  if (!source->enabled) throw Error(ErrorKind::conflict, fmt::format("収集元「{}」は止めてあります。", name), "アドレスを確かめてから、sources.toml で enabled = true にしてください。");
  return check(*source, stop);
}

void Watch::check_all(const Reporter& report, const std::atomic<bool>& stop) {
  for (const auto& source : sources_.list) {
    if (source.enabled) report(check(source, stop));
  }
}

/// Where nothing was left over and nothing failed, the list's own conditions are kept: a list that did
/// not change need not be looked through again.
Round Watch::check(const WatchedSource& source, const std::atomic<bool>& stop) {
  Round round{source.name, 0, 0, 0, 0, 0, {}};
  Conditions list;
  std::string rests_until;
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT INTO sources (name) VALUES (?) ON CONFLICT DO NOTHING");
    insert.bind(1, source.name);
    insert.exec();
  });
  auto fail = [&](const Error& e) {
    if (round.failed++ == 0) round.error = sentence(e);
  };
  try {
    auto before = kept(source.name);
    if (now() < before.rests_until) {
      rests_until = before.rests_until;
      throw Error(ErrorKind::unavailable, fmt::format("サーバーの求めにより {} まで確認しません。", rests_until), "その時間が過ぎてから確認します。");
    }
    auto all = candidates(source, before, list, round.elsewhere, stop);
    for (size_t i = 0; i < all.size(); ++i) {
      if (i == source.most) {
        round.left = all.size() - i;
        break;
      }
      if (stop) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
      try {
        ++(consider(source, all[i], stop) ? round.taken : round.same);
      } catch (const Resting&) {
        throw;
      } catch (const Error& e) {
        if (stop) throw;
        fail(e);
        // It had its turn: many that fail must not keep the others waiting for ever.
        Known failed = all[i].known.value_or(Known{});
        failed.seen_at = now();
        keep(source, all[i], failed);
      }
    }
  } catch (const Resting& e) {
    rests_until = iso(e.until());
    fail(e);
  } catch (const Error& e) {
    if (stop) throw;
    fail(e);
  }
  if (round.failed > 1) round.error += fmt::format("（ほかに {} 件）", round.failed - 1);
  if (round.failed || round.left) list = {};
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db, "UPDATE sources SET checked_at = ?, changed_at = iif(?, ?, changed_at), error = ?, rests_until = ?, address = ?, etag = ?, modified = ? WHERE name = ?");
    int at = 0;
    update.bind(++at, now());
    update.bind(++at, round.taken > 0);
    update.bind(++at, now());
    for (const auto& value : {round.error, rests_until, source.address, list.etag, list.modified, source.name}) update.bind(++at, value);
    update.exec();
  });
  return round;
}

/// What is to be looked at, those first that are not known, then those that were not asked for the longest.
std::vector<Watch::Candidate> Watch::candidates(const WatchedSource& source, const Kept& before, Conditions& list, size_t& elsewhere, const std::atomic<bool>& stop) {
  std::vector<Candidate> all;
  auto known_items = known(source.name);
  std::set<std::string> seen;
  for (auto& candidate : listed(source, before, list, stop)) {
    if (!fits(source, candidate.address) || !seen.insert(candidate.address).second) continue;
    // Pages link to whomever they like; that is no fault of theirs.
    bool reachable = source.kind == SourceKind::folder || std::ranges::find(source.hosts, host_of(candidate.address).value_or("")) != source.hosts.end();
    if (!reachable) {
      ++elsewhere;
      continue;
    }
    auto known_one = known_items.find(candidate.address);
    if (known_one != known_items.end()) candidate.known = known_one->second;
    // A feed says itself when an entry changed.
    bool untouched = candidate.known && !candidate.updated.empty() && candidate.known->updated == candidate.updated;
    if (!untouched) all.push_back(std::move(candidate));
  }
  std::ranges::stable_sort(all, {}, [](const Candidate& one) { return one.known ? one.known->seen_at : std::string(); });
  return all;
}

std::vector<Watch::Candidate> Watch::listed(const WatchedSource& source, const Kept& before, Conditions& list, const std::atomic<bool>& stop) {
  std::vector<Candidate> out;
  if (source.kind == SourceKind::folder) try {
    for (auto& file : files_below(source.address)) out.push_back({file, {}, {}, {}, fs::path(file).filename().string(), {}});
    return out;
  } catch (const fs::filesystem_error& e) {
    throw unreadable(e);
  }
  if (source.kind == SourceKind::law) {
    for (const auto& law : source.laws) {
      // The number of a law is written in kanji.
      auto address = resolve(source.address + law + "?response_format=xml", ""), page = resolve(law_page + law, "");
      if (address && page) out.push_back({*address, {}, {}, *page, law + ".xml", {}});
    }
    return out;
  }
  // A page that stays the same may link to a file that does not.
  bool conditional = source.kind == SourceKind::feed && before.address == source.address;
  Answer answer = fetcher_.get(source.address, conditional ? before.list : Conditions{}, source.hosts, stop);
  if (!answer.changed) {
    list = before.list;
    return out;
  }
  list = {answer.etag, answer.modified};
  Listing listing = listing_in_child(answer.body, source.kind == SourceKind::feed ? ListingKind::feed : ListingKind::page, options_.limits, options_.program, stop);
  std::string base = resolve(answer.address, listing.base).value_or(answer.address);
  for (const auto& link : listing.links) {
    if (auto address = resolve(base, link.address)) out.push_back({*address, link.title, link.updated, *address, {}, {}});
  }
  return out;
}

/// Reads the file unless its stamp is the one that is known; then there are no bytes.
std::optional<std::string> Watch::read(const WatchedSource& source, const Candidate& candidate, Conditions& found) try {
  fs::path file = fs::path(source.address) / candidate.address;
  found.modified = stamp(file);
  if (candidate.known && candidate.known->conditions.modified == found.modified) return std::nullopt;
  return store::read_file(file, options_.limits.file_bytes);
} catch (const fs::filesystem_error& e) {
  throw unreadable(e);
}

/// Fetches the item unless the server says that it is the one that is known; then there are no bytes.
std::optional<std::string> Watch::fetch(const WatchedSource& source, const Candidate& candidate, Conditions& found, std::string& file_name, const std::atomic<bool>& stop) {
  Answer answer = fetcher_.get(candidate.address, candidate.known ? candidate.known->conditions : Conditions{}, source.hosts, stop);
  if (!answer.changed) {
    found = candidate.known ? candidate.known->conditions : Conditions{};
    return std::nullopt;
  }
  found = {answer.etag, answer.modified};
  if (file_name.empty()) file_name = answer.file_name;
  return std::move(answer.body);
}

/// True when the item was new or changed, and is now taken.
bool Watch::consider(const WatchedSource& source, const Candidate& candidate, const std::atomic<bool>& stop) {
  Known found{{}, candidate.updated, candidate.known ? candidate.known->sha256 : "", now()};
  Item item{source, candidate.address, {}, candidate.file_name, candidate.title, source.facts};
  item.facts.link = candidate.link;
  auto bytes = source.kind == SourceKind::folder ? read(source, candidate, found.conditions) : fetch(source, candidate, found.conditions, item.file_name, stop);
  if (bytes) {
    if (bytes->empty()) throw Error(ErrorKind::invalid, fmt::format("中身が空です（{}）。", text::clamp_utf8(candidate.address, 300)), "しばらく待って、もう一度実行してください。");
    item.bytes = std::move(*bytes);
    found.sha256 = store::sha256(item.bytes);
  }
  bool changed = !candidate.known || candidate.known->sha256 != found.sha256;
  if (changed) sink_(item);
  keep(source, candidate, found);
  return changed;
}

void Watch::keep(const WatchedSource& source, const Candidate& candidate, const Known& found) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT OR REPLACE INTO source_items (source, address, title, etag, modified, updated, sha256, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    int at = 0;
    for (const auto& value : {source.name, candidate.address, candidate.title, found.conditions.etag, found.conditions.modified, found.updated, found.sha256, found.seen_at}) {
      insert.bind(++at, value);
    }
    insert.exec();
  });
}

Watch::Kept Watch::kept(const std::string& source) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT address, rests_until, etag, modified FROM sources WHERE name = ?");
    row.bind(1, source);
    auto text = [&](int i) { return row.getColumn(i).getString(); };
    return row.executeStep() ? Kept{text(0), text(1), {text(2), text(3)}} : Kept{};
  });
}

std::map<std::string, Watch::Known> Watch::known(const std::string& source) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT address, etag, modified, updated, sha256, seen_at FROM source_items WHERE source = ?");
    row.bind(1, source);
    auto text = [&](int i) { return row.getColumn(i).getString(); };
    std::map<std::string, Known> items;
    while (row.executeStep()) items[text(0)] = {{text(1), text(2)}, text(3), text(4), text(5)};
    return items;
  });
}

std::vector<SourceState> Watch::states() const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT checked_at, changed_at, error, (SELECT count(*) FROM source_items WHERE source = name AND sha256 <> '') FROM sources WHERE name = ?");
    std::vector<SourceState> out;
    for (const auto& source : sources_.list) {
      SourceState state{source.name, source.enabled, {}, {}, {}, 0};
      row.reset();
      row.bind(1, source.name);
      if (row.executeStep()) {
        state.checked_at = row.getColumn(0).getString();
        state.changed_at = row.getColumn(1).getString();
        state.error = row.getColumn(2).getString();
        state.items = static_cast<size_t>(row.getColumn(3).getInt64());
      }
      out.push_back(std::move(state));
    }
    return out;
  });
}

}  // namespace shirube::indexer
