#include "records/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view other = "その他", unanswered = "無回答";

std::string trimmed(std::string_view text) { return std::string(text::trim(text)); }

/// What is the same however wide it is written and spaced.
std::string folded(const std::string& text) {
  std::string out = text::fold(text);
  for (const char* space : {" ", "\n"}) out = text::replace_all(out, space, "");
  return out;
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
  std::vector<size_t> counts;      ///< of each choice
  size_t others = 0, without = 0;
  size_t column = 0;               ///< of the table
};

/// The choices in a cell, by position, and what is none of them.
struct Answer {
  std::set<size_t> chosen;
  Texts free;
};
Answer answer_of(const Question& question, const std::string& cell) {
  auto choice = [&](const std::string& words) -> std::optional<size_t> {
    auto found = std::ranges::find(question.choices, folded(words), folded);
    if (found == question.choices.end()) return std::nullopt;
    return static_cast<size_t>(found - question.choices.begin());
  };
  Answer out;
  // A choice may hold a divider itself.
  if (auto whole = choice(cell)) return {{*whole}, {}};
  for (const auto& part : parts(cell, {";", "；"})) {
    if (auto one = choice(part)) {
      out.chosen.insert(*one);
      continue;
    }
    const Texts words = parts(part, {"、", ",", "，"});
    if (std::ranges::all_of(words, [&](const auto& word) { return choice(word).has_value(); })) {
      for (const auto& word : words) out.chosen.insert(*choice(word));
    } else {
      out.free.push_back(part);
    }
  }
  return out;
}

size_t column_of(const Field& rows, const std::string& key) { return static_cast<size_t>(std::ranges::find(rows.columns, key, &Field::key) - rows.columns.begin()); }

std::string cell_of(const Row& row, size_t at) { return at < row.cells.size() ? row.cells[at] : std::string(); }

std::vector<Question> questions_of(const Ledger& ledger, const Field& field, const Values& held) {
  const Field& rows = *ledger.field(field.tally->questions);
  std::vector<Question> out;
  auto found = held.find(rows.key);
  for (const auto& value : found == held.end() ? Texts{} : found->second) {
    const Row row = row_of(value);
    Question question{trimmed(text::replace_all(cell_of(row, column_of(rows, field.drawn->of)), "\n", " ")), parts(cell_of(row, column_of(rows, field.tally->choices)), {"／"}), {}};
    if (question.words.empty()) continue;
    if (std::ranges::find(out, folded(question.words), [](const auto& one) { return folded(one.words); }) != out.end()) throw Error(ErrorKind::invalid, fmt::format("「{}」に、同じ設問「{}」が二つあります。", rows.name, question.words), "設問の表を直してから、集計してください。");
    question.counts.resize(question.choices.size());
    out.push_back(std::move(question));
  }
  if (out.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」がまだ書かれていません。", rows.name), "設問と選択肢を表に書いてから、回答のファイルを集計してください。");
  return out;
}

/// Finds the column of each question; gives the headings that are none's.
Texts place(std::vector<Question>& questions, const Texts& headings) {
  Texts keys;
  for (const auto& heading : headings) keys.push_back(folded(heading));
  std::set<size_t> taken;
  // Words that are the heading itself before those that it ends with: 「困ったこと」 is no 「ほかに困ったこと」.
  for (bool whole : {true, false}) {
    for (auto& question : questions) {
      const std::string words = folded(question.words);
      if (question.column) continue;
      std::vector<size_t> fitting;
      for (size_t c = 0; c < keys.size(); ++c) {
        if (!taken.contains(c) && (whole ? keys[c] == words : keys[c].ends_with(words))) fitting.push_back(c);
      }
      if (fitting.size() > 1) throw Error(ErrorKind::invalid, fmt::format("設問「{}」に当たる列が{}つあります。", question.words, fitting.size()), "ファイルの見出しを、設問ごとに違う言葉にしてください。");
      if (fitting.size() == 1) question.column = fitting[0] + 1, taken.insert(fitting[0]);
    }
  }
  std::string lacking;
  for (const auto& question : questions) {
    if (!question.column) lacking += "「" + question.words + "」";
  }
  if (!lacking.empty()) throw Error(ErrorKind::invalid, fmt::format("見出しに、次の設問がありません: {}", text::clamp_utf8(lacking, 600)), "ファイルの1行目の見出しを、設問の表と同じ言葉にしてください。");
  Texts left;
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
    if (!texts || !known.emplace(question.words, said).second) return;
    if (text::length_utf8(said) > longest_text) throw Error(ErrorKind::invalid, fmt::format("設問「{}」に、長すぎる回答があります（{}文字まで）。", question.words, longest_text), "ファイルの回答を短くしてください。");
    Row one{0, Texts(texts->columns.size())};
    one.cells[text_column] = said;
    if (of_column < texts->columns.size()) one.cells[of_column] = question.words;
    free.push_back(one.value());
    ++out.texts;
  };

  for (++row; row != table.end(); ++row) {
    if (is_empty(*row)) continue;
    ++out.answers;
    for (auto& question : questions) {
      const std::string cell = question.column <= row->size() ? trimmed((*row)[question.column - 1]) : "";
      if (cell.empty()) {
        ++question.without;
      } else if (question.choices.empty()) {
        take_words(question, cell);
      } else {
        Answer answer = answer_of(question, cell);
        auto listed = std::ranges::find(question.choices, other);
        if (!answer.free.empty() && listed != question.choices.end()) answer.chosen.insert(static_cast<size_t>(listed - question.choices.begin()));
        else question.others += !answer.free.empty();
        for (size_t choice : answer.chosen) ++question.counts[choice];
        for (const auto& words : answer.free) take_words(question, words);
      }
    }
  }
  if (out.answers == 0) throw Error(ErrorKind::invalid, "ファイルに回答がありません。", "1行目に設問、2行目から一人1行の回答がある表を選んでください。");

  Texts rows;
  auto count = [&](const Question& question, std::string_view label, size_t number) {
    Row one{0, Texts(field.columns.size())};
    one.cells[column_of(field, field.drawn->of)] = question.words;
    one.cells[column_of(field, field.drawn->label)] = label;
    one.cells[column_of(field, field.drawn->numbers[0])] = std::to_string(number);
    rows.push_back(one.value());
  };
  for (const auto& question : questions) {
    if (question.choices.empty()) continue;
    for (size_t c = 0; c < question.choices.size(); ++c) count(question, question.choices[c], question.counts[c]);
    if (question.others) count(question, other, question.others);
    if (question.without) count(question, unanswered, question.without);
  }
  if (rows.size() > most_rows || free.size() > most_rows) throw Error(ErrorKind::invalid, fmt::format("集計した行が多すぎます（{}行まで）。", most_rows), "設問を分けて、アンケートの記録を二つにしてください。");
  out.values[field.key] = std::move(rows);
  if (!field.drawn->whole.empty()) out.values[field.drawn->whole] = {std::to_string(out.answers)};
  if (texts && out.texts) out.values[texts->key] = std::move(free);
  return out;
}

}  // namespace shirube::records
