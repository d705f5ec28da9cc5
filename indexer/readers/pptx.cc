#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "indexer/extract.h"
#include "indexer/readers/drawing.h"
#include "indexer/readers/ooxml.h"
#include "indexer/readers/readers.h"
#include "indexer/readers/rows.h"
#include "text/error.h"
#include "text/utf8.h"

// Presentations (PresentationML, ECMA-376 part 1 chapter 19).
namespace shirube::indexer {

namespace {

/// Where a shape lies, in EMU of the slide.
struct Box {
  double left = 0, top = 0, width = 0, height = 0;
};

/// From the coordinates of a group's children to the slide's.
struct Frame {
  double x = 0, y = 0, scale_x = 1, scale_y = 1;
  Box place(const Box& box) const { return {x + box.left * scale_x, y + box.top * scale_y, box.width * scale_x, box.height * scale_y}; }
};

double length(pugi::xml_node node, std::string_view name) { return std::strtod(std::string(attribute(node, name)).c_str(), nullptr); }

std::optional<Box> box_of(pugi::xml_node transform) {
  auto offset = child(transform, "off"), extent = child(transform, "ext");
  if (!offset) return {};
  return Box{length(offset, "x"), length(offset, "y"), length(extent, "cx"), length(extent, "cy")};
}

pugi::xml_node transform_of(pugi::xml_node shape) {
  if (auto own = child(shape, "xfrm")) return own;  // graphic frames
  auto properties = child(shape, "spPr");
  return child(properties ? properties : child(shape, "grpSpPr"), "xfrm");
}

Frame frame_of(pugi::xml_node transform, const Frame& outer) {
  auto box = box_of(transform);
  auto from = child(transform, "chOff"), size = child(transform, "chExt");
  if (!box || !from) return outer;
  double width = length(size, "cx"), height = length(size, "cy");
  Box placed = outer.place(*box);
  Frame inner;
  inner.scale_x = width > 0 ? placed.width / width : outer.scale_x;
  inner.scale_y = height > 0 ? placed.height / height : outer.scale_y;
  inner.x = placed.left - length(from, "x") * inner.scale_x;
  inner.y = placed.top - length(from, "y") * inner.scale_y;
  return inner;
}

/// A place that the layout of slides keeps: for the title, the body, the date.
struct Placeholder {
  std::string type, index;
};
std::optional<Placeholder> placeholder_of(pugi::xml_node shape) {
  for (auto one : shape.children()) {
    auto properties = child(one, "nvPr");
    if (!properties) continue;
    auto found = child(properties, "ph");
    if (!found) return {};
    auto type = attribute(found, "type");
    return Placeholder{std::string(type.empty() ? "obj" : type), std::string(attribute(found, "idx"))};
  }
  return {};
}

bool is_title(std::string_view type) { return type == "title" || type == "ctrTitle"; }

/// What stands on every slide and says nothing of it.
bool is_furniture(std::string_view type) { return type == "sldNum" || type == "dt" || type == "ftr" || type == "hdr"; }

/// A shape with text and all that is drawn within it.
struct Piece {
  Box box;
  bool title = false;
  std::vector<corpus::Line> lines;
};

/// Top to bottom, and left to right among those that stand beside each other.
void sort_for_reading(std::vector<Piece>& pieces) {
  std::ranges::stable_sort(pieces, {}, [](const Piece& piece) { return piece.box.top; });
  for (size_t begin = 0; begin < pieces.size();) {
    const Box first = pieces[begin].box;
    size_t end = begin + 1;
    // Beside: the middle of one lies within the height of the other.
    auto beside = [&](const Box& box) { return box.top < first.top + first.height / 2 && box.top + box.height / 2 < first.top + first.height; };
    while (end < pieces.size() && beside(pieces[end].box)) ++end;
    std::stable_sort(pieces.begin() + static_cast<std::ptrdiff_t>(begin), pieces.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const Piece& a, const Piece& b) { return a.box.left < b.box.left; });
    begin = end;
  }
  std::ranges::stable_partition(pieces, &Piece::title);
}

corpus::Line line_of(std::string words) {
  corpus::Line line;
  line.text = std::move(words);
  return line;
}

class Presentation {
 public:
  explicit Presentation(const std::string& bytes) : package_(bytes) {}

