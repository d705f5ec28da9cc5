#include "corpus/correction.h"

#include <fmt/format.h>

#include <algorithm>

#include "corpus/address.h"
#include "corpus/document.h"
#include "corpus/outline_marker.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Kind = Correction::Kind;

constexpr size_t longest_label = 100;   // bytes; the longest printed ones have about forty
constexpr size_t remembered_words = 120;  // bytes of a clause's beginning
constexpr size_t certain_words = 18;      // bytes after the label that tell one at its old place: some five characters

struct Row {
  Kind kind;
  std::string_view name, done;
};
constexpr Row rows[] = {{Kind::relabel, "relabel", "番号を直した"},       {Kind::join, "join", "前の条項とつなげた"},   {Kind::split, "split", "途中で分けた"},
                        {Kind::promote, "promote", "一段上げた"},         {Kind::demote, "demote", "一段下げた"},       {Kind::page, "page", "頁を直した"},
                        {Kind::drop, "drop", "本文から除いた"},     {Kind::audience, "audience", "公開範囲を変えた"}};

std::string beginning(const Clause& clause) {
  return std::string(text::clamp_utf8(clause.label + "　" + clause.heading + "\n" + clause.text, remembered_words));
}

/// The words behind the label.
std::string_view content_of(std::string_view beginning) {
  constexpr std::string_view space = "　";
  size_t at = beginning.find(space);
  return text::trim(beginning.substr(at == beginning.npos ? 0 : at + space.size()));
}

size_t common(std::string_view a, std::string_view b) { return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin()); }

/// The clause a correction means. Cut anew, a clause may have moved (its words tell it), or its words may have been
/// read otherwise (its address tells it, with its label and how it begins).
size_t find(const std::vector<Clause>& clauses, const Correction& correction) {
  std::vector<size_t> alike;
  std::optional<size_t> there;
  for (size_t i = 0; i < clauses.size(); ++i) {
    bool same_words = beginning(clauses[i]) == correction.words;
    if (clauses[i].path == correction.path) {
      if (same_words) return i;
      there = i;
    }
    if (same_words) alike.push_back(i);
  }
  if (alike.size() == 1) return alike.front();
  // Its number may be read better now.
  std::string_view content = content_of(correction.words);
  std::vector<size_t> same_content;
  size_t nearest = 0, certain = std::max(certain_words, content.size() / 2);
  for (size_t i = 0; i < clauses.size(); ++i) {
    std::string now = beginning(clauses[i]);
    if (content_of(now) == content) same_content.push_back(i);
    if (i != there) nearest = std::max(nearest, common(content_of(now), content));
  }
  if (same_content.size() == 1 && content.size() >= certain_words) return same_content.front();
  if (there) {
    std::string now = beginning(clauses[*there]);
    size_t shared = common(content_of(now), content);
    if (correction.words.starts_with(clauses[*there].label + "　") && shared >= certain && shared > nearest) return *there;
  }
  throw Error(ErrorKind::missing, fmt::format("直す条項が見つかりません: {}", text::clamp_utf8(correction.words, 60)), "画面を開き直して、もう一度直してください。");
}

/// The kind of a clause with this label: that of its neighbours with the same manner of numbering, else the usual one.
ClauseKind kind_of(const std::vector<Clause>& clauses, const Clause& clause) {
  if (clause.label.empty()) return ClauseKind::heading;
  auto markers = read_markers(clause.label + "　あ");
  if (markers.empty()) return clause.kind;
  for (const auto& other : clauses) {
    if (&other == &clause || other.parent != clause.parent) continue;
    auto theirs = read_markers(other.label + "　あ");
    if (!theirs.empty() && theirs.front().family == markers.front().family) return other.kind;
  }
  return usual_kind(markers.front().family);
}

/// Takes a clause out of the list. What stood under it stands under `heir`.
void remove(std::vector<Clause>& clauses, size_t at, std::optional<size_t> heir) {
  for (auto& clause : clauses) {
    if (clause.parent == at) clause.parent = heir;
    if (clause.parent && *clause.parent > at) --*clause.parent;
  }
  clauses.erase(clauses.begin() + static_cast<std::ptrdiff_t>(at));
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

void relabel(std::vector<Clause>& clauses, size_t at, const Correction& correction) {
  std::string label(text::trim(correction.value));
  // A label stands in addresses.
  bool printable = std::ranges::none_of(label, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '/'; });
  if (label.size() > longest_label || !text::is_valid_utf8(label) || !printable) {
    throw Error(ErrorKind::invalid, "番号が長すぎるか、文字として読めません。", "「第3条」「２」「（１）」のように、印刷されているとおりの番号を入れてください。");
  }
  if (label.empty() && clauses[at].heading.empty() && clauses[at].text.empty()) {
    throw Error(ErrorKind::invalid, "番号のほかに何もない条項です。", "要らないときは「除く」を選んでください。");
  }
  Clause& clause = clauses[at];
  clause.label = label;
  clause.kind = kind_of(clauses, clause);
  // A heading stands in the field of that name.
  if (label.empty() && clause.heading.empty()) {
    size_t end = std::min(clause.text.find('\n'), clause.text.size());
    clause.heading = clause.text.substr(0, end);
    clause.text.erase(0, std::min(end + 1, clause.text.size()));
  }
}

