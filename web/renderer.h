#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace shirube::web {

/// The templates of the pages (web/templates/NAME.mustache, built in), ready to be filled with models.
/// Immutable: safe to share between threads.
///
/// `{{>_part}}` is replaced by the part's text when the templates are loaded; a part that names itself
/// is nested five deep. Addresses of static files get their version. In a template an empty string, an
/// empty list, false and null are all false; beside each list `x` there is a `has_x`.
class Renderer {
 public:
  Renderer();

  /// A whole page. Every string of the model is escaped. Throws Error{internal} for an unknown name.
  std::string render(std::string_view name, const nlohmann::json& model) const;

 private:
  std::unordered_map<std::string, std::string> templates_;
};

}  // namespace shirube::web
