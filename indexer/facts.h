#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"

namespace shirube::indexer {

/// One file that a facts.toml lists.
struct ListedFile {
  std::filesystem::path file;  ///< beside the facts.toml
  corpus::Facts facts;
};

/// Reads a facts.toml: tables [[document]] with slug, title, short, kind, issuer, audience, topic, and
/// in each [[document.edition]] with file, label, number, issued, effective, link. Throws
/// Error{invalid} naming the line of a fault: unknown keys, missing ones, words where dates are due,
/// files outside the folder.
std::vector<ListedFile> read_facts(const std::filesystem::path& toml);

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
