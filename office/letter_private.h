#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "office/package.h"
#include "office/story.h"

namespace shirube::office {

struct LetterTemplate::Private {
  Package package;
  std::vector<Story> stories;  ///< the body first
};

/// The member of an object by a folded name; nullptr when there is none.
const nlohmann::json* member(const nlohmann::json& object, const std::string& name);

}  // namespace shirube::office
