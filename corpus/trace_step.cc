#include "corpus/trace_step.h"

#include <algorithm>

#include "corpus/outline_marker.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Unit = Step::Unit;
using Relation = Step::Relation;
using Kind = Found::Kind;

bool is_column(std::string_view root) {
  constexpr std::string_view columns[] = {"kaisei", "genko", "shin", "kyu"};
  return std::ranges::any_of(columns, [&](auto word) { return root.starts_with(word); });
}

int value_of(const std::string& number) { return number.empty() ? 0 : std::atoi(number.substr(0, 8).c_str()); }

/// Follows the steps of one place, from one viewpoint. A document that is not held is followed by numbers alone.
class Way {
 public:
  Way(const Places& own, Documents& documents, const Asked& asked) : own_(own), documents_(documents), asked_(asked) {}

  /// What is said of nothing else is said of where it stands, or of what is quoted there.
  void stand(std::optional<size_t> document) {
    from_ = asked_.clause;
    if (asked_.quoted && !document) {
      document_ = asked_.quoted->document;
      from_ = clause_of(*asked_.quoted).value_or(none);
    }
    if (document) {
      document_ = *document;
      if (document_ != 0) from_ = none;
      apart_ = true;
    }
  }

  Found follow(const std::vector<Step>& steps) {
    for (size_t i = 0; i < steps.size() && !lost_; ++i) step(steps[i], i == 0);
    return result();
  }

  /// A place that shares all above its first step with another.
  void share(const Spoken& spoken, Unit unit) {
    document_ = spoken.document;
    from_ = none;
    apart_ = true;
    place_ = spoken.place;
    if (unit <= Unit::article) place_.article.clear();
    if (unit <= Unit::paragraph) place_.paragraph.clear();
    if (unit <= Unit::item) place_.item.clear();
    if (unit == Unit::point) {
      size_t dash = place_.points.rfind('-');
      place_.points.resize(dash == std::string::npos ? 0 : dash);
    } else {
      place_.points.clear();
    }
    shared_ = true;
  }

 private:
  const Places* places() const {
    if (document_ == 0) return &own_;
    return document_ >= amending_act ? nullptr : documents_.places(document_);
  }

  std::optional<size_t> clause_of(const Spoken& spoken) {
    if (spoken.document >= amending_act) return std::nullopt;
    const Places* places = spoken.document == 0 ? &own_ : documents_.places(spoken.document);
    if (!places) return std::nullopt;
    return spoken.clause != none ? std::optional(spoken.clause) : places->find(spoken.place);
  }

  void lose() { lost_ = true; }

  void step(const Step& step, bool first) {
    found_.clear();
    if (step.relation == Relation::same) return recall(step);
    switch (step.unit) {
      case Unit::annex: return annex(step);
      case Unit::article: return article(step, first);
      case Unit::paragraph: return paragraph(step, first);
      case Unit::item: return item(step, first);
      case Unit::point: return point(step, first);
      case Unit::label: return label(step);
      default: return structure(step);
    }
  }

  void recall(const Step& step) {
    if (step.unit == Unit::annex) {
      no_reference_ = !asked_.context->annex;
      if (no_reference_) return lose();
      document_ = asked_.context->annex->document;
      clause_ = asked_.context->annex->clause;
      place_ = asked_.context->annex->place;
      set_ = true;
      return;
    }
    const auto& elsewhere = asked_.context->article ? asked_.context->article : asked_.context->own_article;
    const auto& spoken = step.unit == Unit::article ? elsewhere : step.unit == Unit::paragraph ? asked_.context->paragraph : asked_.context->item;
    if (step.unit < Unit::article || !spoken) {
      // 同章, or nothing was said before: what the words stand in.
      if (!spoken && step.unit >= Unit::article) no_reference_ = true;
      return lose();
    }
    document_ = spoken->document;
    place_ = spoken->place;
    clause_ = none;
    if (step.unit == Unit::article) place_.paragraph.clear();
    if (step.unit != Unit::item) place_.item.clear();
    if (step.unit != Unit::item) place_.points.clear();
    depth_ = step.unit == Unit::article ? Depth::article : step.unit == Unit::paragraph ? Depth::paragraph : Depth::item;
    set_ = true;
  }

