#include "indexer/convert.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "indexer/sandbox.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/outline_case.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
namespace fs = std::filesystem;

namespace {

const std::string kDocument = "{\\rtf1\\ansi Security policy of Hoshimi\\par}";
const indexer::Conversion kRtf{"rtf", "docx"};
const std::atomic<bool> kGoOn{false};

/// Stands in for LibreOffice; $out is what it should make, of $in.
indexer::ExtractionLimits with_office(const TemporaryFolder& folder, const std::string& script) {
  fs::path program = folder / "soffice";
  std::ofstream(program) << "#!/bin/sh\nwhile [ $# -gt 2 ]; do [ \"$1\" = --outdir ] && dir=$2; shift; done\nin=$2 out=$dir/input.docx\n" << script << "\n";
  fs::permissions(program, fs::perms::owner_all);
  indexer::ExtractionLimits limits;
  limits.office = program;
  return limits;
}

std::string refusal(const indexer::ExtractionLimits& limits, const indexer::Conversion& conversion = kRtf) {
  try {
    return indexer::convert(kDocument, conversion, limits, kGoOn);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

/// A place for temporary folders that no other test uses meanwhile.
class OwnTemporary {
 public:
  OwnTemporary() { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
  ~OwnTemporary() { ::unsetenv("TMPDIR"); }
  size_t folders_left() const {
    size_t count = 0;
    for (auto& entry : fs::directory_iterator(folder_.path())) count += entry.path().filename().string().starts_with("shirube-convert-");
    return count;
  }

 private:
  TemporaryFolder folder_;
};

std::string u16(std::string_view name, size_t width) {
  std::string out;
  for (char c : name) out += c, out += '\0';
  out.resize(width, '\0');
  return out;
}

/// A compound file with these names in its directory and a first sector for the first of them.
std::string ole(const std::vector<std::string>& names, std::string stream = "") {
  auto four = [](uint32_t n) { return std::string{static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(n >> 16), static_cast<char>(n >> 24)}; };
  std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  header.resize(30, '\0');
  header += std::string("\x09\x00", 2);
  header.resize(48, '\0');
  header += four(1);
  header.resize(68, '\0');
  header += four(0xFFFFFFFE);
  header.resize(76, '\0');
  header += four(0);
  while (header.size() < 512) header += '\xFF';
  std::string table = four(0xFFFFFFFD) + four(0xFFFFFFFE);
  table.resize(512, '\xFF');
  std::string directory;
  for (auto& name : names) {
    std::string entry = u16(name, 64) + static_cast<char>(name.size() * 2 + 2) + '\0' + '\x02';
    entry.resize(116, '\0');
    directory += entry + four(2) + four(8192) + four(0);
  }
  directory.resize(512, '\0');
  stream.resize(512, '\0');
  return header + table + directory + stream;
}

/// A PDF of one page with this content, in Helvetica.
std::string pdf(const std::string& content) {
  std::string out = "%PDF-1.4\n", table;
  for (const std::string& object : {std::string("<</Type/Catalog/Pages 2 0 R>>"), std::string("<</Type/Pages/Kids[3 0 R]/Count 1>>"),
                                    std::string("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"),
                                    "<</Length " + std::to_string(content.size()) + ">>\nstream\n" + content + "\nendstream", std::string("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")}) {
    auto number = std::to_string(table.size() / 20 + 1), at = std::to_string(out.size());
    table += std::string(10 - at.size(), '0') + at + " 00000 n \n";
    out += number + " 0 obj\n" + object + "\nendobj\n";
  }
  return out + "xref\n0 6\n0000000000 65535 f \n" + table + "trailer<</Size 6/Root 1 0 R>>\nstartxref\n" + std::to_string(out.size()) + "\n%%EOF\n";
}

/// Stands in for OCRmyPDF: $in is the last argument but one, $out the last.
indexer::ExtractionLimits with_ocr(const TemporaryFolder& folder, const std::string& script) {
  fs::path program = folder / "ocrmypdf";
  std::ofstream(program) << "#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\nin=$1 out=$2\n" << script << "\n";
  fs::permissions(program, fs::perms::owner_all);
  indexer::ExtractionLimits limits;
  limits.ocr = program;
  return limits;
}

}  // namespace

TEST_CASE("the text of a scanned PDF is recognised, and says so", "[indexer][convert]") {
  TemporaryFolder folder;
  std::ofstream(folder / "read.pdf", std::ios::binary) << pdf("BT /F1 12 Tf 72 700 Td (Security policy of Hoshimi) Tj ET");
  auto limits = with_ocr(folder, "grep -q PDF \"$in\" && cp '" + (folder / "read.pdf").string() + "' \"$out\"");
  auto extraction = indexer::extract_in_child(pdf("72 700 200 20 re f"), "a.pdf", limits, test::program, kGoOn);
  REQUIRE(extraction.clauses.size() == 1);
  CHECK(extraction.clauses[0].text == "Security policy of Hoshimi");
  CHECK(extraction.clauses[0].page == 1);
  CHECK(extraction.warnings == std::vector<std::string>{"文字認識（OCR）による文字です（1 ページ）。原本と照合してください。"});
  auto text = indexer::extract_in_child(pdf("BT /F1 12 Tf 72 700 Td (Written) Tj ET"), "a.pdf", with_ocr(folder, "exit 1"), test::program, kGoOn);
  CHECK(text.warnings.empty());
}

TEST_CASE("a scanned PDF that is not recognised stays what it was", "[indexer][convert]") {
  TemporaryFolder folder;
  auto warnings = [](const indexer::ExtractionLimits& limits) { return indexer::extract_in_child(pdf(""), "a.pdf", limits, test::program, kGoOn).warnings; };
  const std::string pictures = "文字のないページ（画像のみ、本文検索の対象外）: 1 ページ目";
  CHECK(warnings(with_ocr(folder, "exit 1")) == std::vector<std::string>{pictures, "文字認識（OCR）ができません。"});
  indexer::ExtractionLimits never;
  never.ocr.clear();
  CHECK(warnings(never) == std::vector<std::string>{pictures, "画像のページの文字は、文字認識（OCR）で読めます。ocrmypdf と tesseract-ocr-jpn をインストールして登録し直してください。"});
}

TEST_CASE("OCRmyPDF reads letters that are drawn", "[indexer][convert]") {
  indexer::ExtractionLimits limits;
  if (!fs::exists(limits.ocr) || std::system("tesseract --list-langs 2>/dev/null | grep -qx jpn") != 0) {
    WARN("no ocrmypdf with Japanese (packages ocrmypdf and tesseract-ocr-jpn): skipped");
    return;
  }
  // HELLO in bars.
  std::string drawn;
  double x = 80;
  for (auto letter : {"0 0 6 60 24 0 6 60 0 27 30 6", "0 0 6 60 0 0 26 6 0 54 26 6 0 27 22 6", "0 0 6 60 0 0 24 6", "0 0 6 60 0 0 24 6", "0 0 6 60 24 0 6 60 0 0 30 6 0 54 30 6"}) {
    std::istringstream bars(letter);
    for (double left, bottom, width, height; bars >> left >> bottom >> width >> height;)
      drawn += std::to_string(x + left) + " " + std::to_string(600 + bottom) + " " + std::to_string(width) + " " + std::to_string(height) + " re f\n";
    x += 46;
  }
  auto extraction = indexer::extract_in_child(pdf(drawn), "a.pdf", limits, test::program, kGoOn);
  REQUIRE_FALSE(extraction.clauses.empty());
  CHECK(extraction.clauses[0].text.find("HELL") != std::string::npos);
  CHECK(extraction.warnings.front().starts_with("文字認識（OCR）による文字です"));
}

TEST_CASE("a program converts in a folder of its own, which is gone afterwards", "[indexer][convert]") {
  TemporaryFolder folder;
  OwnTemporary temporary;
  auto limits = with_office(folder, "mkdir -p \"$dir\"; cat \"$in\" > \"$out\"; [ -z \"$SHIRUBE_SHARED$USER\" ] && printf ' %s' \"${in##*/}\" >> \"$out\"");
  CHECK(indexer::convert(kDocument, kRtf, limits, kGoOn) == kDocument + " input.rtf");
  CHECK(temporary.folders_left() == 0);
}

TEST_CASE("a conversion sees no network, and removes what a killed one left", "[indexer][convert]") {
  TemporaryFolder folder;
  fs::path old = fs::temp_directory_path() / "shirube-convert-old";
  fs::create_directories(old / "profile");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  auto limits = with_office(folder, "mkdir -p \"$dir\"; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' > \"$out\"");
  auto devices = indexer::convert(kDocument, kRtf, limits, kGoOn);
  CHECK_FALSE(fs::exists(old));
  if (std::system("unshare --user --net true 2>/dev/null") == 0) CHECK(devices == "lo\n");
  else WARN("this kernel gives no network namespaces: not tried");
}

TEST_CASE("what converts reads what is installed, writes its folder and reaches nobody", "[indexer][convert]") {
  auto sandbox = indexer::supported_sandbox();
  TemporaryFolder folder, office;
  std::ofstream(office / "ledger") << "secret";
  std::string ledger = (office / "ledger").string();
  struct Row {
    const char* about;
    bool known;
    std::string attempt;
  };
  const std::string python = "python3 -c ";
  const Row rows[] = {
      {"reading", sandbox.files, "cat " + ledger},
      {"writing", sandbox.files, "echo x >> " + ledger},
      {"truncating by name", sandbox.calls, python + "'import os; os.truncate(\"" + ledger + "\", 0)'"},
      {"changing rights", sandbox.calls, "chmod 777 " + ledger},
      {"a file beside", sandbox.files, "touch " + (office / "new").string()},
      {"removing", sandbox.files, "rm " + ledger},
      {"the network", sandbox.calls, python + "'import socket; socket.socket(socket.AF_INET)'"},
      {"the network of today", sandbox.calls, python + "'import socket; socket.socket(socket.AF_INET6)'"},
      {"the kernel's own", sandbox.calls, python + "'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)'"},
  };
  for (const auto& row : rows) {
    INFO(row.about);
    if (!row.known) {
      WARN(row.about << ": this kernel cannot keep it out, not tried");
      continue;
    }
    auto limits = with_office(folder, "mkdir -p \"$dir\"; if " + row.attempt + "; then echo through; else echo kept out; fi > \"$out\"");
    CHECK(indexer::convert(kDocument, kRtf, limits, kGoOn) == "kept out\n");
    CHECK(test::slurp(office / "ledger") == "secret");
    CHECK_FALSE(fs::exists(office / "new"));
  }
  auto allowed = with_office(folder, "mkdir -p \"$dir\"; ls /usr/share > /dev/null && mv \"$in\" \"$out\" && " + python + "'import socket; socket.socket(socket.AF_UNIX)'");
  CHECK(indexer::convert(kDocument, kRtf, allowed, kGoOn) == kDocument);
}

TEST_CASE("a conversion that fails is one refusal", "[indexer][convert]") {
  TemporaryFolder folder;
  OwnTemporary temporary;
  CHECK(refusal(with_office(folder, "exit 0")).find("LibreOffice で変換できません") == 0);
  CHECK(refusal(with_office(folder, "mkdir -p \"$dir\"; ln -s /etc/hostname \"$out\"")).find("LibreOffice で変換できません") == 0);
  auto slow = with_office(folder, "sleep 60 & sleep 60");
  slow.wall_seconds = 1;
  auto begin = std::chrono::steady_clock::now();
  CHECK(refusal(slow) == "LibreOffice での変換が制限時間（1秒）内に終わりませんでした。");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  auto large = with_office(folder, "mkdir -p \"$dir\"; head -c 100000 /dev/zero > \"$out\" || rm \"$out\"");
  large.file_bytes = 1000;
  CHECK(refusal(large).find("LibreOffice で変換できません") == 0);
  indexer::ExtractionLimits missing;
  missing.office = folder / "nowhere";
  CHECK(refusal(missing) == "この形式（rtf）を読むには LibreOffice が要りますが、入っていません。");
  CHECK(refusal(missing, {"../x", "docx"}) == "変換できない形式です。");
  CHECK(refusal(missing, {"doc", "exe"}) == "変換できない形式です。");
  CHECK(temporary.folders_left() == 0);
}

TEST_CASE("a conversion stops when it is told to", "[indexer][convert]") {
  TemporaryFolder folder;
  std::atomic<bool> stop{true};
  try {
    indexer::convert(kDocument, kRtf, with_office(folder, "sleep 60"), stop);
    FAIL("was not stopped");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unavailable);
  }
}

TEST_CASE("what is converted is read in the child, and says so", "[indexer][convert]") {
  TemporaryFolder folder;
  auto limits = with_office(folder, "mkdir -p \"$dir\"; printf '%s\\n' '１　目的' '市の方針を定める。' > \"$out\"");
  auto extraction = indexer::extract_in_child(kDocument, "a.txt", limits, test::program, kGoOn);
  CHECK(extraction.media_type == "application/rtf");
  CHECK(extraction.warnings == std::vector<std::string>{"LibreOffice で変換して読み取りました"});
  REQUIRE(extraction.clauses.size() == 1);
  CHECK(extraction.clauses[0].heading == "目的");
  // What is made again wants to be converted again: once is enough.
  auto circle = with_office(folder, "mkdir -p \"$dir\"; cp \"$in\" \"$out\"");
  CHECK_THROWS_AS(indexer::extract_in_child(kDocument, "a.rtf", circle, test::program, kGoOn), Error);
}

TEST_CASE("old Office files are told apart by their directory", "[indexer][convert]") {
  auto wanted = [](const std::string& bytes, const std::string& name = "a.bin") {
    auto conversion = indexer::read(bytes, name).conversion;
    return conversion ? conversion->from + ">" + conversion->to : "";
  };
  auto refused = [](const std::string& bytes, const std::string& name = "a.bin") -> std::string {
    try {
      indexer::read(bytes, name);
      return {};
    } catch (const Error& e) {
      CHECK_FALSE(e.hint().empty());
      return e.message();
    }
  };
  CHECK(wanted(ole({"Root Entry", "WordDocument"})) == "doc>docx");
  CHECK(wanted(ole({"Root Entry", "Workbook"})) == "xls>xlsx");
  CHECK(wanted(ole({"Root Entry", "PowerPoint Document"})) == "ppt>pptx");
  CHECK(wanted(kDocument) == "rtf>docx");
  CHECK(wanted(zipped({{"mimetype", "application/vnd.oasis.opendocument.text"}})) == "odt>docx");
  CHECK(wanted(zipped({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}})) == "ods>xlsx");
  CHECK(wanted(zipped({{"mimetype", "application/vnd.oasis.opendocument.presentation"}})) == "odp>pptx");
  CHECK(refused(zipped({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"META-INF/manifest.xml", "<m:encryption-data/>"}})).find("パスワード") != std::string::npos);
  CHECK(refused(ole({"EncryptedPackage", "EncryptionInfo"}), "a.xlsx").find("パスワード") != std::string::npos);
  CHECK(refused(ole({"WordDocument"}, std::string(11, '\0') + "\x01")).find("パスワード") != std::string::npos);
  CHECK(refused(ole({"Workbook"}, std::string("\x09\x08\x02\x00\x00\x00\x2F\x00\x02\x00", 10))).find("パスワード") != std::string::npos);
  CHECK(refused(ole({"__properties_version1.0"})).find("Outlook") != std::string::npos);
  CHECK(refused(ole({"\x04JSRV_SegmentInformation"})).find("一太郎") != std::string::npos);
  CHECK(refused(ole({"Something"}), "a.JTD").find("一太郎") != std::string::npos);
  CHECK(refused(ole({"Something"})).find("旧形式") != std::string::npos);
}

