// The letters that are shipped: each is held against its ledger, filled with the records of the sample, and printed.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "indexer/extract.h"
#include "indexer/page_picture.h"
#include "office/letter.h"
#include "records/letter.h"
#include "records/record_rows.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/office/docx_fixture.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

using namespace shirube;
using namespace shirube::records;
using shirube::test::part;
using shirube::test::words;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path source = test::source_folder;
const corpus::Viewer everyone = corpus::Viewer::everything();

const Ledgers& ledgers() {
  static const Ledgers instance{source / "config/ledgers"};
  return instance;
}

office::LetterTemplate shipped(const Letter& letter) { return office::LetterTemplate(slurp(source / "config/office" / letter.file)); }

std::string described(const std::vector<office::LetterTemplate::Fault>& faults) {
  std::string out;
  for (const auto& fault : faults) out += fault.mark + " " + fault.message + " " + fault.around + "\n";
  return out;
}

/// Without the white space that a line's end makes.
std::string joined(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    auto [c, length] = text::code_point_at(text, at);
    if (c > ' ' && c != U'　') out += text.substr(at, length);
    at += length;
  }
  return out;
}

/// The names of a ledger's letters, without those of fields that fewer see than the record.
void take_narrower(Json& shape, const Ledger& ledger) {
  for (const auto& field : ledger.fields()) {
    if (field.personal || !field.audience.empty()) shape.erase(field.name);
  }
}

/// Whether a template has a place of this name.
bool is_named(const std::string& places, const std::string& name) {
  return places.find("{{" + name + "}}") != places.npos || places.find("{{#" + name + "}}") != places.npos;
}

/// A model of this form, with one text everywhere.
Json filled_with(const Json& shape, const std::string& text) {
  if (!shape.is_structured()) return text;
  Json out = shape;
  for (auto& one : out) one = filled_with(one, text);
  return out;
}

struct Filled {
  const Ledger* ledger;
  const Letter* letter;
  Record record;
  Json model;
  std::string bytes, name;
};

/// The sample as it comes with ./start, and what is made of its records.
struct Town {
  TemporaryFolder folder;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Files> files;
  Calendar calendar;
  std::unique_ptr<Records> records;

  Town() {
    const std::string data = folder / "data", settings = source / "config/shirube.toml";
    REQUIRE(run_shirube({"--data", data, "--config", settings, "ingest", source / "corpus/sample"}, folder.path()) == 0);
    const int code = run_shirube({"--data", data, "--config", settings, "records", "import", source / "records/sample"}, folder.path());
    INFO(slurp(folder / "err"));
    REQUIRE(code == 0);
    database = std::make_unique<store::Database>(folder / "data/shirube.db", store::Database::Open::existing);
    files = std::make_unique<store::Files>(folder / "data/files");
    records = std::make_unique<Records>(*database, *files, ledgers(), calendar);
  }

  /// Every letter of every record of the sample.
  std::vector<Filled> letters() {
    std::vector<Filled> out;
    const corpus::Library library(*database);
    for (const auto& ledger : ledgers().all()) {
      if (ledger.letters().empty()) continue;
      const auto page = records->list(everyone, ledger.key(), {}, 0, 10'000);
      CHECK_FALSE(page.records.empty());
      for (const auto& letter : ledger.letters()) {
        const auto form = shipped(letter);
        for (const auto& record : page.records) {
          Json model = letter_model(everyone, *records, library, record);
          std::string bytes = form.fill(model);
          out.push_back({&ledger, &letter, record, std::move(model), std::move(bytes), fmt::format("{}-{}-{}", ledger.key(), letter.key, out.size())});
        }
      }
    }
    return out;
  }
};

const std::vector<Filled>& sample_letters() {
  static const std::vector<Filled> instance = Town().letters();
  return instance;
}

bool can_print() {
  bool can = std::system("command -v soffice >/dev/null 2>&1") == 0 && std::system("fc-list :lang=ja | grep -q .") == 0;
  if (!can) WARN("no soffice or no Japanese typeface (packages libreoffice-writer-nogui and fonts-noto-cjk): not tried");
  return can;
}

}  // namespace

