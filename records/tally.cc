#include "records/tally.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view other = "その他", unanswered = "無回答";

std::string trimmed(std::string_view text) { return std::string(text::trim(text)); }

/// What is the same however wide it is written and spaced, and by whatever comma.
std::string folded(const std::string& text) {
  std::string out = text::replace_all(text::fold(text), ",", "、");
  for (const char* space : {" ", "\n"}) out = text::replace_all(out, space, "");
  return out;
}

/// Whether folded words are what forms set before a question: 「Q1.」, 「問2」, 「(3)」.
bool is_numbering(std::string_view words) {
  constexpr std::string_view signs[] = {"設問", "質問", "問", "第", "no", "q", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "。", ":", "、", "・", "(", ")", "[", "]", "【", "】", "-", "_", "|"};
  while (!words.empty()) {
    auto sign = std::ranges::find_if(signs, [&](auto one) { return words.starts_with(one); });
    if (sign == std::end(signs)) return false;
    words.remove_prefix(sign->size());
  }
  return true;
}

/// The parts of a text between any of these dividers, none empty.
Texts parts(const std::string& text, std::initializer_list<std::string_view> dividers) {
  std::string lines = text::replace_all(text, "\r", "");
  for (auto divider : dividers) lines = text::replace_all(lines, divider, "\n");
  Texts out;
  for (size_t at = 0; at <= lines.size();) {
    size_t end = std::min(lines.find('\n', at), lines.size());
    if (std::string part = trimmed(std::string_view(lines).substr(at, end - at)); !part.empty()) out.push_back(std::move(part));
    at = end + 1;
  }
  return out;
}

struct Question {
  std::string words;
  Texts choices;
  std::map<std::string, size_t> places{};  ///< of the choices, by what is the same
  std::optional<size_t> other{};           ///< the choice that takes what is none
  std::vector<size_t> counts{};            ///< of each choice
  size_t others = 0, without = 0;
  std::optional<size_t> column{};          ///< of the table
};

/// The choices in a cell, by position, and what is none of them.
struct Answer {
  std::set<size_t> chosen;
  Texts free;
};

/// Takes the choices of a list divided by 、: the longest first, as one may hold the divider itself.
void take_list(const Question& question, const std::string& list, Answer& out) {
  const Texts words = parts(list, {"、", ",", "，", "､"});
  std::string free;
  for (size_t at = 0; at < words.size();) {
    size_t taken = 0;
    for (size_t end = words.size(); end > at && !taken; --end) {
      std::string joined;
      for (size_t i = at; i < end; ++i) joined += (i > at ? "、" : "") + words[i];
      auto found = question.places.find(folded(joined));
      if (found == question.places.end()) continue;
      out.chosen.insert(found->second);
      taken = end - at;
    }
    if (!taken) free += (free.empty() ? "" : "、") + words[at], taken = 1;
    at += taken;
  }
  if (free.empty()) return;
  // Of words with nothing chosen among them as they were written.
  out.free.push_back(out.chosen.empty() ? list : free);
}

Answer answer_of(const Question& question, const std::string& cell) {
  Answer out;
  for (const auto& line : parts(cell, {})) {
    auto whole = question.places.find(folded(line));
    if (whole != question.places.end()) {
      out.chosen.insert(whole->second);
      continue;
    }
    for (const auto& part : parts(line, {";", "；"})) {
      auto found = question.places.find(folded(part));
      if (found != question.places.end()) out.chosen.insert(found->second);
      else take_list(question, part, out);
    }
  }
  return out;
}

size_t column_of(const Field& rows, const std::string& key) { return static_cast<size_t>(std::ranges::find(rows.columns, key, &Field::key) - rows.columns.begin()); }

std::string cell_of(const Row& row, size_t at) { return at < row.cells.size() ? row.cells[at] : std::string(); }

std::vector<Question> questions_of(const Ledger& ledger, const Field& field, const Values& held) {
  const Field& rows = *ledger.field(field.tally->questions);
  std::vector<Question> out;
  std::set<std::string> known;
  auto found = held.find(rows.key);
  for (const auto& value : found == held.end() ? Texts{} : found->second) {
    const Row row = row_of(value);
    Question question{trimmed(text::replace_all(cell_of(row, column_of(rows, field.drawn->of)), "\n", " ")), parts(cell_of(row, column_of(rows, field.tally->choices)), {"／"})};
    if (question.words.empty()) continue;
    if (!known.insert(folded(question.words)).second) throw Error(ErrorKind::invalid, fmt::format("「{}」に、同じ設問「{}」が二つあります。", rows.name, question.words), "設問の表を直してから、集計してください。");
    for (size_t c = 0; c < question.choices.size(); ++c) {
      if (!question.places.emplace(folded(question.choices[c]), c).second) throw Error(ErrorKind::invalid, fmt::format("設問「{}」に、同じ選択肢「{}」が二つあります。", question.words, question.choices[c]), "設問の表を直してから、集計してください。");
      if (!question.other && question.choices[c].starts_with(other)) question.other = c;
    }
    question.counts.resize(question.choices.size());
    out.push_back(std::move(question));
  }
  if (out.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」がまだ書かれていません。", rows.name), "設問と選択肢を表に書いてから、回答のファイルを集計してください。");
  if (out.size() > most_questions) throw Error(ErrorKind::invalid, fmt::format("一度に集計できる設問は{}までです。", most_questions), "アンケートの記録を分けてください。");
  return out;
}

/// Finds the column of each question; gives the headings that are none's.
Texts place(std::vector<Question>& questions, const Texts& headings) {
  Texts keys, lacking, left;
  for (const auto& heading : headings) keys.push_back(folded(heading));
  std::set<size_t> taken;
  for (auto& question : questions) {
    const std::string words = folded(question.words);
    std::vector<size_t> fitting;
    for (size_t c = 0; c < keys.size(); ++c) {
      if (keys[c].ends_with(words) && is_numbering(std::string_view(keys[c]).substr(0, keys[c].size() - words.size()))) fitting.push_back(c);
    }
    if (fitting.size() > 1) throw Error(ErrorKind::invalid, fmt::format("設問「{}」に当たる列が{}つあります。", question.words, fitting.size()), "ファイルの見出しを、設問ごとに違う言葉にしてください。");
    if (fitting.empty()) lacking.push_back("「" + question.words + "」");
    else question.column = fitting[0], taken.insert(fitting[0]);
  }
  if (!lacking.empty()) throw Error(ErrorKind::invalid, fmt::format("見出しに、次の設問がありません: {}", text::clamp_utf8(fmt::format("{}", fmt::join(lacking, "")), 600)), "ファイルの1行目の見出しを、設問の表と同じ言葉にしてください。");
  for (size_t c = 0; c < headings.size(); ++c) {
    if (!taken.contains(c) && !keys[c].empty()) left.push_back(trimmed(headings[c]));
  }
  return left;
}

bool is_empty(const Texts& row) {
  return std::ranges::all_of(row, [](const auto& cell) { return text::trim(cell).empty(); });
}

}  // namespace

