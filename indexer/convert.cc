#include "indexer/convert.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "indexer/program.h"
#include "text/error.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

constexpr const char* save_otherwise = "元のソフトで docx・xlsx・pptx 又は PDF の形式で保存し直して登録してください。";

/// LibreOffice's settings: it runs no macro and follows no link of a document, also where no sandbox is to be had.
constexpr const char* cautious = R"(<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item></oor:items>
)";

struct Filter {
  std::string_view ending, name;
};
constexpr auto filters = std::to_array<Filter>({{"docx", "MS Word 2007 XML"}, {"xlsx", "Calc MS Excel 2007 XML"}, {"pptx", "Impress MS PowerPoint 2007 XML"}});

/// The office itself: the scripts around it want its socket in /tmp, where the sandbox lets it write nothing.
fs::path program_of(const fs::path& office) {
  fs::path program = fs::canonical(office).parent_path() / "soffice.bin";
  return ::access(program.c_str(), X_OK) == 0 ? program : office;
}

}  // namespace

std::string convert(const std::string& bytes, const Conversion& conversion, const ExtractionLimits& limits, const std::atomic<bool>& stop) {
  auto filter = std::ranges::find(filters, conversion.to, &Filter::ending);
  // The wish comes from the child that read untrusted bytes.
  bool plain = !conversion.from.empty() && conversion.from.size() <= 4 && std::ranges::all_of(conversion.from, [](char c) { return c >= 'a' && c <= 'z'; });
  if (filter == filters.end() || !plain) throw Error(ErrorKind::invalid, "変換できない形式です。", save_otherwise);
  if (::access(limits.office.c_str(), X_OK) != 0) {
    throw Error(ErrorKind::invalid, fmt::format("この形式（{}）を読むには LibreOffice が要りますが、入っていません。", conversion.from),
                fmt::format("LibreOffice をインストールするか、{}", save_otherwise));
  }
  std::string input = "input." + conversion.from;
  // Its socket stands in the folder it is started in: a whole path may be longer than sockets allow. A new profile makes it
  // ask for a second start by its exit code, 81.
  Task task{program_of(limits.office),
            {"/bin/sh", "-c", R"("$0" "$@"; [ $? -ne 81 ] || exec "$0" "$@")"},
            {"--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "-env:UserInstallation=file://{}/profile", "-env:OSL_SOCKET_PATH=.", "--convert-to",
             fmt::format("{}:{}", filter->ending, filter->name), "--outdir", "{}/out", "{}/" + input},
            {"SAL_USE_VCLPLUGIN=svp"},
            {{"profile/user/registrymodifications.xcu", cautious}},
            input,
            fmt::format("out/input.{}", conversion.to),
            limits.cpu_seconds,
            limits.wall_seconds,
            limits.office_memory_bytes,
            limits.file_bytes};
  Made made = run(bytes, task, stop);
  if (!made.in_time) throw Error(ErrorKind::invalid, fmt::format("LibreOffice での変換が制限時間（{}秒）内に終わりませんでした。", limits.wall_seconds), save_otherwise);
  if (made.bytes.empty()) throw Error(ErrorKind::invalid, "LibreOffice で変換できません（壊れているか、パスワードで保護されています）。", save_otherwise);
  return made.bytes;
}

}  // namespace shirube::indexer
