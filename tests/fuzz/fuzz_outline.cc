// Any lines become clauses that keep the promises of outline.h.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "corpus/address.h"
#include "corpus/outline.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  shirube::corpus::Page page;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    shirube::corpus::Line line;
    line.text = shirube::text::to_utf8(shirube::text::to_utf32(rest.substr(0, end)));
    page.lines.push_back(std::move(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  auto clauses = shirube::corpus::outline({page});
  shirube::corpus::assign_addresses(clauses);
  for (size_t i = 0; i < clauses.size(); ++i) {
    const auto& clause = clauses[i];
    if (clause.parent && *clause.parent >= i) std::abort();
    if (clause.path.empty() || !shirube::text::is_valid_utf8(clause.text)) std::abort();
  }
  return 0;
}
