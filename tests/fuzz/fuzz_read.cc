// Any bytes are read, or refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "indexer/child.h"
#include "text/error.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // The first byte picks the name's ending, which tells Markdown from text.
  const char* name = data[0] % 2 ? "a.md" : "a.txt";
  try {
    auto extraction = shirube::indexer::extract(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), name);
    for (const auto& clause : extraction.clauses) {
      if (!shirube::text::is_valid_utf8(clause.text) || !shirube::text::is_valid_utf8(clause.heading)) std::abort();
    }
  } catch (const shirube::Error& e) {
    if (e.message().empty() || e.hint().empty()) std::abort();
  }
  return 0;
}
