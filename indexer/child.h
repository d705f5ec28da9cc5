#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/clause.h"
#include "indexer/extract.h"
#include "indexer/listing.h"
#include "indexer/page_picture.h"
#include "indexer/sheets.h"

namespace shirube::indexer {

/// What one file may cost. Untrusted bytes are parsed in a child process of the same program, which
/// sets these upon itself before it reads the first of them.
struct ExtractionLimits {
  unsigned cpu_seconds = 60;
  unsigned wall_seconds = 120;
  uint64_t memory_bytes = uint64_t{2} << 30;  ///< address space; not under sanitizers, which reserve terabytes
  uint64_t file_bytes = uint64_t{256} << 20;  ///< of the file itself
  uint64_t output_bytes = uint64_t{256} << 20;
  std::filesystem::path office = "/usr/bin/soffice";        ///< LibreOffice; formats that need it are refused without
  uint64_t office_memory_bytes = uint64_t{4} << 30;         ///< its address space, and that of OCR; they use a small part
  std::filesystem::path ocr = "/usr/bin/ocrmypdf";          ///< reads scanned PDF; empty or absent: they stay pictures
};

/// A file read and cut.
struct Extraction {
  std::string media_type, encoding;
  FoundFacts facts;
  std::vector<std::string> warnings;
  std::vector<corpus::Clause> clauses;
  int pages = 0;
  std::vector<Member> members;  ///< files inside it, to be read by themselves
  size_t scanned = 0;           ///< pages of a PDF without text that are worth reading by OCR; none once they are read
  std::optional<Conversion> conversion;  ///< to be made first, where nothing is read yet; never from extract_in_child()
};

/// Reads and cuts a file's bytes in a child process; the child sees nothing else of the machine's
/// files. A format that must be converted first (doc, odt, rtf) is, by a program of its own, and what was
/// made of it is read in a child again; so is a scanned PDF whose text OCR can find. `program` is the shirube executable. Throws Error{invalid} with the reader's reason, or with
/// what befell the child: over time, over memory, crashed; Error{unavailable} when `stop` was set
/// meanwhile. Safe from any thread.
Extraction extract_in_child(const std::string& bytes, const std::string& file_name, const ExtractionLimits& limits, const std::filesystem::path& program,
                            const std::atomic<bool>& stop);

/// Reads what a feed or a page lists, in such a child too. Throws as extract_in_child() does.
Listing listing_in_child(const std::string& bytes, ListingKind kind, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop);

/// Reads the cells of a workbook or of CSV, in such a child too. Throws as extract_in_child() does.
std::vector<Sheet> sheets_in_child(const std::string& bytes, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop);

/// Reads and cuts bytes in this process.
Extraction extract(const std::string& bytes, const std::string& file_name);

/// Draws a page (from 1) of a PDF file in such a child too. Throws as extract_in_child() does.
PagePicture draw_in_child(const std::string& pdf, int page, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop);

/// The child's side, behind a hidden command of main(): takes the limits upon itself, reads standard
/// input, writes the result to standard output in MessagePack. `argument` is what the parent gave with the
/// command. Returns the exit code.
int run_child(std::string_view command, const std::string& argument, const ExtractionLimits& limits);

/// Whether main() is to hand this command to run_child().
bool is_child_command(std::string_view command);

}  // namespace shirube::indexer
