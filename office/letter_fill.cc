#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "office/letter.h"
#include "office/letter_private.h"
#include "office/picture.h"
#include "text/error.h"
#include "text/plain.h"

namespace shirube::office {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "はい" : "いいえ";
  if (value.is_number()) return value.dump();
  std::string out;
  if (value.is_array()) {
    for (const auto& one : value) {
      if (!one.is_structured() && !one.is_null()) out += (out.empty() ? "" : "、") + text_of(one);
    }
  }
  return out;
}

bool is_nothing(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) || (value.is_structured() && value.empty());
}

/// What all parts of a letter share while it is filled.
struct Letter {
  Package package;
  const Json& model;
  size_t repeats = 0, bytes = 0;
  unsigned drawings = 0;                       ///< the numbers that Word wants to be different
  std::map<std::string, std::string> pictures{};  ///< by their bytes, the names of their parts

  void take(size_t more) {
    bytes += more;
    if (bytes > largest_letter) throw Error(ErrorKind::invalid, "できあがる文書が大きすぎます。", "差し込む項目か画像を減らしてください。");
  }
  void repeat() {
    if (++repeats > most_repeats) throw Error(ErrorKind::invalid, fmt::format("差し込みの繰返しが多すぎます（{} 件まで）。", most_repeats), "一覧を短くするか、文書を分けてください。");
  }
};

struct Writer : pugi::xml_writer {
  std::string out;
  void write(const void* data, size_t size) override { out.append(static_cast<const char*>(data), size); }
};
std::string printed(const pugi::xml_document& tree) {
  Writer writer;
  tree.save(writer, "", pugi::format_raw, pugi::encoding_utf8);
  return std::move(writer.out);
}

/// Makes a part of a letter from that of a template.
class Filler {
 public:
  Filler(Letter& letter, const Story& story) : letter_(letter), story_(story), scopes_{&letter.model} {
    // A letter may have become a template, with the relations of its filling.
    const std::string* relations = letter.package.find(relations_part(story.part));
    while (relations && relations->find('"' + id_) != relations->npos) id_ += 'x';
  }

  void fill() {
    pugi::xml_document out;
    copy_children(story_.tree, out);
    letter_.package.put(story_.part, printed(out));
    if (!images_.empty()) relate_images();
  }

 private:
  std::string name(const char* local) const { return story_.prefix + local; }

