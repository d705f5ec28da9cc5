#include "store/backup.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/file.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "store/database.h"
#include "store/durable.h"
#include "store/event_chain.h"
#include "store/event_log.h"
#include "store/files.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using store::Database;
namespace fs = std::filesystem;

namespace {

const std::atomic<bool> never{false}, at_once{true};
const store::Progress quiet = [](uint64_t, uint64_t) {};
const store::Settling as_it_is = [](SQLite::Database&, const store::BackupSummary&) {};

void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

fs::path made(const fs::path& folder) {
  fs::create_directories(folder);
  return folder;
}

/// A data directory with originals and settings.
struct Office {
  TemporaryFolder folder;
  Database database{made(folder / "data") / "shirube.db"};
  store::Files files{folder / "data/files"};
  fs::path archive = folder / "one.tar.zst";

  Office() {
    for (const char* text : {"", "第1条", "\xff\x80 binary"}) add(text);
    add(std::string(3 << 20, 'x') + "end");
    write(folder / "config/shirube.toml", "[serve]\nport = 1\n");
    write(folder / "config/dictionary/用語.tsv", "星見\tほしみ\n");
  }

  std::string add(const std::string& bytes) {
    std::string hash = files.put(bytes);
    database.write([&](SQLite::Database& db) {
      SQLite::Statement insert(db, "INSERT OR IGNORE INTO files (sha256, size) VALUES (?, ?)");
      insert.bind(1, hash);
      insert.bind(2, static_cast<int64_t>(bytes.size()));
      insert.exec();
      store::append(db, {"note", hash, ""});
    });
    return hash;
  }

  store::BackupSource source() const {
    return {database, files, {{"shirube.toml", folder / "config/shirube.toml"}, {"dictionary/用語.tsv", folder / "config/dictionary/用語.tsv"}}, "0.1.0"};
  }
  store::BackupSummary back_up() const { return store::back_up(source(), archive, quiet, never); }
  store::BackupSummary verify() const { return store::verify(archive, folder.path(), quiet, never); }
  store::BackupSummary restore() const { return store::restore(archive, folder / "new", folder / "new-config", as_it_is, quiet, never); }
};

/// All files below a folder.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out[entry.path().lexically_relative(folder)] = slurp(entry.path());
  }
  return out;
}

/// All rows of all tables.
std::string rows(const fs::path& file) {
  SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
  std::ostringstream out;
  SQLite::Statement tables(db, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  while (tables.executeStep()) {
    out << tables.getColumn(1).getString() << "\n";
    SQLite::Statement select(db, "SELECT * FROM " + tables.getColumn(0).getString());
    while (select.executeStep()) {
      for (int i = 0; i < select.getColumnCount(); ++i) out << select.getColumn(i).getString() << "|";
      out << "\n";
    }
  }
  return out.str();
}

template <typename Work>
Error error_of(Work work) {
  try {
    work();
  } catch (const Error& e) {
    CHECK_FALSE(e.hint().empty());
    return e;
  }
  FAIL("no error");
  throw;
}

struct Member {
  std::string name, bytes;
  unsigned type = AE_IFREG;
};

/// An archive that others made.
void write_archive(const fs::path& file, const std::vector<Member>& members) {
  archive* out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_add_filter_zstd(out);
  archive_write_set_options(out, "hdrcharset=BINARY");
  REQUIRE(archive_write_open_filename(out, file.c_str()) == ARCHIVE_OK);
  for (const auto& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.type == AE_IFREG ? member.bytes.size() : 0));
    archive_entry_set_filetype(entry, member.type);
    archive_entry_set_perm(entry, 0600);
    if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, member.bytes.c_str());
    REQUIRE(archive_write_header(out, entry) == ARCHIVE_OK);
    if (member.type == AE_IFREG) archive_write_data(out, member.bytes.data(), member.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
}

