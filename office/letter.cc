#include "office/letter.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "office/letter_private.h"
#include "office/mark.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::office {

namespace {

using Json = nlohmann::json;

constexpr const char* save_as_docx = "Word で開き、「Word 文書（.docx）」の形式で保存し直してください。";

/// The parts beside the body that are filled too, by the type of the relation to them.
constexpr std::pair<std::string_view, const char*> other_parts[] = {{"header", "ヘッダー"}, {"footer", "フッター"}, {"footnotes", "脚注"}, {"endnotes", "文末脚注"}};

/// The parts that a part is related to, by the last word of the type, in the order of the file.
std::vector<std::pair<std::string, std::string>> relations(const Package& package, std::string_view part) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::string name = relations_part(part);
  const std::string* xml = package.find(name);
  if (!xml) return out;
  auto tree = read_xml(*xml, name);
  for (auto one : tree.document_element().children()) {
    std::string_view type = one.attribute("Type").value();
    if (std::string_view(one.attribute("TargetMode").value()) == "External") continue;
    out.emplace_back(type.substr(type.rfind('/') + 1), resolved(part, one.attribute("Target").value()));
  }
  return out;
}

// ---- the names of a shape ----

/// Where names are looked up: from the innermost on. Of one that is nullptr nothing is known, so all names are in it.
using Scopes = std::vector<const Json*>;

struct Looked {
  bool known = false;
  const Json* shape = nullptr;  ///< nullptr: anything
};
Looked look_up(const Scopes& scopes, const std::string& name) {
  bool open = false;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    if (!*scope) open = true;
    else if ((*scope)->is_object()) {
      if (const Json* found = member(**scope, name)) return {true, found->is_null() ? nullptr : found};
    }
  }
  return {open, nullptr};
}