TEST_CASE("every letter of the ledgers is shipped, and its names are those of its ledger", "[records][letters]") {
  REQUIRE(ledgers().faults().empty());
  std::set<std::string> files;
  for (const auto& ledger : ledgers().all()) {
    for (const auto& letter : ledger.letters()) {
      INFO(ledger.key() << " " << letter.file);
      CHECK(files.insert(letter.file).second);
      REQUIRE(fs::exists(source / "config/office" / letter.file));
      CHECK(fs::file_size(source / "config/office" / letter.file) < 30'000);
      CHECK(described(shipped(letter).check(letter_shape(ledgers(), ledger))) == "");
    }
  }
  CHECK(files.size() >= 10);
  for (const auto& entry : fs::directory_iterator(source / "config/office")) {
    INFO(entry.path());
    CHECK(files.contains(entry.path().filename().string()));
  }
}

TEST_CASE("each value of a letter is shown whatever else is empty", "[records][letters]") {
  const std::string sign = "確かめる値";
  for (const auto& ledger : ledgers().all()) {
    for (const auto& letter : ledger.letters()) {
      const Json shape = letter_shape(ledgers(), ledger);
      const auto form = shipped(letter);
      const std::string places = words(slurp(source / "config/office" / letter.file));
      for (const auto& field : ledger.fields()) {
        if (!is_named(places, field.name) || field.kind == FieldKind::computed) continue;
        INFO(letter.file << " " << field.name);
        Json model = {{field.name, filled_with(shape[field.name], sign)}};
        CHECK(words(form.fill(model)).find(sign) != std::string::npos);
      }
    }
  }
}

TEST_CASE("no shipped letter holds personal data, or what fewer see than the record", "[records][letters]") {
  for (const auto& ledger : ledgers().all()) {
    for (const auto& letter : ledger.letters()) {
      INFO(ledger.key() << " " << letter.file);
      Json shape = letter_shape(ledgers(), ledger);
      take_narrower(shape, ledger);
      for (const auto& field : ledger.fields()) {
        if (const Ledger* other = ledgers().find(field.ledger); other && field.kind == FieldKind::links && shape.contains(field.name)) take_narrower(shape[field.name][0], *other);
      }
      for (const auto& other : ledgers().all()) {
        if (shape.contains(other.name()) && shape[other.name()].is_array() && !ledger.field(other.name())) take_narrower(shape[other.name()][0], other);
      }
      CHECK(described(shipped(letter).check(shape)) == "");
    }
  }
}

TEST_CASE("the files of the letters name nobody, and set A4 in Japanese typefaces", "[records][letters]") {
  for (const auto& entry : fs::directory_iterator(source / "config/office")) {
    INFO(entry.path());
    const std::string bytes = slurp(entry.path()), body = part(bytes, "word/document.xml"), styles = part(bytes, "word/styles.xml");
    CHECK(body.find("w:w=\"11906\" w:h=\"16838\"") != body.npos);
    CHECK(styles.find("w:eastAsia=\"ＭＳ 明朝\"") != styles.npos);
    indexer::Archive archive(bytes);
    for (const auto& [name, size, encrypted, folder] : archive.members()) {
      INFO(name);
      if (!name.ends_with(".xml")) continue;
      const std::string xml = archive.read(name);
      if (name.starts_with("docProps/")) {
        for (const char* who : {"dc:creator>", "cp:lastModifiedBy>", "Manager>", "Company>"}) {
          const std::string open = std::string("<") + who;
          const size_t at = xml.find(open);
          CHECK((at == xml.npos || xml[at + open.size()] == '<'));
        }
      }
      for (const char* mark : {"w:author=", "w:rsid"}) CHECK(xml.find(mark) == xml.npos);
    }
  }
}

TEST_CASE("a letter of every record of the sample holds what the record says, and no place is left", "[records][letters]") {
  const auto& letters = sample_letters();
  CHECK(letters.size() > 50);
  size_t citations = 0, rows = 0;
  for (const auto& one : letters) {
    INFO(one.letter->file << " " << one.record.number);
    const std::string text = words(one.bytes), form = words(slurp(source / "config/office" / one.letter->file));
    for (const char* brace : {"{{", "}}", "｛｛"}) CHECK(text.find(brace) == text.npos);
    CHECK(words(one.bytes, "word/footer1.xml").find(one.record.number) != std::string::npos);
    CHECK(joined(text).find(joined(one.record.number)) != std::string::npos);
    for (const auto& field : one.ledger->fields()) {
      const Json& value = one.model[field.name];
      INFO(field.name);
      if (!is_named(form, field.name)) continue;
      if (value.is_string()) CHECK(joined(text::replace_all(text, "/", "")).find(joined(text::replace_all(value.get<std::string>(), "/", ""))) != std::string::npos);
      if (field.kind == FieldKind::citations) {
        for (const auto& citation : value) {
          ++citations;
          CHECK(text.find(citation["引用"].get<std::string>()) != std::string::npos);
          CHECK(text.find(citation["文"].get<std::string>()) != std::string::npos);
        }
      }
      if (field.kind == FieldKind::rows) {
        for (const auto& row : value) {
          ++rows;
          for (const auto& column : field.columns) {
            if (is_named(form, column.name)) CHECK(joined(text).find(joined(row[column.name].get<std::string>())) != std::string::npos);
          }
        }
      }
    }
  }
  CHECK(citations > 30);
  CHECK(rows > 30);
}

TEST_CASE("what another program saves of a template is one still", "[records][letters][print]") {
  if (!can_print()) return;
  const TemporaryFolder folder;
  REQUIRE(std::system(fmt::format("timeout 300 soffice -env:UserInstallation=file://{0}/profile --headless --convert-to 'docx:MS Word 2007 XML' --outdir {0} {1}/*.docx >/dev/null 2>&1", folder.path().string(), (source / "config/office").string()).c_str()) == 0);
  for (const auto& ledger : ledgers().all()) {
    for (const auto& letter : ledger.letters()) {
      INFO(letter.file);
      CHECK(described(office::LetterTemplate(slurp(folder / letter.file)).check(letter_shape(ledgers(), ledger))) == "");
    }
  }
}

TEST_CASE("LibreOffice prints every letter of the sample: its number, its values, its citations", "[records][letters][print]") {
  if (!can_print()) return;
  const auto& letters = sample_letters();
  const TemporaryFolder folder;
  const fs::path& made = folder.path();
  for (const auto& one : letters) std::ofstream(made / (one.name + ".docx"), std::ios::binary) << one.bytes;
  const std::string command = fmt::format("timeout 600 soffice -env:UserInstallation=file://{0}/profile --headless --convert-to pdf --outdir {0} {0}/*.docx >/dev/null 2>&1", made.string());
  REQUIRE(std::system(command.c_str()) == 0);
  std::set<std::string> drawn;
  for (const auto& one : letters) {
    INFO(one.letter->file << " " << one.record.number);
    const std::string pdf = slurp(made / (one.name + ".pdf"));
    REQUIRE_FALSE(pdf.empty());
    const auto pages = indexer::read(pdf, "letter.pdf").pages;
    CHECK(pages.size() >= 1);
    CHECK(pages.size() <= 3);
    std::string text;
    for (const auto& page : pages) {
      std::string its;
      for (const auto& line : page.lines) its += line.text;
      text += joined(its);
    }
    INFO(text);
    CHECK(text.find(joined(one.record.number)) != std::string::npos);
    CHECK(text.find(joined(fmt::format("{} / {}", pages.size(), pages.size()))) != std::string::npos);
    const std::string form = words(slurp(source / "config/office" / one.letter->file));
    for (const auto& field : one.ledger->fields()) {
      const Json& value = one.model[field.name];
      INFO(field.name);
      if (!is_named(form, field.name)) continue;
      // What breaks into lines of a cell stands beside others; the file itself was held against all of it.
      if (value.is_string() && text::length_utf8(value.get<std::string>()) <= 20) CHECK(text.find(joined(value.get<std::string>())) != std::string::npos);
      if (field.kind == FieldKind::citations) {
        for (const auto& citation : value) CHECK(text.find(joined(citation["引用"].get<std::string>())) != std::string::npos);
      }
    }
    if (!drawn.insert(one.letter->file).second) continue;
    const auto picture = indexer::draw_page(pdf, 1);
    REQUIRE(picture.width > 0);
    const auto dark = std::ranges::count_if(picture.pixels, [](char c) { return static_cast<unsigned char>(c) < 128; });
    CHECK(dark > picture.width * picture.height / 300);
    CHECK(dark < picture.width * picture.height / 2);
  }
}
