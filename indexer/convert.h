#pragma once

#include <atomic>
#include <string>

#include "indexer/child.h"
#include "indexer/extract.h"

namespace shirube::indexer {

/// Makes a Word, Excel or PowerPoint file of an older or other Office file, by LibreOffice
/// (`limits.office`, run as program.h says). What it makes is as untrusted as what it was given. Throws Error{invalid} when LibreOffice is not
/// installed, cannot read the file or takes too long; Error{unavailable} when `stop` was set
/// meanwhile. Safe from any thread.
std::string convert(const std::string& bytes, const Conversion& conversion, const ExtractionLimits& limits, const std::atomic<bool>& stop);

}  // namespace shirube::indexer
