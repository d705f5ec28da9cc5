#pragma once

#include <chrono>
#include <string>

#include "people/sessions.h"
#include "store/database.h"
#include "tests/temporary_folder.h"

/// An office with its accounts, a clock of its own, and hashes that cost little.
struct Office {
  TemporaryFolder folder;
  shirube::store::Database database{folder / "shirube.db"};
  shirube::people::PasswordCost cost{1, 8 << 10};
  shirube::people::Accounts accounts{database, shirube::people::AccessTable(), cost};
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();

  shirube::people::SignInOptions options() {
    shirube::people::SignInOptions options;
    options.clock = [this] { return now; };
    return options;
  }
  int64_t add(const std::string& login, const std::string& role = "staff", const std::string& last_day = "") {
    shirube::people::Account account;
    account.login = login;
    account.name = "星見 花子";
    account.role = role;
    account.last_day = last_day;
    return accounts.add(account, good);
  }
  void add_document(const std::string& slug, const std::string& audience) {
    database.write([&](SQLite::Database& db) {
      SQLite::Statement insert(db, "INSERT INTO documents (slug, title, kind, audience) VALUES (?, ?, 'policy', ?)");
      insert.bind(1, slug);
      insert.bind(2, slug);
      insert.bind(3, audience);
      insert.exec();
    });
  }
  /// "action subject detail before after" of each event, one a line.
  std::string events() {
    return database.read([](SQLite::Database& db) {
      std::string lines;
      SQLite::Statement row(db, "SELECT actor || ' ' || address || ' ' || action || ' ' || subject || ' ' || detail || ' ' || before || ' ' || after FROM events ORDER BY id");
      while (row.executeStep()) lines += row.getColumn(0).getString() + "\n";
      return lines;
    });
  }
  int64_t count(const std::string& sql) {
    return database.read([&](SQLite::Database& db) { return db.execAndGet(sql).getInt64(); });
  }

  static constexpr const char* good = "kaki no ki to shiroi neko";
};
