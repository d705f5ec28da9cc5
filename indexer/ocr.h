#pragma once

#include <atomic>
#include <string>

#include "indexer/child.h"

namespace shirube::indexer {

/// True when OCRmyPDF is there to read pictures of text with.
bool can_recognise(const ExtractionLimits& limits);

/// Puts the text that OCRmyPDF reads (Japanese and English) behind the pages of a PDF that have none; the others, and
/// the order of the pages, stay. `pages` is how many they are: each may take half a minute. What comes back is as
/// untrusted as what was given. Throws Error{invalid} when it cannot be read or takes too long; Error{unavailable}
/// when `stop` was set meanwhile. Safe from any thread.
std::string recognise(const std::string& bytes, size_t pages, const ExtractionLimits& limits, const std::atomic<bool>& stop);

}  // namespace shirube::indexer
