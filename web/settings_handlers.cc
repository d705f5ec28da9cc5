// The settings that are files: which there are, one with what a change would do, and the change.
#include <fmt/format.h>

#include "text/error.h"
#include "web/form.h"
#include "web/model.h"
#include "web/problem.h"
#include "web/service.h"
#include "web/settings.h"

namespace shirube::web {

namespace {

const std::string settings_path = "/admin/settings";

Json setting_model(const EditableFile& file) {
  return {{"key", file.key}, {"title", file.title}, {"name", file.path.filename().string()}, {"help", file.help}, {"effect", file.effect}, {"url", settings_path + "/" + file.key}};
}

/// The page of one file, with a text that may not be the file's.
Json page_model(const EditableFile& file, std::string_view text, std::string_view version) {
  Json model = setting_model(file);
  model["setting"] = file.title;
  model["title"] = "設定: " + file.title;
  model["text"] = text;
  model["version"] = version;
  model["preview"] = false;
  model["fault"] = false;
  model["saved"] = false;
  return model;
}

Json preview_model(const Preview& preview) {
  auto more = [](size_t count, const auto& shown) { return count > shown.size() ? Json(count - shown.size()) : Json(false); };
  return {{"added", preview.added},
          {"removed", preview.removed},
          {"added_count", preview.added_count},
          {"removed_count", preview.removed_count},
          {"more_added", more(preview.added_count, preview.added)},
          {"more_removed", more(preview.removed_count, preview.removed)},
          {"changes", preview.added_count + preview.removed_count > 0},
          {"foreseen", preview.foreseen}};
}

}  // namespace

Response show_settings(const Visit& visit) {
  Json files = Json::array();
  for (const auto& file : visit.service.settings.files()) files.push_back(setting_model(file));
  return page_response(visit, "settings", {{"title", "設定"}, {"files", files}});
}

Response show_setting(const Visit& visit) {
  const EditableFile& file = visit.service.settings.find(visit.call.arguments[0]);
  auto content = visit.service.settings.read(file);
  Json model = page_model(file, content.text, content.version);
  model["saved"] = visit.call.target.parameter("saved").has_value();
  return page_response(visit, "setting", model);
}

Response change_setting(const Visit& visit) {
  const Settings& settings = visit.service.settings;
  const EditableFile& file = settings.find(visit.call.arguments[0]);
  std::string text, version, action;
  for (const auto& part : parse_multipart(header_of(visit.request.headers, "Content-Type"), visit.request.body)) {
    for (auto [name, value] : {std::pair("text", &text), std::pair("version", &version), std::pair("action", &action)}) {
      if (part.name == name) *value = part.bytes;
    }
  }
  // Whatever is wrong with it, what was typed stays on the page.
  Json model = page_model(file, text, version);
  try {
    if (action == "apply") {
      settings.apply(file, text, version);
      return see_other(fmt::format("{}/{}?saved=1", settings_path, file.key));
    }
    if (action != "preview") throw Error(ErrorKind::invalid, "その操作はありません。", "設定の画面のボタンから送ってください。");
    model["preview"] = preview_model(settings.preview(file, text));
    return page_response(visit, "setting", model);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid && e.kind() != ErrorKind::conflict && e.kind() != ErrorKind::unavailable) throw;
    if (e.kind() == ErrorKind::unavailable) visit.service.options.log(fmt::format("設定を保存できません: {}", e.what()));
    model["fault"] = {{"message", e.message()}, {"hint", e.hint()}};
    return page_response(visit, "setting", model, problem_of(e).status);
  }
}

}  // namespace shirube::web