std::vector<Member> read_members(const fs::path& file) {
  std::vector<Member> members;
  archive* in = archive_read_new();
  archive_read_support_format_tar(in);
  archive_read_support_filter_zstd(in);
  REQUIRE(archive_read_open_filename(in, file.c_str(), 65536) == ARCHIVE_OK);
  for (archive_entry* entry = nullptr; archive_read_next_header(in, &entry) == ARCHIVE_OK;) {
    Member member{archive_entry_pathname(entry), std::string(static_cast<size_t>(archive_entry_size(entry)), '\0')};
    archive_read_data(in, member.bytes.data(), member.bytes.size());
    members.push_back(std::move(member));
  }
  archive_read_free(in);
  return members;
}

}  // namespace

TEST_CASE("what is restored is what was backed up, to the last row and byte") {
  Office office;
  auto made = office.back_up();
  CHECK(made.originals == 4);
  CHECK(made.settings == 2);
  CHECK(made.schema == Database::newest_version());
  CHECK(made.made_at.size() == 20);
  CHECK((fs::status(office.archive).permissions() & fs::perms::others_all) == fs::perms::none);
  CHECK((fs::status(office.archive).permissions() & fs::perms::group_all) == fs::perms::none);
  auto verified = office.verify();
  CHECK(verified.bytes == made.bytes);
  CHECK(verified.originals == 4);
  uint64_t last = 0, end = 0;
  store::restore(office.archive, office.folder / "new", office.folder / "new-config", as_it_is, [&](uint64_t done, uint64_t all) {
    CHECK(done >= last);
    last = done, end = all;
  }, never);
  CHECK(last == end);
  CHECK(end == 2 * made.bytes);
  CHECK(contents(office.folder / "new/files") == contents(office.folder / "data/files"));
  CHECK(contents(office.folder / "new-config") == contents(office.folder / "config"));
  CHECK(rows(office.folder / "new/shirube.db") == rows(office.folder / "data/shirube.db"));
  CHECK(std::distance(fs::directory_iterator(office.folder / "new"), {}) == 2);  // and nothing else is left there
  int beside = 0;
  for (const auto& entry : fs::directory_iterator(office.folder.path())) beside += entry.is_regular_file();
  CHECK(beside == 1);
}

TEST_CASE("a backup of a bare name is written where one stands") {
  Office office;
  fs::path before = fs::current_path();
  fs::current_path(office.folder.path());
  try {
    store::back_up(office.source(), "bare.tar.zst", quiet, never);
  } catch (const Error& e) {
    FAIL_CHECK(e.message());
  }
  fs::current_path(before);
  CHECK(fs::exists(office.folder / "bare.tar.zst"));
}

TEST_CASE("a backup tells the end of the events, and that is held against its database") {
  Office office;
  office.database.write([](SQLite::Database& db) { store::append(db, {"note", "", ""}); });
  auto head = office.database.read([](SQLite::Database& db) { return store::head(db).written(); });
  CHECK(office.back_up().events_head == head);
  CHECK(office.verify().events_head == head);
}

TEST_CASE("what a kill left of a backup or a verification goes with the next one, what is in use stays") {
  Office office;
  office.back_up();
  auto leave = [&] {
    for (const char* left : {"shirube-unfinished-1234/shirube.db", "shirube-unfinished-in-use/shirube.db"}) write(office.folder / left, "left");
  };
  auto check = [&] {
    CHECK_FALSE(fs::exists(office.folder / "shirube-unfinished-1234"));
    CHECK(fs::exists(office.folder / "shirube-unfinished-in-use"));
  };
  leave();
  store::Descriptor lock(::open((office.folder / "shirube-unfinished-in-use").c_str(), O_RDONLY | O_DIRECTORY));
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  office.verify();
  check();
  leave();
  office.archive = office.folder / "two.tar.zst";
  office.back_up();
  check();
}

TEST_CASE("a backup that is made amid changes holds every original that its database names") {
  Office office;
  std::atomic<bool> done{false};
  std::atomic<int> added{0};
  std::jthread writer([&] {
    for (int i = 0; !done; ++i) office.add("original " + std::to_string(i)), ++added;
  });
  for (int i = 0; i < 5; ++i) {
    fs::remove(office.archive);
    int before = added;
    office.back_up();
    CHECK(office.verify().originals >= 4 + static_cast<uint64_t>(before));
    while (added == before) std::this_thread::yield();  // it went on
  }
  done = true;
}

