#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "search/query.h"

// The fields of the query language (種別:通知) and what their values ask for. Pure.
namespace shirube::search {

/// A field that was understood. Of the values only the one of its kind is set.
struct Field {
  Part::Kind kind;
  std::string text;        ///< title, clause, kind (key), audience (key or group), issuer, number
  EditionChoice edition;
  Range range;             ///< begins, issued, effective
};

/// True when `name` (of any width and case) is that of a field.
bool is_field(std::string_view name);

/// What a field asks for; nullopt when its value says nothing to it (種別:小説).
std::optional<Field> read_field(std::string_view name, std::string_view value);

/// A range without a name: 2024..2026. nullopt for any other text, single days among them.
std::optional<Field> read_bare_range(std::string_view text);

/// Characters that a word can be found by, in contrast to signs alone.
bool has_letters(std::string_view text);

}  // namespace shirube::search
