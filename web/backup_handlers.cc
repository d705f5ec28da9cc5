// The page of backups (控え), for those who administer.
#include <fmt/format.h>

#include <ctime>

#include "store/backup_keeper.h"
#include "text/error.h"
#include "web/model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

using store::BackupKeeper;

std::string local_time(store::BackupClock::time_point time) {
  std::time_t seconds = store::BackupClock::to_time_t(time);
  std::tm day{};
  ::localtime_r(&seconds, &day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min);
}

std::string size_of(uint64_t bytes) {
  constexpr uint64_t mib = 1 << 20, gib = 1 << 30;
  if (bytes >= gib) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(gib));
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / static_cast<double>(mib));
}

const char* sentence_of(BackupKeeper::Work work) {
  switch (work) {
    case BackupKeeper::Work::asked: return "まもなく始めます。";
    case BackupKeeper::Work::making: return "控えを作っています。";
    case BackupKeeper::Work::verifying: return "控えを読み直して確かめています。";
    case BackupKeeper::Work::none: break;
  }
  return "";
}

Json held_model(const BackupKeeper::State& state) {
  Json list = Json::array();
  for (const auto& one : state.held) {
    Json row = {{"name", one.name}, {"made_at", local_time(one.made_at)}, {"size", size_of(one.size)}, {"planned", one.planned}, {"verdict", false}};
    for (const auto& verdict : state.verdicts) {
      if (verdict.name == one.name) row["verdict"] = {{"at", local_time(verdict.at)}, {"fault", verdict.fault}, {"good", verdict.fault.empty()}};
    }
    list.push_back(std::move(row));
  }
  return list;
}

std::string plan_of(const store::BackupPlan& plan) {
  std::string times;
  for (auto time : plan.times) times += fmt::format("{}{:02}:{:02}", times.empty() ? "" : "、", time.count() / 60, time.count() % 60);
  return times.empty() ? "" : fmt::format("毎日 {} に作り、新しい {} 件を残します。", times, plan.keep);
}

/// The keeper, where there is one.
BackupKeeper& keeper_of(const Service& service) {
  if (service.options.backups) return *service.options.backups;
  throw Error(ErrorKind::conflict, "控えの置き場所が決められていません。", "設定 [backup] の folder に、データとは別のディスクのフォルダを書き、サービスを始め直してください。");
}

}  // namespace

Json backups_view(const Context& context, const Call&) {
  Json model = {{"title", "控え"}, {"has_plan", context.backups != nullptr}};
  if (!context.backups) return model;
  BackupKeeper::State state = context.backups->state();
  bool busy = state.work != BackupKeeper::Work::none;
  model["folder"] = context.backups->plan().folder.string();
  model["plan"] = plan_of(context.backups->plan());
  model["next"] = state.next ? local_time(*state.next) : "";
  model["busy"] = busy;
  model["work"] = sentence_of(state.work);
  model["amount"] = state.all ? fmt::format("{}% 済み", state.done * 100 / state.all) : "";
  model["failure"] = state.failure;
  model["failed_at"] = state.failure.empty() ? "" : local_time(state.failed_at);
  model["same_disk"] = state.same_disk;
  model["held"] = held_model(state);
  model["has_held"] = !state.held.empty();
  return model;
}

Response take_backup_request(const Visit& visit) {
  BackupKeeper& keeper = keeper_of(visit.service);
  Target form = parse_form(visit.request.body);
  std::string action = form.parameter("action").value_or("");
  bool taken = false;
  if (action == "make") taken = keeper.ask_for_backup();
  else if (action == "verify") taken = keeper.ask_to_verify(form.parameter("name").value_or(""));
  else throw Error(ErrorKind::invalid, "知らない操作です。", "控えのページのボタンから操作してください。");
  if (!taken) throw Error(ErrorKind::conflict, "ほかの控えの処理が終わっていません。", "終わってから、もう一度操作してください。");
  return see_other("/admin/backups");
}

}  // namespace shirube::web