TEST_CASE("what is damaged, missing or taken makes no backup") {
  Office office;
  std::string lost = office.add("lost");
  auto path = office.files.path_of(lost);
  auto nothing_is_left = [&] {
    for (const auto& entry : fs::directory_iterator(office.folder.path())) {
      INFO(entry.path().string());
      CHECK(entry.is_directory());
    }
  };
  SECTION("an original is altered") {
    std::ofstream(path, std::ios::binary) << "l0st";
    auto error = error_of([&] { office.back_up(); });
    CHECK(error.kind() == ErrorKind::conflict);
    CHECK_THAT(error.message(), Catch::Contains("変わっている") && Catch::Contains(lost));
    nothing_is_left();
  }
  SECTION("an original is missing") {
    fs::remove(path);
    CHECK_THAT(error_of([&] { office.back_up(); }).message(), Catch::Contains("原本がない"));
    nothing_is_left();
  }
  SECTION("it was stopped") {
    CHECK(error_of([&] { store::back_up(office.source(), office.archive, quiet, at_once); }).kind() == ErrorKind::unavailable);
    std::atomic<bool> stop{false};
    auto half_way = [&](uint64_t done, uint64_t all) { stop = done > all / 2; };
    CHECK(error_of([&] { store::back_up(office.source(), office.archive, half_way, stop); }).message() == "中断しました。");
    nothing_is_left();
  }
  SECTION("the name is taken") {
    std::ofstream(office.archive) << "mine";
    CHECK(error_of([&] { office.back_up(); }).kind() == ErrorKind::conflict);
    CHECK(slurp(office.archive) == "mine");
  }
  SECTION("there is no such folder") {
    office.archive = office.folder / "none/one.tar.zst";
    CHECK(error_of([&] { office.back_up(); }).kind() == ErrorKind::unavailable);
  }
}

TEST_CASE("a damaged database makes no backup that could take the place of a good one") {
  TemporaryFolder folder;
  {
    Database database(folder / "shirube.db");
    database.write([](SQLite::Database& db) {
      for (int i = 0; i < 2000; ++i) store::append(db, {"note", "subject " + std::to_string(i), std::string(200, 'x')});
    });
  }
  std::fstream file(folder / "shirube.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 * 60);
  file << std::string(4096, '\x55');
  file.close();
  Database database(folder / "shirube.db");
  store::Files files(folder / "files");
  auto error = error_of([&] { store::back_up({database, files, {}, ""}, folder / "a.tar.zst", quiet, never); });
  CHECK_THAT(error.message(), Catch::Contains("データベースが壊れている"));
  CHECK_THAT(error.hint(), Catch::Contains("shirube restore"));
  CHECK_FALSE(fs::exists(folder / "a.tar.zst"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) <= 3);
}

TEST_CASE("damage of a backup is found wherever it is") {
  Office office;
  auto made = office.back_up();
  std::string good = slurp(office.archive);
  size_t found = 0, tried = 0;
  for (size_t at = 0; at < good.size(); at += good.size() / 97 + 1) {
    INFO("byte " << at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x21);
    write(office.archive, bad);
    ++tried;
    try {
      auto seen = office.verify();
      CHECK(seen.bytes == made.bytes);  // it can only have been in what nobody reads
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      ++found;
    }
  }
  CHECK(found + 3 >= tried);
  for (size_t length : {size_t{0}, size_t{1}, size_t{100}, good.size() / 2, good.size() - 600, good.size() - 1}) {
    INFO("cut to " << length);
    write(office.archive, good.substr(0, length));
    CHECK(error_of([&] { office.verify(); }).kind() == ErrorKind::invalid);
    CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::invalid);
    CHECK_FALSE(fs::exists(office.folder / "new"));
    CHECK_FALSE(fs::exists(office.folder / "new-config"));
  }
  fs::remove(office.archive);
  CHECK(error_of([&] { office.verify(); }).kind() == ErrorKind::missing);
}

