#include "search/index_format.h"

#include "text/utf8.h"

namespace shirube::search {

namespace {
constexpr size_t longest_term = 245;
}

std::string term(std::string_view prefix, std::string_view word) {
  std::string out(prefix);
  out += text::clamp_utf8(word, longest_term - prefix.size());
  return out;
}

}  // namespace shirube::search