Tally tally(const Ledger& ledger, const Field& field, const Values& held, std::span<const Texts> table, bool takes_texts) {
  std::vector<Question> questions = questions_of(ledger, field, held);
  auto row = std::ranges::find_if_not(table, is_empty);
  if (row == table.end()) throw Error(ErrorKind::invalid, "ファイルに表がありません。", "1行目に設問、2行目から一人1行の回答がある表を選んでください。");
  Tally out;
  out.left = place(questions, *row);

  // Free words that there are keep their rows, with what was made of them.
  const Field* texts = takes_texts && !field.tally->texts.empty() ? ledger.field(field.tally->texts) : nullptr;
  const size_t text_column = texts ? static_cast<size_t>(std::ranges::find(texts->columns, FieldKind::text, &Field::kind) - texts->columns.begin()) : 0;
  const size_t of_column = texts ? column_of(*texts, field.drawn->of) : 0;
  const bool names_question = texts && of_column < texts->columns.size();
  std::set<std::pair<std::string, std::string>> known;
  Texts free;
  if (texts) {
    if (auto found = held.find(texts->key); found != held.end()) free = found->second;
    for (const auto& value : free) {
      const Row one = row_of(value);
      known.emplace(cell_of(one, of_column), cell_of(one, text_column));
    }
  }
  auto take_words = [&](const Question& question, const std::string& said) {
    const std::string words = text::replace_all(said, "\t", " ");
    if (!texts || !known.emplace(names_question ? question.words : "", words).second) return;
    Row one{0, Texts(texts->columns.size())};
    one.cells[text_column] = words;
    if (names_question) one.cells[of_column] = question.words;
    free.push_back(one.value());
    ++out.texts;
  };
  auto answered = [&](Question& question, const std::string& cell) {
    if (question.choices.empty()) {
      if (cell.empty()) ++question.without;
      else take_words(question, cell);
      return;
    }
    Answer answer = answer_of(question, cell);
    if (answer.chosen.empty() && answer.free.empty()) ++question.without;
    if (!answer.free.empty() && question.other) answer.chosen.insert(*question.other);
    else if (!answer.free.empty()) ++question.others;
    for (size_t choice : answer.chosen) ++question.counts[choice];
    for (const auto& words : answer.free) take_words(question, words);
  };
  for (++row; row != table.end(); ++row) {
    if (is_empty(*row)) continue;
    if (++out.answers > most_answers) throw Error(ErrorKind::invalid, fmt::format("一度に集計できる回答は{}人分までです。", most_answers), "ファイルを分けて、アンケートの記録も分けてください。");
    for (auto& question : questions) answered(question, *question.column < row->size() ? trimmed((*row)[*question.column]) : "");
  }
  if (out.answers == 0) throw Error(ErrorKind::invalid, "ファイルに回答がありません。", "1行目に設問、2行目から一人1行の回答がある表を選んでください。");
  if (free.size() > most_rows) throw Error(ErrorKind::invalid, fmt::format("自由記述が{}件になり、入りきりません（{}件まで）。", free.size(), most_rows), "「自由記述は取り込まない」に印を付けて、集計だけを取り込んでください。");

  Texts rows;
  auto count = [&](const Question& question, std::string_view label, size_t number) {
    Row one{0, Texts(field.columns.size())};
    one.cells[column_of(field, field.drawn->of)] = question.words;
    one.cells[column_of(field, field.drawn->label)] = label;
    one.cells[column_of(field, field.drawn->numbers[0])] = std::to_string(number);
    rows.push_back(one.value());
  };
  for (auto& question : questions) {
    if (question.choices.empty()) continue;
    if (auto listed = question.places.find(std::string(unanswered)); listed != question.places.end()) question.counts[listed->second] += std::exchange(question.without, 0);
    for (size_t c = 0; c < question.choices.size(); ++c) count(question, question.choices[c], question.counts[c]);
    if (question.others) count(question, other, question.others);
    if (question.without) count(question, unanswered, question.without);
  }
  if (rows.size() > most_rows) throw Error(ErrorKind::invalid, fmt::format("集計した行が多すぎます（{}行まで）。", most_rows), "設問を分けて、アンケートの記録を二つにしてください。");
  out.values[field.key] = std::move(rows);
  if (!field.drawn->whole.empty()) out.values[field.drawn->whole] = {std::to_string(out.answers)};
  if (out.texts) out.values[texts->key] = std::move(free);
  return out;
}

}  // namespace shirube::records