TEST_CASE("a backup that others made to do harm is refused before anything is written") {
  using Json = nlohmann::json;
  Office office;
  office.back_up();
  const auto good = read_members(office.archive);
  const Json manifest = Json::parse(good[0].bytes);
  REQUIRE(manifest["members"][0]["name"] == "shirube.db");
  struct Row {
    const char* what;
    std::function<void(Json&, std::vector<Member>&)> change;
    ErrorKind kind = ErrorKind::invalid;
    bool raw = false;  ///< changes the manifest's bytes
  };
  auto name_last = [](const char* name) {
    return [=](Json& json, std::vector<Member>& members) { json["members"].back()["name"] = members.back().name = name; };
  };
  const std::vector<Row> table = {
      {"leads out", name_last("config/../../evil")},
      {"is absolute", name_last("/tmp/evil")},
      {"stands elsewhere", name_last("index-1/evil")},
      {"is empty", name_last("config/")},
      {"has an empty part", name_last("config//x")},
      {"has a backslash", name_last("config/a\\b")},
      {"has a line break", name_last("config/a\nb")},
      {"is no UTF-8", [](Json&, std::vector<Member>& members) { members[0].bytes.replace(members[0].bytes.find("config/s"), 8, "config/\xff"); }, ErrorKind::invalid, true},
      {"is long", [](Json& json, std::vector<Member>& members) { json["members"].back()["name"] = members.back().name = "config/" + std::string(400, 'a'); }},
      {"is there twice", [](Json& json, std::vector<Member>& members) { json["members"].push_back(json["members"].back()); members.push_back(members.back()); }},
      {"original under another hash", [](Json& json, std::vector<Member>& members) { json["members"][1]["name"] = members[2].name = "files/00/" + std::string(64, '0'); }},
      {"no database", [](Json& json, std::vector<Member>& members) { json["members"].erase(0); members.erase(members.begin() + 1); }},
      {"no original", [](Json& json, std::vector<Member>& members) { json["members"].erase(1); members.erase(members.begin() + 2); }},
      {"something more", [](Json&, std::vector<Member>& members) { members.push_back({"config/more", "x"}); }},
      {"something less", [](Json&, std::vector<Member>& members) { members.pop_back(); }},
      {"a link", [](Json&, std::vector<Member>& members) { members.back().type = AE_IFLNK, members.back().bytes = "/etc/passwd"; }},
      {"a folder", [](Json&, std::vector<Member>& members) { members.back().type = AE_IFDIR; }},
      {"other bytes", [](Json&, std::vector<Member>& members) { members.back().bytes[0] ^= 1; }},
      {"more bytes", [](Json&, std::vector<Member>& members) { members.back().bytes += "x"; }},
      {"a size below nothing", [](Json& json, std::vector<Member>&) { json["members"].back()["size"] = -1; }},
      {"a size beyond all disks", [](Json& json, std::vector<Member>&) { json["members"].back()["size"] = uint64_t{1} << 60; }},
      {"no hash", [](Json& json, std::vector<Member>&) { json["members"].back()["sha256"] = "x"; }},
      {"another end of the events", [](Json& json, std::vector<Member>&) { json["events_head"] = "7:" + std::string(64, 'a'); }},
      {"no end of the events", [](Json& json, std::vector<Member>&) { json["events_head"] = "x"; }},
      {"another schema than its database", [](Json& json, std::vector<Member>&) { json["schema"] = 1; }},
      {"no manifest", [](Json&, std::vector<Member>& members) { members[0].name = "manifest"; }},
      {"a manifest that is no JSON", [](Json& json, std::vector<Member>&) { json = "x"; }},
      {"a newer schema", [](Json& json, std::vector<Member>&) { json["schema"] = Database::newest_version() + 1; }, ErrorKind::conflict},
      {"a newer format", [](Json& json, std::vector<Member>&) { json["format"] = 2; }, ErrorKind::conflict},
  };
  for (const auto& row : table) {
    INFO(row.what);
    Json json = manifest;
    auto members = good;
    row.change(json, members);
    if (!row.raw) members[0].bytes = json.dump();
    write_archive(office.archive, members);
    CHECK(error_of([&] { office.verify(); }).kind() == row.kind);
    CHECK(error_of([&] { office.restore(); }).kind() == row.kind);
    CHECK_FALSE(fs::exists(office.folder / "new"));
    CHECK_FALSE(fs::exists(office.folder / "new-config"));
    CHECK_FALSE(fs::exists(office.folder / "evil"));
  }
  write_archive(office.archive, good);
  office.restore();  // it was the changes that were refused
}

