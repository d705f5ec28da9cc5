#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/draft.h"
#include "corpus/library.h"
#include "store/event_log.h"
#include "web/target.h"

// Which events are asked for, and what of them a viewer may read.
namespace shirube::web {

/// A group of actions, by the beginning of their names.
struct ActionGroup {
  std::string_view key, label;
  std::vector<std::string> actions;
};
const std::vector<ActionGroup>& action_groups();
/// 「版を追加」; an action that the list does not know is called by its name.
std::string_view action_label(std::string_view action);

/// A list of events as it is asked for by an address.
struct AskedEvents {
  std::string from, to;  ///< days as typed, in the zone of the machine, both within
  std::string actor, group, text;
  int64_t before = INT64_MAX;  ///< numbers below this one
};

/// Reads from, to, actor, group, text (each up to 200 characters) and before. Throws Error{invalid} for what is no day, group or
/// number.
AskedEvents read_asked_events(const Target& target);
/// The same as parameters of an address, without `before`.
std::vector<std::pair<std::string, std::string>> parameters(const AskedEvents& asked);

/// What this viewer may read of an event, and whether that is all of it. Whoever may read events reads that something was done, by
/// whom, when, from where and on what address. Detail, before and after are left out of a document or a draft that the viewer may
/// not see (one that is gone too), of an account that has a group which is not theirs or is narrowed to a document that they may
/// not see, and, unless they see all, of whatever may speak of anything: settings, what was searched for, how much came at once, and
/// every action that nobody has said to be harmless. So is the name of a group which is not theirs,
/// what was done to a clause that they do not see of a document that they do, and the name of a file whose clauses they do not all see.
/// Keeps what it learns of documents and drafts: for one answer and one thread.
class EventScreen {
 public:
  EventScreen(const corpus::Library& library, store::Database& database, const corpus::Viewer& viewer) : library_(library), drafts_(database), viewer_(viewer) {}
  struct Screened {
    store::EventRow event;
    bool whole = true;
  };
  Screened operator()(store::EventRow event);

 private:
  bool sees_document(const std::string& slug);
  bool sees_place(const store::EventRow& event);
  bool sees_audiences(const store::EventRow& event) const;
  bool sees_draft(std::string_view subject);
  bool sees_account(const std::string& described);
  bool sees(const store::EventRow& event);

  const corpus::Library& library_;
  corpus::Drafts drafts_;
  const corpus::Viewer& viewer_;
  template <typename Look>
  bool known(const std::string& subject, Look look);

  std::unordered_map<std::string, bool> known_;  ///< by the slug of a document, or the address of what is in it
  std::unordered_map<int64_t, bool> known_drafts_;
};

/// Calls `each` for the events asked for, until it returns false. The text is looked for in what the viewer may read, so that
/// asking for it tells nothing of the rest.
void list_events(const store::Database& database, const AskedEvents& asked, store::EventOrder order, EventScreen& screen, const std::function<bool(const EventScreen::Screened&)>& each);

}  // namespace shirube::web
