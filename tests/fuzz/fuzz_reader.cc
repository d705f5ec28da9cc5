// Any bytes are read, or refused with a reason; no text holds what nobody sees. Built once for each reader:
// what the file is called tells apart what is text alike, and the corpus holds files of its kind.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "indexer/child.h"
#include "tests/indexer/zip_fixture.h"
#include "text/error.h"
#include "text/utf8.h"

namespace {

struct Reader {
  std::string_view name;
  const char* file;
  bool package = false;  ///< the input is its parts, not their packing: a line 「=== name」 above each
};
constexpr Reader kReaders[] = {{"text", "a.txt"},       {"markdown", "a.md"}, {"table", "a.csv"},      {"html", "a.html"},      {"law_xml", "a.xml"},    {"mail", "a.eml"},
                               {"pdf", "a.pdf"},        {"ole", "a.doc"},     {"zip", "a.zip"},        {"docx", "a.docx", true}, {"xlsx", "a.xlsx", true}, {"pptx", "a.pptx", true}};
constexpr const Reader& kReader = *std::ranges::find(kReaders, std::string_view(SHIRUBE_READER), &Reader::name);

/// The ZIP file of the parts, so that mutations reach what is packed.
std::string packed(std::string_view input) {
  constexpr std::string_view mark = "=== ";
  std::vector<std::pair<std::string, std::string>> parts;
  while (!input.empty()) {
    auto end = std::min(input.find('\n'), input.size());
    auto line = input.substr(0, end);
    if (line.starts_with(mark)) parts.emplace_back(line.substr(mark.size()), "");
    else if (!parts.empty()) parts.back().second.append(line).append("\n");
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  try {
    return shirube::zipped(parts);
  } catch (const std::runtime_error&) {
    return {};  // a name twice, or none
  }
}

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
  std::string input(reinterpret_cast<const char*>(data), size);
  if (kReader.package) input = packed(input);
  try {
    auto extraction = shirube::indexer::extract(input, kReader.file);
    for (size_t i = 0; i < extraction.clauses.size(); ++i) {
      const auto& clause = extraction.clauses[i];
      if (clause.parent && *clause.parent >= i) std::abort();
      for (const std::string* words : {&clause.label, &clause.heading, &clause.text})
        if (!is_clean(*words)) std::abort();
    }
    for (const std::string* words : {&extraction.facts.title, &extraction.facts.number, &extraction.facts.issued})
      if (!is_clean(*words)) std::abort();
    for (const auto& warning : extraction.warnings)
      if (!is_clean(warning)) std::abort();
  } catch (const shirube::Error& e) {
    if (e.message().empty() || e.hint().empty()) std::abort();
  }
  return 0;
}
