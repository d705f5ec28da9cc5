#include "records/drawing.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace shirube::records {

namespace {

/// Nothing of what is no number, or below nothing.
std::optional<double> number_of(const std::string& text) {
  double out = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

size_t position(const Field& field, const std::string& column) { return static_cast<size_t>(std::ranges::find(field.columns, column, &Field::key) - field.columns.begin()); }

}  // namespace

std::vector<DrawnGroup> drawn(const Field& field, const Values& values) {
  std::vector<DrawnGroup> out;
  auto rows = values.find(field.key);
  if (!field.drawn || rows == values.end()) return out;
  const Drawing& how = *field.drawn;
  size_t bars = 0;
  std::map<std::string, double> sums;
  for (const auto& value : rows->second) {
    const Row row = row_of(value);
    auto cell = [&](const std::string& column) {
      const size_t at = position(field, column);
      return at < row.cells.size() ? row.cells[at] : std::string();
    };
    DrawnBar bar{cell(how.label), {}};
    bool counted = false;
    for (const auto& column : how.numbers) {
      auto number = number_of(cell(column));
      counted = counted || number;
      bar.parts.push_back({field.columns[position(field, column)].name, cell(column), number.value_or(0)});
    }
    if (!counted) continue;
    if (auto before = how.before.empty() ? std::nullopt : number_of(cell(how.before))) bar.before = *before / 100;
    const std::string title = how.of.empty() ? "" : cell(how.of);
    auto group = std::ranges::find(out, title, &DrawnGroup::title);
    if (group == out.end()) group = out.insert(out.end(), {title, {}});
    sums[title] += bar.parts[0].share;
    if (++bars > most_bars) ++group->left_out;
    else group->bars.push_back(std::move(bar));
  }
  auto whole = values.find(how.whole);
  const double said = whole == values.end() || whole->second.empty() ? 0 : number_of(whole->second[0]).value_or(0);
  for (auto& group : out) {
    const double sum = sums[group.title];
    double largest = 0;
    for (const auto& bar : group.bars) largest = std::max(largest, bar.parts[0].share);
    for (auto& bar : group.bars) {
      double all = said >= largest && said > 0 ? said : sum;
      if (bar.parts.size() > 1) {
        all = 0;
        for (const auto& part : bar.parts) all += part.share;
      }
      for (auto& part : bar.parts) part.share = all > 0 ? part.share / all : 0;
    }
  }
  std::erase_if(out, [](const auto& group) { return group.bars.empty(); });
  return out;
}

}  // namespace shirube::records
