#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corpus/clause.h"
#include "corpus/page.h"

namespace shirube::indexer {

/// What a file itself says of its document. Facts given by a person win over these.
struct FoundFacts {
  std::string title;
  std::string number;     ///< 平成十五年法律第五十七号, 総行サ第42号
  std::string abbreviation;
  std::string issued{};     ///< ISO date or empty
  std::string effective{};  ///< the same
};

/// A file inside a file: an attachment of a mail, a member of a ZIP file. It is read by itself.
struct Member {
  std::string name;   ///< UTF-8; of a ZIP file with its folders
  std::string bytes;
};

/// A format that is made into another before it is read (convert.h), both by their file name's ending: doc → docx.
struct Conversion {
  std::string from, to;
};

/// What a reader got from one file: pages of lines, to be cut by the outline, or clauses where the
/// format itself says what they are (law XML).
struct Extract {
  std::string media_type;             ///< of the table in extract.cc
  std::string encoding;               ///< of text files
  std::vector<corpus::Page> pages;
  std::vector<corpus::Bookmark> bookmarks;  ///< of a PDF, for the outline to look at
  std::vector<corpus::Clause> clauses;
  size_t scanned = 0;                 ///< pages of a PDF that are pictures only, where they are all, half or several
  std::vector<std::pair<std::string, std::string>> readings;  ///< words and how they are read, by the original (ruby)
  std::vector<Member> members;        ///< in their order; a ZIP file has nothing else
  FoundFacts facts;
  std::optional<Conversion> conversion;  ///< of a format without a reader: nothing else is filled in
  std::vector<std::string> warnings;  ///< Japanese, each for a person to look at: near-empty pages, garbled or vertical text
};

/// Readers, one a file format. Each takes the bytes of one file and throws Error{invalid} with a
/// Japanese reason when it cannot be read. They hold no state and are meant to run in the child
/// process (see child.h), because the bytes are not to be trusted.
Extract read_text(const std::string& bytes);
Extract read_markdown(const std::string& bytes);
Extract read_pdf(const std::string& bytes);
Extract read_law_xml(const std::string& bytes);
Extract read_docx(const std::string& bytes);
Extract read_html(const std::string& bytes);
Extract read_mail(const std::string& bytes);
Extract read_zip(const std::string& bytes);
Extract read_xlsx(const std::string& bytes);
Extract read_pptx(const std::string& bytes);
Extract read_table(const std::string& bytes);

/// Finds the format by content (the name's ending only tells apart what is text alike: Markdown, tables)
/// and reads. A file of no known format is refused with what it seems to be and what to do.
Extract read(const std::string& bytes, const std::string& file_name);

}  // namespace shirube::indexer
