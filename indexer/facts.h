#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"
#include "text/error.h"

namespace shirube::indexer {

/// One file that a list of facts names.
struct ListedFile {
  std::filesystem::path file;  ///< beside the list
  corpus::Facts facts;
  std::map<std::string, std::string> narrower{};  ///< audiences of clauses by their paths; see corpus::Clause
  std::string shown{};         ///< the line that a table names it in: 「facts.csv の3行目」; empty for a facts.toml
  std::optional<Error> fault{};  ///< of that line: the file is not to be taken
};

/// Reads a facts.toml: tables [[document]] with slug, title, short, kind, issuer, audience, topic, and
/// in each [[document.edition]] with file, label, number, issued, effective, link and the table narrower. Throws
/// Error{invalid} naming the line of a fault: unknown keys, missing ones, words where dates are due,
/// files outside the folder.
std::vector<ListedFile> read_facts(const std::filesystem::path& toml);

/// Reads a facts.csv, as spreadsheets write it, in any encoding: a row of names (ファイル, 識別名, 件名, 略称, 種別, 発出者,
/// 公開範囲, 分野, 版名, 文書番号, 発出日, 施行日, 掲載先, or those of a facts.toml), then a row for each file. Dates may be
/// written as people do. A fault of one row stands with that row; throws Error{invalid} for a faulty row of names.
std::vector<ListedFile> read_facts_table(const std::filesystem::path& csv);

/// What a file's name says. e-Gov names law files ID_DATE_AMENDMENT, which are three editions of one
/// document when three dates, for `certain`; any other name is only a slug that nobody else may have.
struct NameFacts {
  corpus::Facts facts;
  bool certain = false;
};
NameFacts facts_of_name(const std::filesystem::path& file);

/// What the head of a notice says: the lines above its first numbered clause hold its number
/// (総行サ第42号), its date, the addressees and its title. What is not found stays empty.
corpus::Facts facts_of_head(std::string_view head);

}  // namespace shirube::indexer
