#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "indexer/extract.h"
#include "text/encoding.h"

// What the readers share.
namespace shirube::indexer {

/// More text than this is refused.
inline constexpr size_t kMostTextBytes = size_t{64} << 20;
/// More pages than this are refused.
inline constexpr int kMostPages = 5000;

std::vector<std::string_view> split_lines(std::string_view text);
/// The lines as a page without number.
corpus::Page page_of_lines(std::string_view text);

/// Keeps what a file was decoded from, with a warning of what could not be.
void note_encoding(const text::Decoded& decoded, Extract& extract);

/// Decodes a text file into `text` and starts its Extract with the warnings that all text files may
/// have. Throws Error{invalid} for an empty or oversized one.
Extract decoded_extract(const std::string& bytes, std::string media_type, std::string& text);

/// Decodes by the encoding that a file or a header declares, where the bytes fit it; else by what
/// they look like. `declared` may be empty or no encoding at all.
text::Decoded decode_declared(std::string_view bytes, std::string_view declared);

/// Decodes XML by the encoding that its first line names (pugixml reads Unicode only): well-formed
/// text, whatever the file says of itself.
text::Decoded decode_xml(const std::string& bytes);

/// Reads a page of HTML that is UTF-8 into `extract`: its lines, facts and warnings.
void read_html_text(const std::string& html, Extract& extract);

/// True for the root of an HTML page at the start of `s`, behind white space, comments and an XML declaration.
bool looks_like_html(std::string_view s, std::string_view file_name);

/// True for a text whose lines are clearly the rows of a table, whatever its name.
bool looks_like_table(std::string_view bytes);

/// 「画像（本文検索の対象外）: n か所」
std::string image_warning(size_t count);

}  // namespace shirube::indexer
