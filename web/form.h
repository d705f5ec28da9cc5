#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirube::web {

/// One part of a form with files.
struct FormPart {
  std::string name;       ///< of the field
  std::string file_name;  ///< as the browser gives it, UTF-8; empty for a field that is no file
  std::string_view bytes;  ///< of the body that was read
};

/// The parts of a body of multipart/form-data (RFC 7578), which must outlive them. Throws Error{invalid} for a body that
/// is none, ends early or has more than 1,000 parts.
std::vector<FormPart> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace shirube::web
