#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace shirube::office {

/// An image of a model, as a letter takes it in.
struct Picture {
  std::string png;
  double width_mm = 0, height_mm = 0;
};

/// Reads {"png": bytes or base64, "width_mm": 120}. Without a width it is as large as its pixels are on a screen (96 an inch), and never wider than 160 mm.
/// nullopt where there is none. Throws Error{invalid} for one that is no PNG, too large, or of no size. Pure.
std::optional<Picture> picture_of(const nlohmann::json& image, const std::string& name);

}  // namespace shirube::office
