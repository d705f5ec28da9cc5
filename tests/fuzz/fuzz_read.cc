// Any bytes are read, or refused with a reason; no text holds what nobody sees.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "indexer/child.h"
#include "text/error.h"
#include "text/utf8.h"

namespace {

/// Well-formed, without controls, marks of direction or the places of images.
bool is_clean(const std::string& words) {
  using shirube::text::code_point_at;
  for (size_t at = 0; at < words.size();) {
    auto c = code_point_at(words, at);
    at += c.length;
    bool control = (c.value < 0x20 && c.value != '\t' && c.value != '\n') || (c.value >= 0x7F && c.value < 0xA0);
    if (control || c.value == 0xFFFC || c.value == 0xFEFF || c.value == 0xAD || (c.value >= 0x202A && c.value <= 0x202E)) return false;
  }
  return shirube::text::is_valid_utf8(words);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // The first byte picks the name's ending, which tells apart what is text alike.
  constexpr const char* names[] = {"a.txt", "a.md", "a.html", "a.eml"};
  const char* name = names[data[0] % 4];
  try {
    auto extraction = shirube::indexer::extract(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), name);
    for (const auto& clause : extraction.clauses) {
      for (const std::string* words : {&clause.label, &clause.heading, &clause.text})
        if (!is_clean(*words)) std::abort();
    }
  } catch (const shirube::Error& e) {
    if (e.message().empty() || e.hint().empty()) std::abort();
  }
  return 0;
}