void join(std::vector<Clause>& clauses, size_t at) {
  if (at == 0) throw Error(ErrorKind::invalid, "最初の条項なので、つなげる相手がありません。", "後の条項を、この条項につなげてください。");
  const Clause gone = clauses[at];
  Clause& before = clauses[at - 1];
  if (!gone.audience.empty() && gone.audience != before.audience) {
    throw Error(ErrorKind::invalid, "前の条項より公開範囲が狭いため、つなげられません。", "先に、公開範囲をそろえてください。");
  }
  append_line(before.text, gone.label + (gone.label.empty() || gone.heading.empty() ? "" : "　") + gone.heading);
  // A numbered sentence stays one line.
  if (gone.heading.empty() && !gone.label.empty() && !gone.text.empty()) before.text += "　" + gone.text;
  else append_line(before.text, gone.text);
  if (!gone.readings.empty()) before.readings += " " + gone.readings;
  remove(clauses, at, at - 1);
}

/// Sets the page a clause begins on. What is printed there is known where another clause says it.
void set_page(std::vector<Clause>& clauses, size_t at, int page) {
  if (page < 1) throw Error(ErrorKind::invalid, "頁が正しくありません。", "原本の何枚目かを、1からの数で入れてください。");
  clauses[at].page = page;
  auto known = std::ranges::find_if(clauses, [&](const Clause& other) { return &other != &clauses[at] && other.page == page; });
  clauses[at].printed_page = known == clauses.end() ? "" : known->printed_page;
}

void split(std::vector<Clause>& clauses, size_t at, const Correction& correction) {
  Clause& clause = clauses[at];
  std::string_view text = clause.text;
  size_t from = correction.offset;
  // Read anew, the words may stand elsewhere.
  if (from > text.size() || !text.substr(from).starts_with(correction.value)) from = text.find(correction.value);
  bool inside = from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80;  // of a character
  if (correction.value.empty() || from == text.npos || inside || text::trim(text.substr(0, from)).empty() || text::trim(text.substr(from)).empty()) {
    throw Error(ErrorKind::invalid, "条項をその場所で分けることはできません。", "本文の途中の、新しい条項が始まる場所を選んでください。");
  }
  Clause second;
  second.page = clause.page;
  second.printed_page = clause.printed_page;
  second.readings = clause.readings;
  second.parent = clause.parent;
  second.audience = clause.audience;
  std::string rest(text::trim(text.substr(from)));
  clause.text = std::string(text::trim(text.substr(0, from)));
  auto markers = read_markers(rest.substr(0, rest.find('\n')));
  if (!markers.empty() && !markers.front().doubtful) {
    second.label = markers.front().label;
    rest.erase(0, markers.front().length);
  }
  second.text = rest;
  second.kind = clause.kind;
  // What stood under the clause came after all of its text.
  for (auto& other : clauses) {
    if (!other.parent) continue;
    if (*other.parent >= at) ++*other.parent;
  }
  clauses.insert(clauses.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(second));
  if (!clauses[at + 1].label.empty()) clauses[at + 1].kind = kind_of(clauses, clauses[at + 1]);
  if (correction.page > 0) set_page(clauses, at + 1, correction.page);
}

void promote(std::vector<Clause>& clauses, size_t at) {
  auto above = clauses[at].parent;
  if (!above) throw Error(ErrorKind::invalid, "いちばん上の段の条項です。", "これより上げることはできません。");
  clauses[at].parent = clauses[*above].parent;
  for (size_t i = at + 1; i < clauses.size(); ++i) {
    if (clauses[i].parent == above) clauses[i].parent = at;
  }
}