  const Json* look_up(const std::string& wanted) const {
    if (wanted == ".") return scopes_.size() > 1 ? scopes_.back() : nullptr;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const Json* found = (*scope)->is_object() ? member(**scope, wanted) : nullptr;
      if (found) return found;
    }
    return nullptr;
  }

  void copy_children(pugi::xml_node from, pugi::xml_node to) {
    for (auto one : from.children()) copy(one, to);
  }

  void copy(pugi::xml_node from, pugi::xml_node to) {
    std::string_view called = from.name();
    if (called == section_element) return repeat(from, to);
    if (called == with_element || called == without_element) return once(from, to, called == with_element);
    if (called == value_element) return write_value(from, to);
    if (called == image_element) return write_image(from, to);
    auto local = local_name(from.name());
    // Marks that there may be but once.
    if (again_ > 0 && (local == "bookmarkStart" || local == "bookmarkEnd" || local.starts_with("commentR"))) return;
    auto made = to.append_child(from.type());
    letter_.take(2 * called.size() + std::string_view(from.value()).size() + 5);
    if (from.type() != pugi::node_element && from.type() != pugi::node_declaration) {
      made.set_value(from.value());
      return;
    }
    made.set_name(from.name());
    copy_attributes(from, made);
    copy_children(from, made);
    mend(made, local);
  }

  void copy_attributes(pugi::xml_node from, pugi::xml_node to) {
    const bool drawing = local_name(from.name()) == "docPr";
    for (auto attribute : from.attributes()) {
      auto local = local_name(attribute.name());
      if (again_ > 0 && (local == "paraId" || local == "textId")) continue;
      letter_.take(std::string_view(attribute.name()).size() + std::string_view(attribute.value()).size() + 4);
      to.append_attribute(attribute.name()) = attribute.value();
    }
    if (drawing && to.attribute("id")) to.attribute("id") = ++letter_.drawings;
  }

  /// Word opens no cell, box or note that does not end with a paragraph, and no table without rows.
  void mend(pugi::xml_node made, std::string_view local) const {
    if (local == "tbl" && made.name() == name("tbl") && !made.find_node([&](pugi::xml_node one) { return one.name() == name("tr"); })) {
      made.parent().remove_child(made);
      return;
    }
    bool ends_so = local == "tc" || local == "txbxContent" || local == "hdr" || local == "ftr" || local == "footnote" || local == "endnote";
    if (!ends_so || !std::string_view(made.name()).starts_with(story_.prefix)) return;
    auto last = made.last_child();
    while (last && last.type() != pugi::node_element) last = last.previous_sibling();
    if (last.name() != name("p")) made.append_child(name("p").c_str());
  }

  void repeat(pugi::xml_node section, pugi::xml_node to) {
    const Json* value = look_up(std::string(name_of(section)));
    if (!value || is_nothing(*value)) return;
    size_t count = value->is_array() ? value->size() : 1;
    for (size_t i = 0; i < count; ++i) {
      letter_.repeat();
      again_ += i > 0;
      scopes_.push_back(value->is_array() ? &(*value)[i] : value);
      copy_children(section, to);
      scopes_.pop_back();
      again_ -= i > 0;
    }
  }

  /// Where there is something, or where there is nothing.
  void once(pugi::xml_node section, pugi::xml_node to, bool with) {
    const Json* value = look_up(std::string(name_of(section)));
    if ((value && !is_nothing(*value)) == with) copy_children(section, to);
  }

  void write_text(pugi::xml_node run, std::string_view words) {
    if (words.empty()) return;
    auto made = run.append_child(name("t").c_str());
    made.append_attribute("xml:space") = "preserve";
    made.append_child(pugi::node_pcdata).set_value(std::string(words).c_str());
  }

  void write_value(pugi::xml_node mark, pugi::xml_node run) {
    const Json* value = look_up(std::string(name_of(mark)));
    if (!value) return;
    const std::string words = text::plain(text_of(*value));
    letter_.take(words.size() + 30);
    std::string_view left = words;
    while (true) {
      size_t end = std::min(left.find_first_of("\n\t"), left.size());
      write_text(run, left.substr(0, end));
      if (end == left.size()) return;
      letter_.take(60);
      run.append_child(name(left[end] == '\n' ? "br" : "tab").c_str());
      left.remove_prefix(end + 1);
    }
  }

  /// The relation of this part to an image.
  std::string image_id(const std::string& png) {
    auto& part = letter_.pictures[png];
    const std::string folder = story_.part.substr(0, story_.part.rfind('/') + 1);
    if (part.empty()) {
      size_t number = letter_.pictures.size();
      do part = fmt::format("{}media/shirube-{}.png", folder, number++);
      while (letter_.package.find(part));
      letter_.take(png.size());
      letter_.package.put(part, png);
    }
    auto known = std::ranges::find(images_, part);
    if (known == images_.end()) known = images_.insert(images_.end(), part);
    return fmt::format("{}{}", id_, known - images_.begin() + 1);
  }

  void write_image(pugi::xml_node mark, pugi::xml_node run) {
    const std::string called(name_of(mark));
    const Json* value = look_up(called);
    auto picture = value ? picture_of(*value, called) : std::nullopt;
    if (!picture) return;
    constexpr double units_per_mm = 36'000;  // EMU
    const unsigned number = ++letter_.drawings;
    const std::string xml = fmt::format(
        R"(<{0}drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{1:.0f}" cy="{2:.0f}"/><wp:docPr id="{3}" name="図 {3}"/>)"
        R"(<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">)"
        R"(<pic:nvPicPr><pic:cNvPr id="{3}" name="図 {3}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="{4}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>)"
        R"(<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{1:.0f}" cy="{2:.0f}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></{0}drawing>)",
        story_.prefix, picture->width_mm * units_per_mm, picture->height_mm * units_per_mm, number, image_id(picture->png));
    letter_.take(xml.size());
    run.append_buffer(xml.data(), xml.size());
  }

  void relate_images() {
    constexpr const char* package_names = "http://schemas.openxmlformats.org/package/2006/relationships";
    const std::string part = relations_part(story_.part);
    const std::string* xml = letter_.package.find(part);
    pugi::xml_document tree = xml ? read_xml(*xml, part) : pugi::xml_document();
    auto list = tree.document_element();
    if (!list) {
      list = tree.append_child("Relationships");
      list.append_attribute("xmlns") = package_names;
    }
    for (size_t i = 0; i < images_.size(); ++i) {
      const std::string id = fmt::format("{}{}", id_, i + 1);
      auto relation = list.append_child((prefix_of(list) + "Relationship").c_str());
      relation.append_attribute("Id") = id.c_str();
      relation.append_attribute("Type") = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";
      relation.append_attribute("Target") = ("/" + images_[i]).c_str();
    }
    letter_.package.put(part, printed(tree));
  }

  static std::string prefix_of(pugi::xml_node node) {
    std::string_view whole = node.name();
    return std::string(whole.substr(0, whole.size() - local_name(node.name()).size()));
  }

  Letter& letter_;
  const Story& story_;
  std::vector<const Json*> scopes_;
  int again_ = 0;                    ///< within how many sections this is not the first element
  std::string id_ = "rIdShirube";    ///< how the ids of those relations begin
  std::vector<std::string> images_;  ///< parts, in the order of the relations to them
};

/// Tells Word that there are images.
void declare_images(Package& package) {
  const std::string name = "[Content_Types].xml";
  auto tree = read_xml(*package.find(name), name);
  auto types = tree.document_element();
  for (auto one : types.children()) {
    std::string ending = one.attribute("Extension").value();
    std::ranges::transform(ending, ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (ending == "png") return;
  }
  std::string_view whole = types.name();
  const std::string element = std::string(whole.substr(0, whole.size() - local_name(types.name()).size())) + "Default";
  auto png = types.prepend_child(element.c_str());
  png.append_attribute("Extension") = "png";
  png.append_attribute("ContentType") = "image/png";
  package.put(name, printed(tree));
}

}  // namespace

std::string LetterTemplate::fill(const nlohmann::json& model) const {
  for (const Story& story : self_->stories) {
    if (!story.faults.empty()) {
      const Fault& fault = story.faults[0].second;
      throw Error(ErrorKind::invalid, fmt::format("ひな形の差し込みが正しくありません（{}「{}」）。{}", fault.part, fault.mark, fault.message), "Word でひな形を直してください。");
    }
  }
  Letter letter{self_->package, model};
  for (const Story& story : self_->stories) Filler(letter, story).fill();
  if (!letter.pictures.empty()) declare_images(letter.package);
  return letter.package.packed();
}

}  // namespace shirube::office