  void annex(const Step& step) {
    set_ = true;
    clause_ = none;
    if (document_ == amending_act) {
      document_ = 0;
      from_ = asked_.clause;
      apart_ = false;
    }
    const Places* all = places();
    place_ = {};
    if (!all) {
      place_.root = step.number;
      return;
    }
    std::optional<size_t> found;
    if (step.relation == Relation::own) {
      size_t around = from_ == none ? none : all->enclosing(from_, ClauseKind::annex);
      no_reference_ = around == none;
      if (no_reference_) return lose();
      clause_ = around;
      place_.root = (*all)[around].path;
      return;
    }
    if (step.number == "fusoku" && from_ != none && !apart_) {
      size_t around = all->enclosing(from_, ClauseKind::annex);
      if (around != none && (*all)[around].path.starts_with("fusoku")) found = around;
    }
    if (!found) found = all->annex(step.number);
    // A text without annexes speaks of those of the law that it has just named.
    if (!found && document_ == 0 && !apart_ && asked_.context->spoke) {
      document_ = asked_.context->last_document;
      all = places();
      if (!all) return;
      found = all->annex(step.number);
    }
    if (!found) {
      no_reference_ = step.number == "betten" || step.number == "furoku";  // 「（別添）」 of a heading
      return lose();
    }
    clause_ = *found;
    place_.root = (*all)[*found].path;
  }

  /// The root of articles that are named without more.
  void take_root() {
    if (set_ || shared_ || apart_ || document_ != 0 || from_ == none) return;
    size_t annex = own_.enclosing(from_, ClauseKind::annex);
    if (annex == none) return;
    const std::string& path = own_[annex].path;
    if (amending_annex(own_, from_)) document_ = amending_act;
    else if (is_column(path) || (!path.starts_with("fusoku") && !own_.articles(annex).empty())) place_.root = path;
  }

