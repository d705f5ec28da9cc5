#include "web/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "search/question.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

/// Where a clause is: slug, key of the edition, path.
using Address = std::array<std::string, 3>;

std::string written(const Address& address) { return address[0] + "/" + address[1] + "/" + address[2]; }

/// Of slug/key/path, or of the address of a clause's page with or without the name of the service.
Address read_address(const std::string& typed) {
  std::string_view rest = text::trim(typed);
  if (size_t scheme = rest.find("://"); scheme != rest.npos) {
    size_t path = rest.find('/', scheme + 3);
    rest = path == rest.npos ? std::string_view() : rest.substr(path);
  }
  if (rest.starts_with('/')) {
    auto segments = parse_target(rest).segments;
    if (segments.size() == 5 && segments[0] == "documents" && segments[3] == "clauses") return {segments[1], segments[2], segments[4]};
  } else if (size_t first = rest.find('/'); first != rest.npos) {
    size_t second = rest.find('/', first + 1);
    if (second != rest.npos) return {std::string(rest.substr(0, first)), std::string(rest.substr(first + 1, second - first - 1)), std::string(rest.substr(second + 1))};
  }
  throw Error(ErrorKind::invalid, fmt::format("「{}」は条項の所在として読めません。", text::clamp_utf8(typed, 100)),
              "条項のページのアドレス、または「識別名/版/条項」（例: taisaku-kijun/2025-04-01/12-2）を指定してください。");
}

double rounded(double value) { return std::round(value * 100) / 100; }

Json part_model(search::Field field, const std::string& term, double weight) {
  return {{"field", search::of(field).name}, {"term", term}, {"weight", rounded(weight)}};
}

Json parts_model(const std::vector<search::Contribution>& parts) {
  Json out = Json::array();
  for (const auto& part : parts) out.push_back(part_model(part.field, part.term, part.weight));
  return out;
}

/// For reading: pairs of characters say little one by one.
Json rows_model(const std::vector<search::Contribution>& parts) {
  std::vector<search::Contribution> rows;
  search::Contribution pairs{search::Field::pair, "", 0};
  for (const auto& part : parts) {
    if (part.field != search::Field::pair) {
      rows.push_back(part);
      continue;
    }
    pairs.term += (pairs.term.empty() ? "" : "・") + part.term;
    pairs.weight += part.weight;
  }
  if (pairs.weight > 0) rows.push_back(pairs);
  std::ranges::stable_sort(rows, std::greater<>(), &search::Contribution::weight);
  return parts_model(rows);
}

Json explanation_model(const Context& context, const Asked& asked, const corpus::PlacedClause& placed) {
  auto reader = context.readers.borrow();
  auto why = reader->searcher().explain(asked.query, context.viewer, window(asked), placed.id);
  Json rows = rows_model(why.parts);
  return {{"found", why.found},
          {"rank", why.rank ? Json(*why.rank) : Json()},
          {"placed", why.placed},
          {"score", rounded(why.score)},
          {"share", rounded(why.share)},
          {"percent", std::lround(why.share * 100)},
          {"parts", parts_model(why.parts)},
          {"rows", rows},
          {"most", rows.empty() ? Json(1) : rows[0]["weight"]},
          {"authority", why.authority},
          {"before_others", why.authority > 1},
          {"behind_others", why.authority < 1},
          {"missing", why.missing},
          {"reason", why.reason},
          {"in_force", placed.edition.state == corpus::EditionState::current},
          {"clause", reference_model(placed)},
          {"understood", asked.query.understood()}};
}

}  // namespace

std::string explain_url(const Asked& asked, const corpus::PlacedClause& placed) {
  auto with_clause = parameters(asked);
  with_clause.emplace_back("clause", written({placed.document.slug, placed.edition.key, placed.clause.path}));
  return "/explain" + write_query(with_clause);
}

Json explain_view(const Context& context, const Call& call) {
  Asked asked = read_asked(call.target);
  std::string typed = call.target.parameter("clause").value_or("");
  // What was chosen beside the words stays when the form is sent again.
  Json kept = Json::array();
  for (const auto& [name, value] : parameters(asked)) {
    if (name != "q") kept.push_back({{"name", name}, {"value", value}});
  }
  Json model = {{"title", "なぜ出た・なぜ出ない"}, {"q", asked.q}, {"typed", typed}, {"kept", kept}, {"search_url", asked.query.empty() ? "" : search_url(asked)}, {"explanation", false},
                {"half", false}};
  if (typed.empty() || asked.query.empty()) {
    model["half"] = !typed.empty() || !asked.q.empty();
    return model;
  }
  auto [slug, key, path] = read_address(typed);
  model["explanation"] = explanation_model(context, asked, find_clause(context, slug, key, path));
  return model;
}

}  // namespace shirube::web