void demote(std::vector<Clause>& clauses, size_t at) {
  for (size_t i = at; i-- > 0;) {
    if (clauses[i].parent != clauses[at].parent) continue;
    clauses[at].parent = i;
    return;
  }
  throw Error(ErrorKind::invalid, "同じ段の、前の条項がありません。", "これより下げることはできません。");
}

void drop(std::vector<Clause>& clauses, size_t at) {
  if (clauses.size() == 1) throw Error(ErrorKind::invalid, "最後の条項は除けません。", "資料そのものが要らないときは、取込を取りやめてください。");
  remove(clauses, at, clauses[at].parent);
}

/// With all that stands under it, so that none of it is left open when it is moved.
void narrow(std::vector<Clause>& clauses, size_t at, const Correction& correction) {
  std::string audience = correction.value.empty() ? "" : audience_key(correction.value);
  if (audience == "public") throw Error(ErrorKind::invalid, "条項の公開範囲を「公開」にすることはできません。", "資料より狭い公開範囲を選んでください。");
  clauses[at].audience = audience;
  for (size_t i = at + 1; i < clauses.size() && clauses[i].parent && *clauses[i].parent >= at; ++i) clauses[i].audience = audience;
}

}  // namespace

std::string_view name(Kind kind) { return std::ranges::find(rows, kind, &Row::kind)->name; }

std::optional<Kind> correction_kind(std::string_view name) {
  auto row = std::ranges::find(rows, name, &Row::name);
  return row == std::end(rows) ? std::nullopt : std::optional(row->kind);
}

std::string description(const Correction& correction) {
  std::string where(text::trim(text::replace_all(correction.words, "\n", " ")));
  std::string_view done = std::ranges::find(rows, correction.kind, &Row::kind)->done;
  std::string value = correction.value;
  if (correction.kind == Kind::audience) value = value.empty() ? "資料と同じ" : std::string(label_of(audiences(), value));
  std::string what = correction.kind == Kind::page ? fmt::format("（{}頁）", correction.page) : value.empty() ? "" : fmt::format("（{}）", text::clamp_utf8(value, 60));
  return fmt::format("{}: {}{}", text::clamp_utf8(where, 60), done, what);
}

Correction correction_at(const std::vector<Clause>& clauses, size_t position, Kind kind, std::string value, size_t offset, int page) {
  return {kind, clauses.at(position).path, beginning(clauses.at(position)), std::move(value), offset, page};
}

std::optional<std::pair<int, int>> pages_of(const std::vector<Clause>& clauses, size_t position, int pages) {
  auto first = clauses.at(position).page;
  if (!first) return std::nullopt;
  auto next = position + 1 < clauses.size() ? clauses[position + 1].page : std::nullopt;
  return std::pair(*first, std::max(*first, next.value_or(pages)));
}

std::vector<size_t> split_points(std::string_view text, size_t most) {
  std::vector<size_t> out;
  for (size_t at = 1; at < text.size() && out.size() < most; ++at) {
    bool line = text[at - 1] == '\n', sentence = at >= 3 && text.substr(at - 3, 3) == "。" && text[at] != '\n';
    // A number behind a space may be that of a clause whose line was joined to the one before.
    bool space = text[at - 1] == ' ' || (at >= 3 && text.substr(at - 3, 3) == "　");
    if (space && !line && !sentence) {
      auto markers = read_markers(text.substr(at, text.find('\n', at) - at));
      sentence = !markers.empty() && !markers.front().doubtful;
    }
    if ((line || sentence) && !text::trim(text.substr(0, at)).empty() && !text::trim(text.substr(at)).empty()) out.push_back(at);
  }
  return out;
}

void carry_out(std::vector<Clause>& clauses, const Correction& correction) {
  size_t at = find(clauses, correction);
  switch (correction.kind) {
    case Kind::relabel: relabel(clauses, at, correction); break;
    case Kind::join: join(clauses, at); break;
    case Kind::split: split(clauses, at, correction); break;
    case Kind::promote: promote(clauses, at); break;
    case Kind::demote: demote(clauses, at); break;
    case Kind::page: set_page(clauses, at, correction.page); break;
    case Kind::drop: drop(clauses, at); break;
    case Kind::audience: narrow(clauses, at, correction); break;
  }
  assign_addresses(clauses);
}

std::vector<size_t> carry_out_all(std::vector<Clause>& clauses, std::span<const Correction> corrections) {
  std::vector<size_t> left;
  for (size_t i = 0; i < corrections.size(); ++i) {
    try {
      carry_out(clauses, corrections[i]);
    } catch (const Error&) {
      left.push_back(i);
    }
  }
  return left;
}

}  // namespace shirube::corpus