TEST_CASE("a broken directory of an old Office file is followed nowhere", "[indexer][convert]") {
  std::string good = ole({"WordDocument"});
  for (size_t at = 0; at < 80; ++at)
    for (char byte : {'\xFF', '\x00', '\x7F', '\x01'}) {
      std::string bad = good;
      bad[at] = byte;
      try {
        indexer::read(bad, "a.doc");
      } catch (const Error&) {
      }
    }
  for (size_t length : {4, 20, 511, 512, 513, 1024, 1100}) CHECK_THROWS_AS(indexer::read(good.substr(0, length), "a.doc"), Error);
}

TEST_CASE("LibreOffice converts what it should", "[indexer][convert][office]") {
  indexer::ExtractionLimits limits;
  if (!fs::exists(limits.office)) {
    WARN("LibreOffice is not installed at " << limits.office << ": skipped");
    return;
  }
  auto made = indexer::convert(kDocument, kRtf, limits, kGoOn);
  CHECK(made.starts_with("PK"));
  // No socket has room for this path.
  TemporaryFolder folder;
  fs::path deep = folder / std::string(120, 't');
  fs::create_directory(deep);
  ::setenv("TMPDIR", deep.c_str(), 1);
  CHECK_NOTHROW(indexer::convert(kDocument, kRtf, limits, kGoOn));
  ::unsetenv("TMPDIR");
  auto real = test::shared_dir() / "real/office/fess/test.ods";
  if (!fs::exists(real)) {
    WARN("no real files at " << real << ": skipped");
    return;
  }
  auto extraction = indexer::extract_in_child(test::slurp(real), "test.ods", limits, test::program, kGoOn);
  CHECK(extraction.media_type == "application/vnd.oasis.opendocument.spreadsheet");
  CHECK_FALSE(extraction.clauses.empty());
}