  void article(const Step& step, bool first) {
    depth_ = Depth::article;
    clause_ = none;
    if (step.relation == Relation::numbered) {
      if (first) take_root();
      place_.article = step.number;
      set_ = true;
      return;
    }
    const Places* all = places();
    if (!all || from_ == none) return lose();
    size_t article = all->enclosing(from_, ClauseKind::article);
    if (article == none) {
      no_reference_ = step.relation == Relation::own;
      if (all->articles(none).size() < fewest_articles) document_ = unknown;
      return lose();
    }
    if (step.relation == Relation::own) return take(*all, {article});
    const auto& list = all->articles(all->enclosing(article, ClauseKind::annex));
    auto found = beside(list, article, step);
    // Of an amending act's 附則 most articles are left out; what stands beside is then not what is meant.
    std::vector<size_t> row = found;
    if (step.relation == Relation::next) row.insert(row.begin(), article);
    else row.push_back(article);
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      if (amending_annex(*all, article) && !is_next((*all)[row[i]].label, (*all)[row[i + 1]].label)) found.clear();
    }
    take(*all, std::move(found));
  }

  static bool is_next(const std::string& label, const std::string& next) {
    auto before = read_markers(label), after = read_markers(next);
    return !before.empty() && !after.empty() && follows(before.front().last, after.front().number);
  }

  /// 前条, 前二条, 次条, 前各号 of a list.
  std::vector<size_t> beside(const std::vector<size_t>& list, size_t at, const Step& step) {
    size_t position = std::ranges::find(list, at) - list.begin(), count = static_cast<size_t>(step.count);
    if (step.relation == Relation::each_previous) count = position;
    if (count == 0) return {};
    if (step.relation == Relation::next) {
      if (position + count >= list.size()) return {};
      return {list.begin() + position + 1, list.begin() + position + 1 + count};
    }
    if (count > position) return {};
    return {list.begin() + (position - count), list.begin() + position};
  }

  void take(const Places& all, std::vector<size_t> found) {
    if (found.empty()) return lose();
    Unit unit = depth_ == Depth::article ? Unit::article : depth_ == Depth::paragraph ? Unit::paragraph : Unit::item;
    place_ = all.place_of(found.back());
    if (unit == Unit::article) place_.paragraph.clear();
    if (unit != Unit::item) place_.item.clear();
    if (place_.article.empty() && place_.root.empty()) clause_ = found.back();  // of administrative numbering
    set_ = true;
    found_ = std::move(found);
  }

  void paragraph(const Step& step, bool first) {
    depth_ = Depth::paragraph;
    clause_ = none;
    if (first && !shared_ && !base(step)) return;
    if (step.relation == Relation::numbered) {
      place_.paragraph = step.number;
      set_ = true;
      return;
    }
    const Places* all = places();
    if (!all) return lose();
    if (step.relation == Relation::each) {
      if (auto article = all->find(place_)) {
        found_ = {*article};
        for (size_t one : all->children(*article)) {
          if ((*all)[one].kind == ClauseKind::paragraph) found_.push_back(one);
        }
      }
      return;
    }
    if (from_ == none) return lose();
    Place here = all->place_of(from_);
    bool in_law = !here.article.empty() || all->enclosing(from_, ClauseKind::paragraph) != none;
    if (!in_law) return paragraph_beside(*all, step);
    int number = here.paragraph.empty() ? 1 : value_of(here.paragraph), count = step.relation == Relation::each_previous ? number - 1 : step.count;
    if (step.relation == Relation::own) return take(*all, {all->find({here.root, here.article, here.paragraph, "", ""}).value_or(from_)});
    std::vector<size_t> found;
    int first_number = step.relation == Relation::next ? number + 1 : number - count;
    for (int n = std::max(first_number, 0); n < first_number + count && found.size() < most_of_range; ++n) {
      auto one = n > 0 ? all->find({here.root, here.article, std::to_string(n), "", ""}) : std::nullopt;
      if (!one) return lose();
      found.push_back(*one);
    }
    take(*all, std::move(found));
    if (!found_.empty()) place_.paragraph = std::to_string(first_number + count - 1);
  }

  /// 前項 where there are no 項: what stands before, of the same numbering.
  void paragraph_beside(const Places& all, const Step& step) {
    size_t at = from_;
    while (at != none && all.key(at).empty()) at = all.parent(at);
    if (at == none || step.relation == Relation::own) {
      no_reference_ = true;
      return lose();
    }
    take(all, beside(all.children(all.parent(at)), at, step));
  }

  /// The article of a paragraph, or the paragraph of an item, that are named alone.
  bool base(const Step& step) {
    const Places* all = places();
    if (step.relation != Relation::numbered || from_ == none || !all) {
      if (step.relation == Relation::numbered && apart_ && document_ == 0 && from_ == none) return false;
      return true;
    }
    if (document_ == 0 && apart_) return true;
    Place here = all->place_of(from_);
    place_.root = here.root;
    place_.article = here.article;
    if (step.unit > Unit::paragraph) place_.paragraph = here.paragraph;
    if (step.unit == Unit::point) place_.item = here.item;
    if (here.article.empty() && here.root.empty()) {
      no_reference_ = true;
      lose();
      return false;
    }
    return true;
  }

  void item(const Step& step, bool first) {
    depth_ = Depth::item;
    clause_ = none;
    const Places* all = places();
    if (step.relation == Relation::each) {
      if (!all) return;
      std::optional<size_t> above = first ? std::optional(from_) : all->find(place_);
      if (first && from_ != none) above = of_items(*all);
      if (!above || *above == none) {
        no_reference_ = first;
        return lose();
      }
      for (size_t one : all->children(*above)) {
        if (!all->key(one).empty() && (*all)[one].kind != ClauseKind::paragraph) found_.push_back(one);
      }
      // Listed within the text, or in a table: there is no clause of each.
      if (found_.empty() && first) no_reference_ = true, lose();
      else if (found_.empty()) found_ = {*above};
      depth_ = place_.article.empty() ? Depth::other : Depth::paragraph;
      return;
    }
    if (step.relation == Relation::numbered) {
      if (first && !shared_ && !base(step)) return;
      place_.item = step.number;
      place_.points.clear();
      set_ = true;
      return;
    }
    if (!all || from_ == none) return lose();
    size_t item = all->enclosing(from_, ClauseKind::item);
    if (item == none) {
      no_reference_ = true;
      return lose();
    }
    if (step.relation == Relation::own) return take(*all, {item});
    std::vector<size_t> list;
    for (size_t one : all->children(all->parent(item))) {
      if ((*all)[one].kind == ClauseKind::item) list.push_back(one);
    }
    take(*all, beside(list, item, step));
  }

  /// The clause whose items 「次の各号」 are: this one, or the paragraph that it belongs to.
  std::optional<size_t> of_items(const Places& all) const {
    auto has_items = [&](size_t at) { return std::ranges::any_of(all.children(at), [&](size_t one) { return all[one].kind == ClauseKind::item; }); };
    return has_items(from_) ? std::optional(from_) : std::nullopt;
  }

  void point(const Step& step, bool first) {
    depth_ = Depth::item;
    if (first && !shared_ && !base(step)) return;
    if (!place_.points.empty()) place_.points += '-';
    place_.points += step.number;
    set_ = true;
  }

  void label(const Step& step) {
    const Places* all = places();
    if (!all) return;
    size_t above = clause_ != none ? clause_ : all->find(place_).value_or(none);
    if (above == none) return lose();
    auto found = all->find_labels(above, {step}, true);
    // 6.1 of 第2章 may stand further down.
    if (!found) {
      for (size_t one : all->labelled(step.number)) {
        if (one > above && one < all->end_of(above)) found = Places::Labelled{one, true};
        if (found) break;
      }
    }
    if (!found) {
      clause_ = above;
      return lose();
    }
    clause_ = found->clause;
    place_ = {};
  }

  void structure(const Step& step) {
    set_ = true;
    if (document_ == 0 && from_ != none && !apart_ && step.relation == Relation::numbered && amending_annex(own_, from_)) document_ = amending_act;
    const Places* all = places();
    if (!all) return;
    const auto& list = all->structures(step.unit);
    size_t here = none;
    if (from_ != none) {
      for (size_t one : list) {
        if (one <= from_ && from_ < all->end_of(one)) here = one;
      }
    }
    if (step.relation != Relation::numbered) return structure_beside(*all, list, here, step);
    // Of several with this number the one in the chapter that was named, else in the one that this stands in, else the first.
    std::optional<size_t> best;
    size_t within = clause_;
    if (within == none && from_ != none && here != none) within = all->parent(here);
    for (size_t one : list) {
      bool same = path_number((*all)[one]) == step.number;
      bool inside = within == none || (one >= within && one < all->end_of(within));
      if (same && inside && !best) best = one;
    }
    for (size_t one : list) {
      if (!best && clause_ == none && path_number((*all)[one]) == step.number) best = one;
    }
    // 「第４章の１」 is a label of the chapter where it is no chapter of its own.
    if (size_t branch = step.number.find('_'); !best && branch != std::string::npos && !list.empty()) {
      Step chapter = step, below = step;
      chapter.number = step.number.substr(0, branch);
      below.unit = Unit::label, below.number = step.number.substr(branch + 1);
      structure(chapter);
      if (!lost_) label(below);
      return;
    }
    if (!best) {
      // What has no chapters speaks of those of another text.
      if (document_ == 0 && list.empty()) document_ = unknown;
      return lose();
    }
    clause_ = *best;
  }

  void structure_beside(const Places& all, const std::vector<size_t>& list, size_t here, const Step& step) {
    if (here == none) {
      no_reference_ = true;
      return lose();
    }
    if (step.relation == Relation::own) {
      clause_ = here;
      return;
    }
    std::vector<size_t> siblings;
    for (size_t one : list) {
      if (all.parent(one) == all.parent(here)) siblings.push_back(one);
    }
    found_ = beside(siblings, here, step);
    if (found_.empty()) return lose();
    clause_ = found_.back();
  }

  static std::string path_number(const Clause& clause) {
    std::string_view path = clause.path;
    if (size_t dash = path.rfind('-'); dash != path.npos) path.remove_prefix(dash + 1);
    size_t digits = path.find_first_of("0123456789");
    return digits == path.npos ? "" : std::string(path.substr(digits));
  }

  Found result() {
    Spoken spoken{document_, place_, clause_};
    if (no_reference_) return {};
    const Places* all = places();
    if (!all) return {Kind::elsewhere, spoken, {}, depth_};
    if (lost_ && document_ == 0 && from_ != none && speaks_of_the_past(own_, from_)) return {Kind::elsewhere, spoken, {}, depth_};
    if (lost_) {
      std::vector<size_t> nearest;
      if (clause_ != none) nearest = {clause_};
      return {Kind::missing, spoken, std::move(nearest), depth_};
    }
    if (!found_.empty()) return {Kind::held, spoken, std::move(found_), depth_};
    if (clause_ != none) return {Kind::held, spoken, {clause_}, depth_};
    if (auto found = all->find(place_)) return {Kind::held, spoken, {*found}, depth_};
    return nearest(*all, spoken);
  }

  Found nearest(const Places& all, const Spoken& spoken) {
    // A column of a comparison shows what was changed, and a notice without articles speaks of another text.
    bool elided = is_column(place_.root) || (from_ != none && speaks_of_the_past(all, from_));
    if (document_ == 0 && elided) return {Kind::elsewhere, spoken, {}, depth_};
    if (document_ == 0 && !place_.article.empty() && all.articles(none).size() < fewest_articles && place_.root.empty()) return {Kind::elsewhere, {unknown, place_, none}, {}, depth_};
    Place above = place_;
    std::optional<size_t> found;
    bool cut = true;  // whether what was found is cut as finely as the reference goes
    if (!above.points.empty()) {
      above.points.clear();
      found = all.find(above);
      cut = found && !all.children(*found).empty();
    }
    if (!found && !above.item.empty()) {
      above.item.clear();
      found = all.find(above);
      cut = place_.root.empty() || !place_.article.empty() || !found || !all.children(*found).empty();
    }
    if (!found && !above.paragraph.empty()) {
      above.paragraph.clear();
      found = all.find(above);
    }
    if (found && !cut) return {Kind::held, spoken, {*found}, depth_};
    return {Kind::missing, spoken, found ? std::vector{*found} : std::vector<size_t>{}, depth_};
  }

  static constexpr size_t fewest_articles = 3;

  const Places& own_;
  Documents& documents_;
  const Asked& asked_;
  size_t document_ = 0;
  size_t from_ = none;        ///< the clause that relative steps are counted from
  Place place_;
  size_t clause_ = none;
  std::vector<size_t> found_; ///< more than one
  Depth depth_ = Depth::other;
  bool apart_ = false;        ///< the document was named
  bool shared_ = false, set_ = false, lost_ = false, no_reference_ = false;
};