  Extract read() {
    out_.media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    std::string part = package_.related("", "officeDocument");
    if (part.empty()) part = "ppt/presentation.xml";
    auto document = package_.xml(part);
    auto relations = package_.relations(part);
    int number = 0;
    for (auto one : child(document.document_element(), "sldIdLst").children()) {
      auto relation = relations.find(id_of(one));
      if (relation == relations.end() || relation->second.type != "slide" || !package_.has(relation->second.target)) continue;
      if (++number > kMostPages) throw Error(ErrorKind::invalid, fmt::format("スライドが多すぎます（{} 枚を超えます）", kMostPages), "ファイルを分割してください。");
      read_slide(relation->second.target, number);
    }
    warn("非表示のスライドを除きました: {}", hidden_);
    if (images_) out_.warnings.push_back(image_warning(images_));
    warn("画像だけのスライド（本文検索の対象外）: {}", picture_slides_);
    return std::move(out_);
  }

 private:
  /// A slide is named by its relation: r:id beside an id of its own.
  static std::string id_of(pugi::xml_node slide) {
    for (auto one : slide.attributes()) {
      std::string_view name = one.name();
      if (name.ends_with(":id")) return one.value();
    }
    return {};
  }

  void warn(fmt::format_string<std::string> message, const std::vector<int>& slides) {
    if (!slides.empty()) out_.warnings.push_back(fmt::format(message, fmt::format("{} 枚目", fmt::join(slides, "、"))));
  }

  /// Where the layout puts its placeholders, for slides that do not say it again.
  using Places = std::vector<std::pair<Placeholder, Box>>;
  const Places& places(const std::string& part) {
    auto [found, fresh] = places_.try_emplace(part);
    if (!fresh || part.empty() || !package_.has(part)) return found->second;
    auto document = package_.xml(part);
    Places own;
    for (auto shape : drawn_children(child(child(document.document_element(), "cSld"), "spTree"))) {
      auto placeholder = placeholder_of(shape);
      if (!placeholder) continue;
      if (auto box = box_of(transform_of(shape))) own.emplace_back(*placeholder, *box);
    }
    std::string master = package_.related(part, "slideMaster");
    // A master has no master: the chain ends there.
    if (!master.empty() && master != part) {
      for (auto& place : places(master)) own.push_back(place);
    }
    return places_[part] = std::move(own);
  }

  Box inherited_box(const Placeholder& wanted) {
    auto plain = [](std::string_view type) -> std::string_view { return type == "ctrTitle" ? "title" : type == "subTitle" || type == "obj" ? "body" : type; };
    const Places& all = places(layout_);
    auto same = std::ranges::find_if(all, [&](auto& one) { return !wanted.index.empty() && one.first.index == wanted.index; });
    if (same == all.end()) same = std::ranges::find_if(all, [&](auto& one) { return plain(one.first.type) == plain(wanted.type); });
    return same == all.end() ? Box{} : same->second;
  }

  void read_slide(const std::string& part, int number) {
    auto document = package_.xml(part);
    auto slide = document.document_element();
    auto shown = attribute(slide, "show");
    if (shown == "0" || shown == "false") {
      hidden_.push_back(number);
      return;
    }
    relations_ = package_.relations(part);
    layout_ = target_of("slideLayout");
    size_t images_before = images_;
    auto pieces = read_tree(child(child(slide, "cSld"), "spTree"), {});
    corpus::Page page;
    page.number = number;
    page.bare = true;
    for (Piece& piece : pieces) {
      if (piece.title && out_.facts.title.empty() && !piece.lines.empty()) out_.facts.title = sound_line(piece.lines[0].text);
      std::ranges::move(piece.lines, std::back_inserter(page.lines));
    }
    if (page.lines.empty() && images_ > images_before) picture_slides_.push_back(number);
    read_notes(page);
    out_.pages.push_back(std::move(page));
  }

  std::string target_of(std::string_view type) const {
    for (auto& [id, relation] : relations_) {
      if (relation.type == type && !relation.external) return relation.target;
    }
    return {};
  }

  std::vector<Piece> read_tree(pugi::xml_node tree, const Frame& frame) {
    std::vector<Piece> pieces;
    for (auto shape : drawn_children(tree)) {
      if (auto piece = read_shape(shape, frame)) pieces.push_back(std::move(*piece));
    }
    sort_for_reading(pieces);
    return pieces;
  }

