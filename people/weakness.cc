// What a password is worth to somebody who guesses: its characters, where each common word, run and repetition counts as one.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

#include "people/password.h"
#include "text/compose.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube {
extern const std::vector<std::pair<std::string_view, std::string_view>> people_tables;
}

namespace shirube::people {

namespace {

constexpr size_t least_worth = 7;

constexpr std::u32string_view keyboard_rows[] = {U"1234567890-^", U"qwertyuiop@[", U"asdfghjkl;:]", U"zxcvbnm,./", U"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
                                                 U"いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす"};

/// p@ssw0rd is password to those who guess.
char32_t plain_letter(char32_t c) {
  switch (c) {
    case '@': case '4': return 'a';
    case '0': return 'o';
    case '1': case '!': case '|': case 'l': return 'i';
    case '3': return 'e';
    case '$': case '5': return 's';
    case '7': return 't';
    default: return c;
  }
}

std::u32string plain_letters(std::u32string s) {
  std::ranges::transform(s, s.begin(), plain_letter);
  return s;
}

std::u32string folded(std::string_view s) { return text::to_utf32(text::fold(s)); }

const std::vector<std::u32string>& common_words() {
  static const std::vector<std::u32string> words = [] {
    std::set<std::u32string> set;
    std::string_view rest = people_tables.back().second;
    while (!rest.empty()) {
      size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.starts_with('#')) continue;
      for (std::u32string word; char32_t c : folded(line) + U" ") {
        if (c != U' ') word += c;
        else if (!word.empty()) set.insert(plain_letters(std::exchange(word, {})));
      }
    }
    return std::vector<std::u32string>(set.begin(), set.end());
  }();
  return words;
}

/// The parts of a sign-in name of three characters and more, and the whole.
std::vector<std::u32string> words_of(std::string_view login) {
  std::u32string all = folded(login), part;
  std::vector<std::u32string> words = {plain_letters(all)};
  for (char32_t c : all + U".") {
    if (c != U'.' && c != U'_' && c != U'-') part += c;
    else if (part.size() >= 3) words.push_back(plain_letters(std::exchange(part, {})));
    else part.clear();
  }
  return words;
}

/// The length of what begins at `at` with equal steps between its characters (aaa, abc, 321, あいう), if 3 and more.
size_t run_at(const std::u32string& s, size_t at) {
  size_t end = at + 1;
  while (end < s.size() && std::abs(static_cast<int64_t>(s[end]) - s[end - 1]) <= 2 &&
         (end == at + 1 || static_cast<int64_t>(s[end]) - s[end - 1] == static_cast<int64_t>(s[end - 1]) - s[end - 2])) {
    ++end;
  }
  return end - at >= 3 ? end - at : 0;
}

/// The same along a row of keys, in either direction.
size_t keys_at(const std::u32string& s, size_t at) {
  size_t longest = 0;
  auto along = [&](std::u32string_view row) {
    for (size_t length = 3; at + length <= s.size() && row.find(std::u32string_view(s).substr(at, length)) != row.npos; ++length) longest = std::max(longest, length);
  };
  for (std::u32string_view row : keyboard_rows) {
    along(row);
    std::u32string back(row.rbegin(), row.rend());
    along(back);
  }
  return longest;
}

bool is_year_at(const std::u32string& s, size_t at) {
  std::u32string_view year = std::u32string_view(s).substr(at, 4);
  return year.size() == 4 && (year.starts_with(U"19") || year.starts_with(U"20")) && std::ranges::all_of(year, [](char32_t c) { return c >= '0' && c <= '9'; });
}

size_t worth(const std::u32string& s, const std::vector<std::u32string>& own) {
  std::u32string letters = plain_letters(s);
  std::vector<size_t> least(s.size() + 1, s.size());
  least[0] = 0;
  auto reach = [&](size_t from, size_t length) { least[from + length] = std::min(least[from + length], least[from] + 1); };
  for (size_t at = 0; at < s.size(); ++at) {
    reach(at, 1);
    for (size_t length = 3, longest = std::max(run_at(s, at), keys_at(s, at)); length <= longest; ++length) reach(at, length);
    if (is_year_at(s, at)) reach(at, 4);
    for (const auto* words : {&common_words(), &own}) {
      for (const auto& word : *words) {
        if (!word.empty() && letters.compare(at, word.size(), word) == 0) reach(at, word.size());
      }
    }
    for (size_t length = 2; length <= at && at + length <= s.size(); ++length) {
      if (letters.compare(at, length, letters, at - length, length) == 0) reach(at, length);
    }
  }
  return least.back();
}

}  // namespace

std::optional<std::string> fault_of_password(std::string_view password, std::string_view login) {
  std::string composed = text::compose(password.substr(0, longest_password * 16));
  size_t length = text::length_utf8(composed);
  if (length < shortest_password) return fmt::format("パスワードは{}文字以上にしてください（今は{}文字）。", shortest_password, length);
  if (length > longest_password) return fmt::format("パスワードは{}文字までにしてください。", longest_password);
  if (std::ranges::any_of(text::to_utf32(composed), [](char32_t c) { return c < 0x20 || c == 0x7F || c == 0xFFFD; })) return "パスワードに、改行などの使えない文字が含まれています。";
  if (worth(folded(composed), words_of(login)) < least_worth) {
    return "推測されやすいパスワードです。よく使われる言葉、利用者名、年、同じ文字や並んだ文字ばかりにせず、思い出せる言葉をいくつかつないでください。";
  }
  return std::nullopt;
}

}  // namespace shirube::people
