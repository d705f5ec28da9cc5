#include "indexer/prepare.h"

#include <algorithm>

#include "corpus/address.h"
#include "corpus/doubt.h"
#include "indexer/facts.h"
#include "store/files.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::indexer {

using corpus::Facts;

namespace {

std::string first_line(const std::vector<corpus::Clause>& clauses) {
  for (const auto& clause : clauses) {
    for (const std::string* s : {&clause.heading, &clause.text}) {
      std::string_view line = text::trim(std::string_view(*s).substr(0, s->find('\n')));
      if (!line.empty()) return std::string(text::clamp_utf8(line, 150));
    }
  }
  return {};
}

/// The lines above the first numbered clause, with unnumbered headings among them.
std::string head_of(const std::vector<corpus::Clause>& clauses) {
  std::string head;
  for (const auto& clause : clauses) {
    if (clause.kind != corpus::ClauseKind::preamble && clause.kind != corpus::ClauseKind::heading) break;
    head += clause.heading + "\n" + clause.text + "\n";
  }
  return head;
}

/// What a file says of itself, as facts.
Facts facts_of_content(const Extraction& extraction) {
  Facts said;
  said.title = extraction.facts.title;
  said.number = extraction.facts.number;
  said.short_title = extraction.facts.abbreviation.substr(0, extraction.facts.abbreviation.find(','));
  said.issued = extraction.facts.issued;
  said.effective = extraction.facts.effective;
  if (extraction.media_type == "application/xml") said.kind = "law";
  Facts facts = corpus::merged(said, facts_of_head(head_of(extraction.clauses)));
  if (facts.title.empty()) facts.title = first_line(extraction.clauses);
  return facts;
}

std::string without_spaces(std::string_view s) { return text::replace_all(text::fold(text::trim(s)), " ", ""); }

/// Words above the first clause that only repeat the title are no clause: nobody cites them.
void drop_title(std::vector<corpus::Clause>& clauses, std::initializer_list<std::string_view> titles) {
  if (clauses.size() < 2 || clauses[0].kind != corpus::ClauseKind::preamble || !clauses[0].heading.empty()) return;
  bool repeats = std::ranges::any_of(titles, [&](std::string_view title) { return without_spaces(clauses[0].text) == without_spaces(title); });
  bool childless = std::ranges::none_of(clauses, [](const corpus::Clause& clause) { return clause.parent == size_t{0}; });
  if (!repeats || !childless) return;
  clauses.erase(clauses.begin());
  for (auto& clause : clauses) {
    if (clause.parent) --*clause.parent;
  }
}

}  // namespace

Prepared prepare(Extraction extraction, const std::string& title) {
  Prepared out{facts_of_content(extraction), std::move(extraction.clauses), std::move(extraction.warnings)};
  drop_title(out.clauses, {title, out.said.title});
  corpus::assign_addresses(out.clauses);
  return out;
}

std::string slug_inside(const std::string& slug, const std::string& member) {
  constexpr size_t longest = 200, kept = 180;
  std::string inside = slug + "_" + text::replace_all(member, "/", "_");
  if (inside.size() <= longest) return inside;
  return std::string(text::clamp_utf8(inside, kept)) + "-" + store::sha256(inside).substr(0, 12);
}

std::vector<std::string> with_doubts(std::vector<std::string> warnings, const std::vector<corpus::Clause>& clauses) {
  std::ranges::move(corpus::summarised(corpus::doubts(clauses)), std::back_inserter(warnings));
  return warnings;
}

}  // namespace shirube::indexer
