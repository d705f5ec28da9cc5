#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/sessions.h"
#include "store/event_log.h"
#include "web/message.h"

// Who a request comes from: by session, by token, or by the word of a proxy. Private to web/.
namespace shirube::web {

struct AppOptions;

/// What somebody has to do before anything else is answered.
enum class Due {
  nothing,
  code,         ///< of the second step, to end signing in
  password,     ///< in place of a first one that somebody else knows
  second_step,  ///< to be turned on, as the role requires it
};

/// Who a request comes from.
struct Visitor {
  corpus::Viewer viewer{};
  store::Actor actor{"", ""};  ///< its name is empty for somebody unknown
  bool reads = false;          ///< may read anything at all
  Due due = Due::nothing;      ///< while something is, `viewer` sees nothing
  bool secure = false;         ///< came by TLS, to us or to a proxy
  std::optional<people::Account> account{};
  std::optional<people::Session> session{};
  bool by_token = false;        ///< a program, by an API token
  bool bad_token = false;       ///< there was one, and it is none of ours
  std::string begun{};          ///< the token of a session that this request began by a proxy's word; the answer sets it
};

/// Whether a proxy's word may begin a session.
enum class Begin { no, yes };
Visitor visitor_of(const AppOptions& options, const Request& request, Begin begin);

/// What the client says of itself, to be read in a list of sessions.
std::string agent_of(const Request& request);

/// The Set-Cookie of a session; of an empty token, one that takes it away.
std::string session_cookie(std::string_view token, bool secure);

/// Whether a change comes with what only a page of the same session could send: the header X-CSRF-Token, or the field
/// `csrf` of a form. Throws Error{invalid} for a form that cannot be read.
bool holds_csrf(const people::Session& session, const Request& request);

/// An address of this service that a browser was on its way to; "/" for anything that could lead elsewhere.
std::string local_address(const std::optional<std::string>& wanted);

}  // namespace shirube::web
