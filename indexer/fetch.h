#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/error.h"

namespace shirube::indexer {

/// How files are fetched over HTTP: the table [fetch] of sources.toml.
struct FetchSettings {
  std::string proxy;  ///< http://user:password@proxy.example:8080; empty: none, whatever the environment says. Stands in no message
  std::string user_agent = "Shirube";
  std::chrono::milliseconds delay{3000};      ///< between an answer and the next request to its host
  uint64_t most_bytes = uint64_t{64} << 20;   ///< of one answer
  std::chrono::milliseconds time{120'000};    ///< for one request, of which redirects are several
};

/// What is held already of an address; empty where nothing is (RFC 9110, 13.1).
struct Conditions {
  std::string etag, modified;
};

/// What a server answered.
struct Answer {
  bool changed = true;    ///< false: 304, and nothing else is filled in
  std::string address;    ///< where it was found, after redirects
  std::string body;
  std::string etag, modified;  ///< for the Conditions of the next time
  std::string file_name;  ///< as the server or the address calls it: no folder, UTF-8, at most 200 bytes, never empty
};

/// The server asked to be left alone for a while (429 or 503, RFC 9110 10.2.3). At most a day.
class Resting : public Error {
 public:
  Resting(const std::string& message, std::chrono::system_clock::time_point until);
  std::chrono::system_clock::time_point until() const { return until_; }

 private:
  std::chrono::system_clock::time_point until_;
};

/// The host of an http or https address, in lower case; nothing for any other address, and for one
/// that carries a user's name.
std::optional<std::string> host_of(const std::string& address);

/// Where a reference found at `base` leads (RFC 3986, 5), without its fragment; nothing when that is no
/// http or https address of at most 2000 bytes.
std::optional<std::string> resolve(const std::string& base, const std::string& reference);

/// Fetches over HTTP: politely (one request at a time, with a delay between those to one host), within
/// limits, and from listed hosts only: a redirect (five at most) is followed when its host is listed
/// too, and never from https to http. The list is the whole rule; what a listed name leads to is its
/// administrator's affair. Nothing of the environment is read. For one thread.
class Fetcher {
 public:
  explicit Fetcher(FetchSettings settings);
  ~Fetcher();

  /// Throws Error{forbidden} for a host that is not in `hosts` (as host_of() writes them),
  /// Error{missing} for 404 and 410, Resting, and Error{unavailable} for all else: unknown names,
  /// refused connections, certificates, proxies, answers that are too large, too slow or broken, and
  /// `stop`, which is heeded within about a second.
  Answer get(const std::string& address, const Conditions& conditions, const std::vector<std::string>& hosts, const std::atomic<bool>& stop);

 private:
  struct Handle;
  void await_turn(const std::string& host, const std::atomic<bool>& stop);
  long request(const std::string& address, const Conditions& conditions, std::string& body, const std::atomic<bool>& stop);

  FetchSettings settings_;
  std::unique_ptr<Handle> handle_;
  std::map<std::string, std::chrono::steady_clock::time_point> turn_;           ///< when a host may be asked again
  std::map<std::string, std::chrono::system_clock::time_point> resting_until_;  ///< as it asked itself
};

}  // namespace shirube::indexer
