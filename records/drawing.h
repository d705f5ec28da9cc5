#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records/ledger.h"
#include "records/values.h"

// The rows of a field as bars (図), of surveys and self-inspections. Pure functions: safe between threads.
namespace shirube::records {

constexpr size_t most_parts = 5;   ///< of a bar: so many can be told apart in black and white
constexpr size_t most_bars = 500;  ///< of a field: what stands behind is in the table alone

struct DrawnBar {
  struct Part {
    std::string name;    ///< of the column
    std::string number;  ///< as it stands in the row
    double share = 0;    ///< of the whole, from 0 to 1
  };
  std::string label;
  std::vector<Part> parts;
  std::optional<double> before{};  ///< the share that the first part had the last time: 0.8 of 80, as it is written, even where it is more than 1
};

/// Bars that stand together. Their whole is what Drawing says: of several numbers each bar's own sum, of one the field `whole`, or where it
/// is not filled in, or less than a number, the sum of the bars.
struct DrawnGroup {
  std::string title;  ///< may be empty
  std::vector<DrawnBar> bars;
  size_t left_out = 0;  ///< bars beyond most_bars: they count in the whole
};

/// The drawing of a field's rows, in their order; nothing of a field that is not drawn. Rows without a number in any of its columns are left out.
std::vector<DrawnGroup> drawn(const Field& field, const Values& values);

}  // namespace shirube::records
