#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "web/message.h"

namespace shirube::web {

/// A file of web/static/, built in.
struct StaticFile {
  std::string name, content_type;
  std::string etag;           ///< quoted, of the content
  std::string versioned_url;  ///< changes with the content, so it may be kept for ever
  std::string_view content;
};

/// All of them. Safe from any thread.
const std::vector<StaticFile>& static_files();

/// The answer to /static/{name}?v={version}: 304 when the asker holds it already. Throws
/// Error{missing}.
Response static_response(const std::string& name, const std::string& version, const Headers& request);

/// The answer to /static/fonts/{name} and /static/pdfjs/{name}: a file that a package brought into `folder`. Throws Error{missing}, for
/// what cannot be the name of one too.
Response packaged_response(const std::filesystem::path& folder, const std::string& name);

/// True when If-None-Match names the tag.
bool holds(const Headers& request, std::string_view etag);

}  // namespace shirube::web
