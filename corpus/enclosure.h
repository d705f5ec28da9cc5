#pragma once

#include <cstdint>
#include <string>

namespace SQLite {
class Database;
}

// What came with a mail (添付) is never for more people than the mail, be either a draft yet or published. Private to this folder; all
// of it is within a write of the database.
namespace shirube::corpus {

/// Who may see a draft: as it will be published, or once it is, those of its document. Empty: that is not said yet.
std::string audience_of_draft(SQLite::Database& db, int64_t draft);

/// Closes what came with this to whom it is closed itself, and what came with that, each with an event of its own. Opens nothing.
void close_attachments_of_draft(SQLite::Database& db, int64_t draft);
void close_attachments_of_document(SQLite::Database& db, int64_t document);

/// Throws Error{conflict} when a document came with one that is for fewer people than `audience`.
void require_mail_as_wide(SQLite::Database& db, int64_t document, const std::string& audience);

}  // namespace shirube::corpus