/// How many characters have to be changed, at the most `most`.
size_t distance(std::string_view a, std::string_view b, size_t most) {
  std::u32string from = text::to_utf32(a), to = text::to_utf32(b);
  if (std::max(from.size(), to.size()) - std::min(from.size(), to.size()) > most) return most + 1;
  std::vector<size_t> row(to.size() + 1);
  for (size_t i = 0; i <= to.size(); ++i) row[i] = i;
  for (size_t i = 0; i < from.size(); ++i) {
    size_t corner = row[0]++;
    for (size_t k = 0; k < to.size(); ++k) {
      size_t replaced = corner + (from[i] != to[k]);
      corner = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

bool holds(std::string_view whole, std::string_view part) { return whole.find(part) != whole.npos; }

/// What may be meant by a name that is none.
std::string suggestion(const Scopes& scopes, const std::string& name) {
  const size_t most = std::max<size_t>(1, text::length_utf8(name) / 2);
  std::string nearest, list;
  size_t least = most + 1;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    if (!*scope || !(*scope)->is_object()) continue;
    for (auto one = (*scope)->begin(); one != (*scope)->end(); ++one) {
      const std::string key = folded_name(one.key());
      size_t far = distance(name, key, most);
      if (far > 1 && (holds(key, name) || holds(name, key))) far = 1;
      if (far < least) least = far, nearest = one.key();
      const Json* inner = one->is_array() && !one->empty() ? &one->front() : one->is_object() ? &*one : nullptr;
      if (list.empty() && inner && inner->is_object() && member(*inner, name)) list = one.key();
    }
  }
  if (!list.empty()) return fmt::format("「{0}」の中の名前です。「{{{{#{0}}}}}」と「{{{{/{0}}}}}」の間に置いてください。", list);
  return nearest.empty() ? "使える名前を確かめてください。" : fmt::format("「{}」ではありませんか。", nearest);
}

bool is_image(const Json& shape) { return shape.is_object() && shape.contains("png"); }

/// Holds the places of a part against a shape.
class Checker {
 public:
  Checker(const Story& story, const Json& shape) : story_(story), scopes_{shape.is_null() ? nullptr : &shape} {}

  std::vector<std::pair<int, LetterTemplate::Fault>> faults() {
    faults_ = story_.faults;
    visit(story_.tree);
    std::ranges::stable_sort(faults_, {}, [](const auto& one) { return one.first; });
    return std::move(faults_);
  }

 private:
  void visit(pugi::xml_node node) {
    for (auto one : node.children()) {
      std::string_view name = one.name();
      if (name == section_element) section(one);
      else if (name == value_element) value(one);
      else if (name == image_element) image(one);
      else {
        if (name == with_element || name == without_element) static_cast<void>(known(one));
        visit(one);
      }
    }
  }

  void tell(pugi::xml_node mark, std::string message) { faults_.push_back(fault_of(story_, mark, std::move(message))); }

  Looked known(pugi::xml_node mark) {
    const std::string name(name_of(mark));
    Looked found = look_up(scopes_, name);
    if (!found.known) tell(mark, fmt::format("「{}」という名前はありません。{}", name, suggestion(scopes_, name)));
    return found;
  }

  void section(pugi::xml_node mark) {
    const Json* shape = known(mark).shape;
    if (shape && shape->is_array()) shape = shape->empty() ? nullptr : &shape->front();
    scopes_.push_back(shape);
    visit(mark);
    scopes_.pop_back();
  }

  void value(pugi::xml_node mark) {
    const std::string name(name_of(mark));
    if (name == ".") {
      if (scopes_.size() == 1) tell(mark, "「{{.}}」は、「{{#…}}」と「{{/…}}」の間だけで使えます。");
      else if (scopes_.back() && scopes_.back()->is_object()) tell(mark, "ここでは「{{.}}」でなく、名前を書いてください。");
      return;
    }
    const Json* shape = known(mark).shape;
    if (!shape) return;
    if (is_image(*shape)) tell(mark, fmt::format("「{0}」は画像です。「{{{{@{0}}}}}」と書いてください。", name));
    else if (shape->is_object() || (shape->is_array() && !shape->empty() && shape->front().is_object())) {
      tell(mark, fmt::format("「{0}」は一つの値ではありません。「{{{{#{0}}}}}」と「{{{{/{0}}}}}」の間に、中の名前を書いてください。", name));
    }
  }

  void image(pugi::xml_node mark) {
    const bool itself = name_of(mark) == ".";
    Looked found = itself ? Looked{true, scopes_.back()} : known(mark);
    if (found.known && found.shape && !is_image(*found.shape)) tell(mark, fmt::format("「{}」は画像ではありません。", name_of(mark)));
  }

  const Story& story_;
  Scopes scopes_;
  std::vector<std::pair<int, LetterTemplate::Fault>> faults_;
};

}  // namespace

const Json* member(const Json& object, const std::string& name) {
  auto exact = object.find(name);
  if (exact != object.end()) return &*exact;
  for (auto one = object.begin(); one != object.end(); ++one) {
    if (folded_name(one.key()) == name) return &one.value();
  }
  return nullptr;
}

LetterTemplate::LetterTemplate(const std::string& bytes) {
  auto self = std::make_unique<Private>(Package(bytes, {largest_template, largest_unpacked_template, most_template_parts}), std::vector<Story>{});
  const Package& package = self->package;
  std::string body;
  for (const auto& [type, part] : relations(package, "")) {
    if (type == "officeDocument") body = part;
  }
  const std::string* xml = package.find(body);
  if (!xml) throw Error(ErrorKind::invalid, "Word のファイル（.docx）ではありません。", save_as_docx);
  self->stories.push_back(read_story(body, "本文", *xml));
  if (local_name(self->stories[0].tree.document_element().name()) != "document") throw Error(ErrorKind::invalid, "Word のファイル（.docx）ではありません。", save_as_docx);
  std::set<std::string> read = {body};
  for (const auto& [type, part] : relations(package, body)) {
    if (type == "vbaProject") throw Error(ErrorKind::invalid, "マクロの入った Word のファイルは使えません。", save_as_docx);
    auto other = std::ranges::find(other_parts, type, [](const auto& one) { return one.first; });
    const std::string* part_xml = other == std::end(other_parts) ? nullptr : package.find(part);
    if (part_xml && read.insert(part).second) self->stories.push_back(read_story(part, other->second, *part_xml));
  }
  self_ = std::move(self);
}

LetterTemplate::~LetterTemplate() = default;
LetterTemplate::LetterTemplate(LetterTemplate&&) noexcept = default;
LetterTemplate& LetterTemplate::operator=(LetterTemplate&&) noexcept = default;

std::vector<LetterTemplate::Fault> LetterTemplate::check(const nlohmann::json& shape) const {
  std::vector<Fault> out;
  for (const Story& story : self_->stories) {
    for (auto& [paragraph, fault] : Checker(story, shape).faults()) out.push_back(std::move(fault));
  }
  return out;
}

}  // namespace shirube::office
