#include "corpus/outline_note.h"

#include <optional>

#include "text/utf8.h"

namespace shirube::corpus {
namespace {

using namespace std::literals;

constexpr size_t kMostDigits = 3;

std::string_view sign_of(char32_t c) {
  return c == U'※' ? "※" : c == U'注' ? "注" : c == U'*' || c == U'＊' ? "*" : "";
}

/// A mark, and where it ends.
struct Mark {
  std::string words;
  size_t end;
};

/// Reads a number behind a sign at `at`, one space between them allowed.
std::optional<Mark> read_number(std::u32string_view s, size_t at, std::string_view sign) {
  if (!sign.empty() && at < s.size() && text::is_space(s[at])) ++at;
  std::string words(sign);
  size_t begin = at;
  for (; at < s.size() && text::is_digit(s[at]); ++at) words += static_cast<char>(s[at] >= U'０' ? s[at] - U'０' + U'0' : s[at]);
  if (at == begin || at - begin > kMostDigits) return {};
  return Mark{std::move(words), at};
}

bool is_open_bracket(char32_t c) { return U"(（[［〔"sv.find(c) != std::u32string_view::npos; }

/// The mark at the head of a line.
std::optional<Mark> read_head(std::u32string_view s) {
  size_t at = 0;
  while (at < s.size() && text::is_space(s[at])) ++at;
  bool bracketed = at < s.size() && is_open_bracket(s[at]);
  at += bracketed;
  if (at + 1 < s.size() && s[at] == U'脚' && s[at + 1] == U'注') ++at;
  auto sign = at < s.size() ? sign_of(s[at]) : "";
  if (sign.empty() && bracketed) return {};  // 「(3)」 numbers an item
  return read_number(s, at + !sign.empty(), sign);
}

}  // namespace

std::string note_mark(std::string_view note) {
  auto head = read_head(text::to_utf32(note));
  return head ? head->words : "";
}

std::vector<std::string> marks_within(std::string_view line) {
  std::vector<std::string> out;
  if (line.find("※") == line.npos && line.find("注") == line.npos && line.find('*') == line.npos && line.find("＊") == line.npos) return out;
  auto s = text::to_utf32(line);
  auto head = read_head(s);
  for (size_t at = head ? head->end : 0; at < s.size(); ++at) {
    auto sign = sign_of(s[at]);
    bool ordered = sign == "注" && at > 0 && U"発受外傾"sv.find(s[at - 1]) != std::u32string_view::npos;  // 「発注3件」
    if (sign.empty() || ordered) continue;
    if (auto mark = read_number(s, at + 1, sign)) out.push_back(mark->words), at = mark->end - 1;
  }
  return out;
}

std::string_view without_note_sign(std::string_view mark) {
  auto digits = mark.find_first_of("0123456789");
  return digits == mark.npos ? std::string_view{} : mark.substr(digits);
}

}  // namespace shirube::corpus