TEST_CASE("LibreOffice runs no macro and follows no link of a document", "[indexer][convert][office]") {
  indexer::ExtractionLimits limits;
  if (!fs::exists(limits.office)) {
    WARN("LibreOffice is not installed at " << limits.office << ": skipped");
    return;
  }
  TemporaryFolder folder;
  int server = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(server, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(server, 5) == 0);
  REQUIRE(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  constexpr auto names = R"(xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0")";
  std::string content = fmt::format(
      R"(<office:document-content {} office:version="1.2"><office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document" xlink:type="simple"/></office:event-listeners></office:scripts><office:body><office:text>
<text:p>端末は施錠する。</text:p><text:section text:name="s"><text:section-source xlink:href="file:///etc/passwd" text:filter-name="Text"/><text:p>控え</text:p></text:section>
<text:p><draw:frame draw:name="i" text:anchor-type="as-char" svg:width="2cm" svg:height="2cm"><draw:image xlink:href="http://127.0.0.1:{}/a.png" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p></office:text></office:body></office:document-content>)",
      names, ntohs(address.sin_port));
  std::string macro = fmt::format(
      "<script:module xmlns:script=\"http://openoffice.org/2000/script\" script:name=\"Module1\" script:language=\"StarBasic\">Sub Main\nThisComponent.Text.String = &quot;macro&quot;\n"
      "Open &quot;{0}/wrote&quot; For Output As #1\nPrint #1, 1\nClose #1\nShell(&quot;/usr/bin/touch&quot;, 0, &quot;{0}/ran&quot;, True)\nEnd Sub</script:module>",
      folder.path().string());
  std::string manifest = R"(<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>)";
  for (const char* part : {"content.xml", "Basic/Standard/Module1.xml", "Basic/Standard/script-lb.xml", "Basic/script-lc.xml"})
    manifest += fmt::format(R"(<manifest:file-entry manifest:full-path="{}" manifest:media-type="text/xml"/>)", part);
  auto document = zipped({{"mimetype", "application/vnd.oasis.opendocument.text"},
                          {"content.xml", content},
                          {"Basic/Standard/Module1.xml", macro},
                          {"Basic/Standard/script-lb.xml", R"(<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false"><library:element library:name="Module1"/></library:library>)"},
                          {"Basic/script-lc.xml", R"(<library:libraries xmlns:library="http://openoffice.org/2000/library"><library:library library:name="Standard" library:link="false"/></library:libraries>)"},
                          {"META-INF/manifest.xml", manifest + "</manifest:manifest>"}});
  auto extraction = indexer::extract_in_child(document, "a.odt", limits, test::program, kGoOn);
  std::string text;
  for (const auto& clause : extraction.clauses) text += clause.heading + clause.text;
  CHECK(text == "端末は施錠する。\n控え");
  CHECK_FALSE(fs::exists(folder / "wrote"));
  CHECK_FALSE(fs::exists(folder / "ran"));
  pollfd waiting{server, POLLIN, 0};
  CHECK(::poll(&waiting, 1, 0) == 0);
  ::close(server);
}
