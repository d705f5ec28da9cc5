#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "corpus/library.h"
#include "corpus/references.h"
#include "search/passage.h"

// The parts that models are made of. Pure functions. Every key is always there, empty or not: a
// template looks for a missing key in what encloses it.
namespace shirube::web {

using Json = nlohmann::json;

std::string document_url(const std::string& slug);
std::string edition_url(const std::string& slug, const std::string& key);
std::string clause_url(const std::string& slug, const std::string& key, const std::string& path);
/// What is different in the edition at `key` from the one at `from`, else from the one before.
std::string changes_url(const std::string& slug, const std::string& key, const std::string& from = {});
/// The page on which a PDF stands beside its text, at a page and with the words of a search.
std::string beside_url(const std::string& slug, const std::string& key, std::optional<int> page = {}, const std::string& q = {});
/// Where the original of an edition is read: beside its text if it can be, else as a file; empty where there is none.
std::string reading_url(const corpus::Document& document, const corpus::Edition& edition, std::optional<int> page = {}, const std::string& q = {});
constexpr std::string_view pdf_type = "application/pdf";
/// Of the original as a file, at a page where one is known.
std::string original_url(const std::string& slug, const std::string& key, std::optional<int> page = {});

/// Clauses that the page of an edition shows at once.
constexpr size_t clauses_a_page = 400;
/// The same place, where it is not known on which page that is; of an edition that lacks the clause, its beginning.
std::string at_url(const std::string& edition_url, const std::string& path);
/// Where the clause at `position` stands on the page of its edition.
std::string place_url(const std::string& edition_url, const std::string& path, size_t position);

/// The part of `text` in `window`, cut where marks begin and end: [{text, mark}]. The only place where
/// offsets become text; the template escapes each piece and wraps the marked ones.
Json segments(std::string_view text, search::Span window, std::span<const search::Span> marks);
/// The whole of `text`.
Json segments(std::string_view text, std::span<const search::Span> marks = {});

/// `text` with what its words lead to: [{text, look, url, note}]. `look` is reference, term, definition, nowhere (a reference that
/// leads to nothing, or to what does not speak of it) or empty. Each has its words cut by `found` as well, where there is
/// something: parts, [{text, mark}].
Json linked_segments(std::string_view text, std::span<const corpus::Mark> marks, std::span<const search::Span> found = {});

/// What a clause is called among its neighbours: 「第12条　端末の持ち出し」, 「２」.
std::string title_of(const corpus::Clause& clause);
/// What it is called where it stands alone: 「第12条第2項」.
std::string full_title_of(const corpus::Clause& clause);

Json document_model(const corpus::Document& document);
Json edition_model(const corpus::Document& document, const corpus::Edition& edition);
/// The clause without its text.
Json clause_model(const corpus::Document& document, const corpus::Edition& edition, const corpus::Clause& clause);
/// Another clause that is pointed to: citation, address, state.
Json reference_model(const corpus::PlacedClause& placed);

/// {number, several, previous, next}: addresses of the neighbouring pages, empty where there is none. Where there are
/// not several pages, none is named.
Json paging_model(size_t page, bool more, const std::string& path, std::vector<std::pair<std::string, std::string>> parameters);

}  // namespace shirube::web