  std::optional<Piece> read_shape(pugi::xml_node shape, const Frame& frame) {
    auto name = local_name(shape);
    if ((name != "sp" && name != "grpSp" && name != "graphicFrame" && name != "pic") || is_hidden_shape(shape)) return {};
    if (name == "pic") {
      ++images_;
      return {};
    }
    Piece piece;
    auto placeholder = placeholder_of(shape);
    if (placeholder && is_furniture(placeholder->type)) return {};
    if (auto box = box_of(transform_of(shape))) piece.box = frame.place(*box);
    else if (placeholder) piece.box = inherited_box(*placeholder);
    if (name == "grpSp") {
      // What is grouped is read together.
      for (Piece& inner : read_tree(shape, frame_of(transform_of(shape), frame))) std::ranges::move(inner.lines, std::back_inserter(piece.lines));
    } else if (name == "graphicFrame") {
      read_graphic(child(child(shape, "graphic"), "graphicData"), piece.lines);
    } else {
      piece.title = placeholder && is_title(placeholder->type);
      read_words(child(shape, "txBody"), piece);
    }
    if (piece.lines.empty()) return {};
    return piece;
  }

  void read_words(pugi::xml_node body, Piece& piece) {
    auto paragraphs = drawn_paragraphs(body);
    for (auto& paragraph : paragraphs) budget_.take(paragraph.size());
    if (piece.title && !paragraphs.empty()) {
      auto line = line_of(one_line(fmt::format("{}", fmt::join(paragraphs, "\n"))));
      line.heading = true;
      piece.lines.push_back(std::move(line));
      return;
    }
    for (auto& paragraph : paragraphs) {
      for (auto one : split_lines(paragraph)) piece.lines.push_back(line_of(std::string(text::trim(one))));
    }
  }

  /// A table or SmartArt; charts are drawn numbers, embedded objects are pictures.
  void read_graphic(pugi::xml_node data, std::vector<corpus::Line>& lines) {
    for (auto one : drawn_children(data)) {
      auto name = local_name(one);
      if (name == "tbl") read_table(one, lines);
      else if (name == "relIds") read_diagram(std::string(attribute(one, "dm")), lines);
      else if (name == "oleObj") ++images_;
    }
  }

  void read_table(pugi::xml_node table, std::vector<corpus::Line>& lines) {
    std::vector<TableRow> rows;
    for (auto row : table.children()) {
      if (local_name(row) != "tr") continue;
      TableRow cells;
      int column = 0;
      for (auto cell : row.children()) {
        if (local_name(cell) != "tc") continue;
        ++column;
        // A merged cell's words stand in its first place; what others hold is not shown.
        auto covered = [&](std::string_view how) { return attribute(cell, how) == "1" || attribute(cell, how) == "true"; };
        if (covered("hMerge") || covered("vMerge")) continue;
        std::string words = fmt::format("{}", fmt::join(drawn_paragraphs(child(cell, "txBody")), "\n"));
        budget_.take(words.size());
        cells.push_back({column, std::move(words)});
      }
      rows.push_back(std::move(cells));
    }
    add_rows(lines, std::move(rows));
  }

  void read_diagram(const std::string& id, std::vector<corpus::Line>& lines) {
    auto relation = relations_.find(id);
    if (relation == relations_.end() || relation->second.external || !package_.has(relation->second.target)) return;
    auto document = package_.xml(relation->second.target);
    for (auto point : child(document.document_element(), "ptLst").children()) {
      auto type = attribute(point, "type");
      if (local_name(point) != "pt" || !(type.empty() || type == "node" || type == "asst")) continue;
      for (auto& paragraph : drawn_paragraphs(child(point, "t"))) {
        budget_.take(paragraph.size());
        lines.push_back(line_of(one_line(paragraph)));
      }
    }
  }

  void read_notes(corpus::Page& page) {
    std::string part = target_of("notesSlide");
    if (part.empty() || !package_.has(part)) return;
    auto document = package_.xml(part);
    bool first = true;
    for (auto shape : drawn_children(child(child(document.document_element(), "cSld"), "spTree"))) {
      auto placeholder = placeholder_of(shape);
      if (!placeholder || placeholder->type != "body") continue;
      for (auto& paragraph : drawn_paragraphs(child(shape, "txBody"))) {
        budget_.take(paragraph.size());
        auto line = line_of((first ? "ノート：" : "") + one_line(paragraph));
        line.note = true;
        first = false;
        page.lines.push_back(std::move(line));
      }
    }
  }

  Package package_;
  Extract out_;
  std::map<std::string, Places> places_;
  std::map<std::string, Package::Relation> relations_;  ///< of the slide being read
  std::string layout_;
  std::vector<int> hidden_, picture_slides_;
  TextBudget budget_;
  size_t images_ = 0;
};

}  // namespace

Extract read_pptx(const std::string& bytes) { return Presentation(bytes).read(); }

}  // namespace shirube::indexer
