#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "corpus/outline_marker.h"
#include "corpus/outline_paragraph.h"

namespace shirube::corpus {

/// The lists that are open at a point of a document, and where the next number belongs. What stood
/// above what so far is remembered, so that a list may come again without its middle levels. One
/// document each; not for sharing between threads.
class Levels {
 public:
  /// An open list at the clause it has reached.
  struct Entry {
    Family family;
    std::vector<int> last;   ///< its highest number
    size_t node = 0;         ///< the clause
    bool implied = false;    ///< the unprinted １ of an article's first paragraph
    bool plain = false;      ///< a sentence or a bare item, not a heading
    bool has_body = false;   ///< text of its own stands below its first line
    double indent = -1, size = 1;
    bool bold = false;
    int face = 0;            ///< of the row, when it stands out
  };

  enum class Fit { follows, opens, skips, fixed };
  struct Place {
    size_t keep;  ///< how many open lists stay; the clause goes below the last of them
    Fit fit;
  };

  /// Where a number belongs; nullopt when it neither continues nor starts a list. `legal`: the
  /// document has articles, whose paragraphs and items are printed with gaps (「二から五まで　略」).
  std::optional<Place> find(const Marker& marker, const Row& row, bool legal) const;

  /// Where a heading without number belongs: beside the last one of its style, else below what is
  /// open, plain items closed.
  Place find_heading(const Family& style, const Row& row) const;

  void open(const Place& place, Entry entry);
  void close_all() { stack_.clear(); }

  const std::vector<Entry>& open_lists() const { return stack_; }
  Entry* top() { return stack_.empty() ? nullptr : &stack_.back(); }

 private:
  std::optional<Place> find_any(const Marker& marker, const Row& row, bool legal) const;
  std::optional<Place> find_fixed(const Marker& marker) const;
  std::optional<Place> find_decimal(const Marker& marker, const Row& row) const;
  std::optional<Place> find_open(const Marker& marker, const Row& row, bool legal) const;
  Place find_first(const Marker& marker, const Row& row, bool legal) const;
  bool stood_above(const Family& upper, const Family& lower) const { return above_.contains({upper, lower}); }
  std::optional<Place> find_closed(const Marker& marker) const;
  std::optional<size_t> innermost(const Family& family) const;

  /// A clause that was placed, and the clause it was placed below.
  struct Placed {
    Family family;
    std::vector<int> last;
    std::optional<size_t> parent;
  };

  std::vector<Entry> stack_;
  std::vector<Placed> placed_;
  std::set<std::pair<Family, Family>> above_;
};

}  // namespace shirube::corpus