/// Whether a reference that goes on from another shares what stands above its first step.
bool shares(const Spoken& spoken, const Step& step) {
  if (step.relation != Relation::numbered || spoken.clause != none) return false;
  switch (step.unit) {
    case Unit::article: return spoken.document != 0 || !spoken.place.root.empty();
    case Unit::paragraph: return !spoken.place.paragraph.empty() || spoken.document != 0;
    case Unit::item: return !spoken.place.item.empty() || (spoken.document != 0 && !spoken.place.article.empty());
    case Unit::point: return !spoken.place.points.empty();
    default: return false;
  }
}

}  // namespace

Found find_steps(const Places& own, Documents& documents, const Mention& mention, const Asked& asked, std::optional<size_t> document) {
  const Step& first_step = mention.steps[0];
  bool apart = first_step.unit < Unit::article || first_step.unit == Unit::annex;  // 法第4章及び第6章
  if (!document && asked.joined && asked.joined->document != 0 && apart) document = asked.joined->document;
  Way way(own, documents, asked);
  way.stand(document);
  if (!document && asked.joined && shares(*asked.joined, first_step)) {
    way.share(*asked.joined, first_step.unit);
  } else if (!document && asked.attached && first_step.relation == Relation::numbered && asked.attached->clause == none &&
             (first_step.unit > Unit::article || asked.attached->document != 0) && first_step.unit <= Unit::point) {
    way.share(*asked.attached, first_step.unit);
  }
  Found first = way.follow(mention.steps);
  // What is left out of an 附則 is left out of a list, and the list goes on.
  if (mention.to.empty() || first.kind == Kind::no_reference) return first;
  Asked from_first = asked;
  from_first.joined = first.spoken;
  Way to(own, documents, from_first);
  to.stand(document);
  bool relative = mention.to[0].relation != Relation::numbered;
  if (!relative && first.spoken.clause == none) to.share(first.spoken, mention.to[0].unit);
  Found last = to.follow(mention.to);
  if (first.kind == Kind::elsewhere) return {Kind::elsewhere, last.spoken, {}, last.depth};
  if (first.kind == Kind::missing || last.kind != Kind::held) return {last.kind == Kind::elsewhere ? Kind::elsewhere : Kind::missing, last.spoken, first.clauses, last.depth};
  const Places* places = first.spoken.document == 0 ? &own : documents.places(first.spoken.document);
  return {Kind::held, last.spoken, between(*places, first.clauses.front(), last.clauses.back()), last.depth};
}

}  // namespace shirube::corpus
