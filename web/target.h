#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Addresses: taking the target of a request apart and writing links. Pure functions.
namespace shirube::web {

/// A request target, decoded. Every string is valid UTF-8 without NUL.
struct Target {
  std::vector<std::string> segments;  ///< of the path; "/" has none, "/a/" has a last one that is empty
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the query, in order

  /// The first value of a parameter that is not blank.
  std::optional<std::string> parameter(std::string_view name) const;
  /// Every value of a parameter that is not blank.
  std::vector<std::string> all(std::string_view name) const;
  /// A parameter that is a whole number from `least` to `most`, `fallback` when it is absent. Throws
  /// Error{invalid} when it is anything else.
  size_t number(std::string_view name, size_t least, size_t most, size_t fallback) const;
};

/// Splits first and decodes after, so that %2F is a character of a segment. Throws Error{invalid} for
/// broken percent-encoding, for bytes that are no UTF-8, and for a target that begins with no '/'.
Target parse_target(std::string_view target);

/// The same for the body of a form (application/x-www-form-urlencoded): parameters alone.
Target parse_form(std::string_view body);

/// `text` as one segment of a path or one value of a query: all but the unreserved characters of RFC
/// 3986 as %XX.
std::string percent_encode(std::string_view text);

/// "?q=…&page=2"; empty for no parameters.
std::string write_query(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace shirube::web