TEST_CASE("a restore takes no place that is taken, and one that was interrupted begins anew") {
  Office office;
  office.back_up();
  write(office.folder / "new/mine", "mine");
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::conflict);
  CHECK(contents(office.folder / "new") == std::map<std::string, std::string>{{"mine", "mine"}});
  CHECK_FALSE(fs::exists(office.folder / "new-config"));
  fs::remove(office.folder / "new/mine");
  write(office.folder / "new-config/mine", "mine");
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::conflict);
  CHECK(fs::is_empty(office.folder / "new"));
  fs::remove_all(office.folder / "new-config");
  // What bears the name of the mark there clears no settings, unless a restore of the data was interrupted.
  for (const char* left : {"new-config/restoring.unfinished/x", "new-config/mine"}) write(office.folder / left, "mine");
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::conflict);
  CHECK(contents(office.folder / "new-config") == std::map<std::string, std::string>{{"mine", "mine"}, {"restoring.unfinished/x", "mine"}});
  fs::remove_all(office.folder / "new-config");
  CHECK(error_of([&] { store::restore(office.archive, office.folder / "new", office.folder / "new", as_it_is, quiet, never); }).kind() == ErrorKind::invalid);
  CHECK(error_of([&] { store::restore(office.archive, office.folder / "new", office.folder / "new-config", as_it_is, quiet, at_once); }).kind() == ErrorKind::unavailable);
  CHECK(fs::is_empty(office.folder / "new"));
  // Killed before the database had moved.
  for (const char* left : {"new/restoring.unfinished/shirube.db", "new/files/00/x", "new-config/restoring.unfinished/y", "new-config/shirube.toml"}) write(office.folder / left, "left");
  // As long as what is to be restored is no good backup, nothing goes.
  auto half = contents(office.folder / "new"), half_settings = contents(office.folder / "new-config");
  std::string good = slurp(office.archive);
  write(office.archive, good.substr(0, good.size() / 2));
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::invalid);
  fs::remove(office.archive);
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::missing);
  CHECK(contents(office.folder / "new") == half);
  CHECK(contents(office.folder / "new-config") == half_settings);
  write(office.archive, good);
  office.restore();
  CHECK(contents(office.folder / "new/files") == contents(office.folder / "data/files"));
  CHECK(contents(office.folder / "new-config") == contents(office.folder / "config"));
  // Killed after it: what is there is whole, and in use perhaps.
  write(office.folder / "new/restoring.unfinished/left", "left");
  CHECK(error_of([&] { office.restore(); }).kind() == ErrorKind::conflict);
}

TEST_CASE("a database is settled before it is in place, or nothing is") {
  Office office;
  auto made = office.back_up();
  auto restore = [&](bool fail) {
    auto settle = [&](SQLite::Database& db, const store::BackupSummary& summary) {
      CHECK_FALSE(fs::exists(office.folder / "new/shirube.db"));
      CHECK(summary.made_at == made.made_at);
      store::append(db, {"note", "settled", ""});
      if (fail) throw Error(ErrorKind::unavailable, "途中", "もう一度。");
    };
    store::restore(office.archive, office.folder / "new", office.folder / "new-config", settle, quiet, never);
  };
  CHECK(error_of([&] { restore(true); }).kind() == ErrorKind::unavailable);
  CHECK_FALSE(fs::exists(office.folder / "new"));
  CHECK_FALSE(fs::exists(office.folder / "new-config"));
  restore(false);
  CHECK(Database(office.folder / "new/shirube.db").read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM events WHERE subject = 'settled'").getInt(); }) == 1);
}
