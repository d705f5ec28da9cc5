#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "people/accounts.h"
#include "web/service.h"

// Accounts, as the pages of their owners and of administrators show them; and what forms about them say. Pure functions.
namespace shirube::web {

/// {done, fault}, both empty for nothing to say.
nlohmann::json note_model(const Note& note);
/// 「あと15秒待ってから、もう一度入力してください。」
std::string waiting_words(std::chrono::seconds wait);

/// 「2026-11-25 22:38」 by the clock of this machine, of a UTC time as the database has it; empty for none.
std::string local_time(const std::string& iso);

/// 「Firefox（Windows）」, from what a browser says of itself; of another program, that.
std::string device_name(const std::string& agent);

/// Without sessions and tokens; `state` is a sentence for anything but an account in use.
nlohmann::json account_model(const people::Accounts& accounts, const people::Account& account);
/// [{key, label, chosen}] of the roles, and of tasks.
nlohmann::json roles_model(const people::AccessTable& table, const std::string& chosen);
nlohmann::json tasks_model(const std::vector<corpus::Task>& tasks);

/// A field of a form without blanks around it; empty where it is missing.
std::string typed(const Target& form, std::string_view name);
/// The field `code`: its digits, whatever width and spaces they were typed with.
std::string typed_code(const Target& form);
/// A day (2027-03-31, 令和9年3月31日) as ISO, or empty. Throws Error{invalid} for what is none.
std::string typed_day(const Target& form, std::string_view name);
/// A whole number above 0; 0 for anything else.
int64_t typed_id(std::string_view digits);

}  // namespace shirube::web
