#pragma once

#include "corpus/document.h"
#include "store/files.h"
#include "web/message.h"

namespace shirube::web {

/// The kept original of an edition, whole or the one range that was asked for (RFC 9110; several
/// ranges at once give the whole). PDF and text in UTF-8 open in the browser, everything else is a
/// download; nothing of it runs in our name. Throws Error{missing} when no original is kept and
/// Error{unavailable} when its file is gone.
Response original_response(const corpus::Edition& edition, const store::Files& files, const Headers& request);

/// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266, RFC 8187).
std::string content_disposition(std::string_view type, const std::string& file_name);

}  // namespace shirube::web
