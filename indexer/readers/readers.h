#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "indexer/extract.h"

// What the readers share.
namespace shirube::indexer {

/// More text than this is refused.
inline constexpr size_t kMostTextBytes = size_t{64} << 20;
/// More pages than this are refused.
inline constexpr int kMostPages = 5000;

std::vector<std::string_view> split_lines(std::string_view text);

/// Decodes a text file into `text` and starts its Extract with the warnings that all text files may
/// have. Throws Error{invalid} for an empty or oversized one.
Extract decoded_extract(const std::string& bytes, std::string media_type, std::string& text);

/// True for a text whose lines are clearly the rows of a table, whatever its name.
bool looks_like_table(std::string_view bytes);

/// 「画像（本文検索の対象外）: n か所」
std::string image_warning(size_t count);

}  // namespace shirube::indexer
