#include "corpus/outline_bookmark.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "corpus/outline_heading.h"
#include "corpus/outline_marker.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {
namespace {

constexpr size_t kMostAlike = 20;    // a title that comes more often tells no place
constexpr size_t kMostLines = 3;     // of one heading
constexpr size_t kLongest = 200;     // columns of one
constexpr size_t kLongestHead = 4096;  // bytes above the first number that may be the title

/// What two spellings of one heading share.
std::string key(std::string_view words) { return text::replace_all(text::fold(words), " ", ""); }

/// A title without what presentation programs put before it: 「スライド 3: 体制」 → 「体制」, and nothing of 「スライド番号 3」.
std::string_view own_words(std::string_view title) {
  title = text::trim(title);
  for (std::string_view word : {"スライド番号", "スライド", "Slide Number", "Slide", "ページ", "Page"}) {
    if (!title.starts_with(word)) continue;
    auto rest = text::trim(title.substr(word.size()));
    auto digits = rest.find_first_not_of("0123456789");
    if (digits == 0) continue;
    if (digits == rest.npos) return {};
    if (rest[digits] == ':') return text::trim(rest.substr(digits + 1));
  }
  return title;
}

bool names_no_heading(const std::string& key) {
  return key.empty() || std::ranges::any_of(std::initializer_list<std::string_view>{"目次", "もくじ", "表紙", "裏表紙", "奥付", "contents"}, [&](auto word) { return key == word; });
}

/// Rows that say what a bookmark says.
struct Match {
  size_t row, lines, bookmark;
};

/// The longest run of matches, sorted by row and, of one row, by bookmark from the last, that go on in both.
std::vector<Match> longest_chain(const std::vector<Match>& matches) {
  std::vector<size_t> ends;  // by length, the match with the least bookmark that a chain of that length ends with
  std::vector<std::optional<size_t>> before(matches.size());
  for (size_t i = 0; i < matches.size(); ++i) {
    auto at = std::ranges::lower_bound(ends, matches[i].bookmark, {}, [&](size_t end) { return matches[end].bookmark; });
    if (at != ends.begin()) before[i] = *std::prev(at);
    if (at == ends.end()) ends.push_back(i);
    else *at = i;
  }
  std::vector<Match> chain;
  for (auto at = ends.empty() ? std::nullopt : std::optional(ends.back()); at; at = before[*at]) chain.push_back(matches[*at]);
  std::ranges::reverse(chain);
  return chain;
}

bool may_be_heading(const Row& row) { return !row.table && !row.note && columns(row.text) <= static_cast<int>(kLongest) && row.text.find("。") == std::string::npos; }

/// The rows from `i` on as one line, as far as they can be lines of one heading.
std::optional<std::string> joined(const std::vector<Row>& rows, size_t i, size_t lines) {
  std::string words = rows[i].text;
  for (size_t k = i + 1; k < i + lines; ++k) {
    auto& row = rows[k];
    if (k >= rows.size() || !may_be_heading(row) || row.page != rows[i].page || row.size != rows[i].size || row.font != rows[i].font || !read_markers(row.text).empty()) return {};
    join_line(words, row.text);
  }
  return words;
}

}  // namespace

void mark_bookmarks(std::vector<Row>& rows, const std::vector<Bookmark>& bookmarks) {
  std::unordered_map<std::string, std::vector<size_t>> titled;
  for (size_t i = 0; i < bookmarks.size(); ++i)
    if (auto title = key(own_words(bookmarks[i].title)); !names_no_heading(title)) titled[title].push_back(i);
  if (titled.empty()) return;
  auto called = [&](std::string_view words) {
    auto found = titled.find(key(words));
    return found == titled.end() || found->second.size() > kMostAlike ? nullptr : &found->second;
  };
  std::vector<Match> matches;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!may_be_heading(rows[i])) continue;
    for (size_t lines = 1; lines <= kMostLines; ++lines) {
      auto words = joined(rows, i, lines);
      if (!words) break;
      auto heading = without_remark(text::trim(*words));
      auto* found = called(heading);
      if (auto markers = read_markers(heading); !found && !markers.empty()) found = called(heading.substr(markers.front().length));
      if (!found || !is_title(heading, kLongest)) continue;
      for (size_t bookmark : std::views::reverse(*found)) matches.push_back({i, lines, bookmark});
      break;
    }
  }
  std::vector<bool> gone(rows.size());
  for (auto& match : longest_chain(matches)) {
    auto& row = rows[match.row];
    if (gone[match.row]) continue;
    row.bookmark = std::max(1, bookmarks[match.bookmark].depth);
    for (size_t k = match.row + 1; k < match.row + match.lines; ++k) {
      join_row(row, rows[k]);
      gone[k] = true;
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (gone[i]) continue;
    if (kept != i) rows[kept] = std::move(rows[i]);
    ++kept;
  }
  rows.resize(kept);
}

std::vector<std::string> unanswered(const std::vector<Bookmark>& bookmarks, const std::vector<Clause>& clauses) {
  std::set<std::string> answers;
  std::string head;
  for (const auto& clause : clauses) {
    std::string_view first = std::string_view(clause.text).substr(0, clause.text.find('\n'));
    auto words = key(clause.heading), label = key(clause.label);
    answers.insert({words, label + words});
    // An item of a few words has them for its text.
    if (clause.heading.empty() && first.size() <= kLongest * 3) answers.insert({key(first), label + key(first)});
    if (clause.kind == ClauseKind::preamble && head.size() < kLongestHead) head += key(text::clamp_utf8(clause.text, kLongestHead));
  }
  std::vector<std::string> out;
  std::set<std::string> told;
  for (const auto& bookmark : bookmarks) {
    auto words = own_words(bookmark.title);
    auto title = key(words);
    // More may be printed beside a heading (「監査（年1回）」).
    auto is_answered = [&](const std::string& one) {
      auto at = answers.lower_bound(one);
      return at != answers.end() && at->starts_with(one);
    };
    bool answered = names_no_heading(title) || is_answered(title) || head.find(title) != head.npos;
    // A heading may be printed without the number that the bookmark has; the other way round stands among the answers.
    if (auto markers = read_markers(words); !answered && !markers.empty()) answered = is_answered(key(words.substr(markers.front().length)));
    if (!answered && told.insert(title).second) out.emplace_back(words);
  }
  return out;
}

}  // namespace shirube::corpus
