#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "commands/installation.h"
#include "corpus/judgement.h"
#include "search/evaluation.h"

// Questions with their judgements, as files have them and as the office keeps them.
namespace shirube::commands {

struct Question {
  std::string id, text;
};

/// JSON Lines with _id and text; Error{invalid} names the line.
std::vector<Question> read_questions(const std::filesystem::path& file);

/// A file for results. It is opened before the work whose result it takes, lest that be lost. Throws
/// Error{unavailable} when it cannot be written.
class ResultFile {
 public:
  explicit ResultFile(const std::filesystem::path& path);
  std::ostream& stream() { return out_; }
  void finish();

 private:
  void check(const char* hint);

  std::filesystem::path path_;
  std::ofstream out_;
};

/// The judged queries of this office. A judged thing is a clause, named by its clause_address().
struct OwnJudgements {
  std::vector<Question> questions;  ///< ids q1, q2, …
  search::Judgements judgements;
};
OwnJudgements own_judgements(const corpus::JudgementLedger& ledger);

/// What questions found, and how long each took.
struct Answers {
  search::Run run;
  std::vector<double> milliseconds;
};

/// What a ranking is of.
enum class Level { document, clause };

/// Asks one question after the other, `top` things each, with the lists of words in the folder `words`; fewer when the program
/// is told to stop.
Answers ask(Installation& installation, const std::vector<Question>& questions, size_t top, Level level, const std::filesystem::path& words);

}  // namespace shirube::commands
