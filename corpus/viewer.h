#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Who may see what, and do what: the one rule that every read and every change is held against.
namespace shirube::corpus {

/// A word of a closed list: what is stored, and what people read.
struct Choice {
  std::string_view key, label;
};

/// The label of a key, or the key itself when the list does not know it.
std::string_view label_of(std::span<const Choice> choices, std::string_view key);
/// The key that `word` (a key or a label) stands for.
std::optional<std::string_view> key_of(std::span<const Choice> choices, std::string_view word);

/// 公開範囲 that every office has, widest first: public 公開, staff 庁内, committee 委員会, restricted 担当者限り. A named
/// group of people is an audience too, under its own name.
std::span<const Choice> audiences();

/// The audience of what is for those of `held` and came with what is for those of `by`, by their keys: the narrower one. Of a group
/// and another audience neither holds the other, which leaves `restricted`. An empty one says nothing.
std::string narrowed(const std::string& held, const std::string& by);

/// What is not for everybody who may read.
enum class Task {
  judge,       ///< say how well a clause answers a search
  desk,        ///< hand in files, prepare and publish editions
  events,      ///< read who did what
  administer,  ///< people, settings, backups
};
/// By the keys that settings have: judge 評価, desk 取込, events 記録, administer 管理.
std::span<const Choice> tasks();
std::optional<Task> task_of(std::string_view key);

/// Who is reading: what they may see and do. Every read takes one.
struct Viewer {
  std::vector<std::string> audiences;  ///< keys of audiences() and names of groups
  std::vector<Task> tasks{};
  bool sees_all = false;               ///< every audience, groups too
  /// Where it is set: of what is not public only the documents of these slugs, and of those what `audiences` allow. A clause
  /// that is narrower than its public document is not public.
  std::optional<std::vector<std::string>> only{};

  /// The operator of the machine, who holds the files anyway.
  static Viewer everything();
  /// Whether an audience is one of theirs; `only` has no say in it.
  bool sees(std::string_view audience) const;
  /// Whether nothing at all is hidden from them.
  bool sees_everything() const { return sees_all && !only; }
  bool may(Task task) const;
  /// The audiences as a JSON array, as SQL takes them.
  std::string json() const;
};

}  // namespace shirube::corpus
