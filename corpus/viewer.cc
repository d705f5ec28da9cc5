#include "corpus/viewer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shirube::corpus {

namespace {

constexpr Choice audience_choices[] = {{"public", "公開"}, {"staff", "庁内"}, {"committee", "委員会"}, {"restricted", "担当者限り"}};

/// In the order of Task.
constexpr Choice task_choices[] = {{"judge", "評価"}, {"desk", "取込"}, {"events", "記録"}, {"administer", "管理"}};

}  // namespace

std::string_view label_of(std::span<const Choice> choices, std::string_view key) {
  auto found = std::ranges::find(choices, key, &Choice::key);
  return found == choices.end() ? key : found->label;
}

std::optional<std::string_view> key_of(std::span<const Choice> choices, std::string_view word) {
  for (const auto& choice : choices) {
    if (choice.key == word || choice.label == word) return choice.key;
  }
  return std::nullopt;
}

std::span<const Choice> audiences() { return audience_choices; }

std::string narrowed(const std::string& held, const std::string& by) {
  if (by.empty() || by == "public" || by == held) return held;
  if (held.empty() || held == "public") return by;
  auto place = [](std::string_view audience) { return std::ranges::find(audience_choices, audience, &Choice::key); };
  auto of_held = place(held), of_by = place(by), group = std::end(audience_choices);
  if (of_held == group || of_by == group) return "restricted";
  return std::max(of_held, of_by)->key.data();
}

std::span<const Choice> tasks() { return task_choices; }

std::optional<Task> task_of(std::string_view key) {
  auto found = std::ranges::find(task_choices, key, &Choice::key);
  if (found == std::end(task_choices)) return std::nullopt;
  return static_cast<Task>(found - std::begin(task_choices));
}

Viewer Viewer::everything() {
  Viewer viewer;
  viewer.sees_all = true;
  for (const auto& choice : audience_choices) viewer.audiences.emplace_back(choice.key);
  for (const auto& choice : task_choices) viewer.tasks.push_back(*task_of(choice.key));
  return viewer;
}

bool Viewer::sees(std::string_view audience) const { return sees_all || std::ranges::find(audiences, audience) != audiences.end(); }
bool Viewer::may(Task task) const { return std::ranges::find(tasks, task) != tasks.end(); }
std::string Viewer::json() const { return nlohmann::json(audiences).dump(); }

}  // namespace shirube::corpus
