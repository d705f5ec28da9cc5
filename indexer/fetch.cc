#include "indexer/fetch.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "text/encoding.h"
#include "text/utf8.h"
#include "text/visible.h"

namespace shirube::indexer {

using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

constexpr size_t longest_address = 2000;
constexpr size_t longest_header = 1000;
constexpr size_t longest_name = 200;
constexpr int most_redirects = 5;
constexpr curl_off_t unsaid_rest = 600, longest_rest = 24 * 60 * 60;  // seconds

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* found = nullptr;
  if (curl_url_get(url.get(), which, &found, flags) != CURLUE_OK) return std::nullopt;
  std::string out(found);
  curl_free(found);
  return out;
}

/// An http or https address, parsed as the transfer will parse it: no two opinions on what its host is.
Url parse(const std::string& address) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_DISALLOW_USER) != CURLUE_OK) return nullptr;
  auto scheme = part(url, CURLUPART_SCHEME);
  return scheme == "http" || scheme == "https" ? std::move(url) : nullptr;
}

std::string host_of(const Url& url) {
  std::string host = part(url, CURLUPART_HOST).value_or("");
  std::ranges::transform(host, host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (host.ends_with('.')) host.pop_back();
  return host;
}

// ---- what a transfer brings ----

struct Body {
  std::string& bytes;
  uint64_t most;
  bool too_large = false;
};

size_t take(char* data, size_t, size_t size, void* to) {
  Body& body = *static_cast<Body*>(to);
  body.too_large = body.bytes.size() + size > body.most;
  if (body.too_large) return 0;
  try {
    body.bytes.append(data, size);
  } catch (const std::bad_alloc&) {
    body.too_large = true;
    return 0;
  }
  return size;
}

int heed(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return *static_cast<const std::atomic<bool>*>(stop) ? 1 : 0; }

/// A header of the last answer; empty without one that could be sent back or shown.
std::string header(CURL* curl, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  std::string value = found->value;
  bool usable = value.size() <= longest_header && std::ranges::none_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return usable ? value : "";
}

// ---- names of files ----

/// The last part of a path, as people can read it.
std::string plain_name(std::string name) {
  std::erase(name, '\0');
  name = text::visible(text::decode(name).text);
  name.erase(0, name.find_last_of("/\\") + 1);
  std::ranges::replace(name, '\n', ' ');
  name = text::trim(name);
  if (name.size() > longest_name) {
    size_t dot = name.rfind('.');
    std::string ending = dot != name.npos && name.size() - dot <= 10 ? name.substr(dot) : "";
    name = std::string(text::clamp_utf8(name, longest_name - ending.size())) + ending;
  }
  return name == "." || name == ".." ? "" : name;
}

std::string percent_decoded(const std::string& s) {
  int length = 0;
  char* decoded = curl_easy_unescape(nullptr, s.data(), static_cast<int>(s.size()), &length);
  std::string out = decoded ? std::string(decoded, static_cast<size_t>(length)) : s;
  curl_free(decoded);
  return out;
}

/// The value of a parameter of Content-Disposition (RFC 6266), quoted or not; empty without it.
std::string parameter(const std::string& disposition, std::string_view name) {
  for (size_t at = disposition.find(';'); at != disposition.npos; at = disposition.find(';', at + 1)) {
    auto rest = text::trim(std::string_view(disposition).substr(at + 1));
    if (rest.size() <= name.size() || strncasecmp(rest.data(), name.data(), name.size()) != 0) continue;
    rest = text::trim(rest.substr(name.size()));
    if (!rest.starts_with('=')) continue;
    rest = text::trim(rest.substr(1));
    if (!rest.starts_with('"')) return std::string(text::trim(rest.substr(0, rest.find(';'))));
    std::string value;
    for (size_t i = 1; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
      value += rest[i];
    }
    return value;
  }
  return {};
}

std::string file_name(const std::string& disposition, const std::string& address) {
  // filename*=UTF-8''%E5%91%8A.pdf (RFC 8187) is meant before filename="...".
  if (auto extended = parameter(disposition, "filename*"); !extended.empty()) {
    size_t quote = extended.find('\''), second = quote == extended.npos ? quote : extended.find('\'', quote + 1);
    if (second != extended.npos) {
      if (auto name = plain_name(percent_decoded(extended.substr(second + 1))); !name.empty()) return name;
    }
  }
  if (auto name = plain_name(parameter(disposition, "filename")); !name.empty()) return name;
  Url url = parse(address);
  auto name = plain_name(percent_decoded(url ? part(url, CURLUPART_PATH).value_or("") : ""));
  return name.empty() ? "index" : name;
}

// ---- what went wrong ----

struct Trouble {
  CURLcode code;
  const char* message;
  const char* hint;
};

constexpr const char* see_proxy = "sources.toml の fetch.proxy を、情報システムの担当に確認してください。";
constexpr const char* see_certificate = "プロキシが通信を検査している場合は、その認証局の証明書をこのサーバーに登録してください（update-ca-certificates）。";
constexpr const char* see_network = "アドレスを確認してください。庁内からはプロキシ（sources.toml の fetch.proxy）が必要なことがあります。";
constexpr const char* try_later = "しばらく待って、もう一度実行してください。";

constexpr Trouble troubles[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "サーバーの名前を引けません", see_network},
    {CURLE_COULDNT_RESOLVE_PROXY, "プロキシの名前を引けません", see_proxy},
    {CURLE_PROXY, "プロキシが接続を断りました", see_proxy},
    {CURLE_COULDNT_CONNECT, "サーバーに接続できません", see_network},
    {CURLE_PEER_FAILED_VERIFICATION, "サーバーの証明書を確かめられません", see_certificate},
    {CURLE_SSL_CACERT_BADFILE, "このサーバーに認証局の証明書がありません", "パッケージ ca-certificates を入れてください。"},
    {CURLE_SSL_CONNECT_ERROR, "暗号化された通信を始められません", see_certificate},
};

Error unreachable(const std::string& address, const std::string& message, const std::string& hint) {
  return {ErrorKind::unavailable, fmt::format("{}（{}）。", message, text::clamp_utf8(address, 300)), hint};
}

Error interrupted() { return {ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。"}; }

}  // namespace

std::optional<std::string> host_of(const std::string& address) {
  Url url = parse(address);
  std::string host = url ? host_of(url) : "";
  return host.empty() ? std::nullopt : std::optional(host);
}

std::optional<std::string> resolve(const std::string& base, const std::string& reference) {
  Url url = parse(base);
  std::string_view wanted = text::trim(std::string_view(reference).substr(0, reference.find('#')));
  if (!url || wanted.size() > longest_address || wanted.find('\0') != wanted.npos) return std::nullopt;
  // What is put to a parsed address is taken relative to it, and curl would put a query behind its fragment.
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  if (!wanted.empty() && curl_url_set(url.get(), CURLUPART_URL, std::string(wanted).c_str(), CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_DISALLOW_USER) != CURLUE_OK) return std::nullopt;
  auto scheme = part(url, CURLUPART_SCHEME);
  auto address = part(url, CURLUPART_URL);
  bool good = (scheme == "http" || scheme == "https") && !host_of(url).empty() && address && address->size() <= longest_address;
  return good ? address : std::nullopt;
}

Resting::Resting(const std::string& message, system_clock::time_point until) : Error(ErrorKind::unavailable, message, "その時間が過ぎてから確認します。"), until_(until) {}

struct Fetcher::Handle {
  Handle() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = ready == CURLE_OK ? curl_easy_init() : nullptr;
    if (!curl) throw Error(ErrorKind::internal, "通信を始められません。", "空きメモリを確認してください。");
  }
  ~Handle() { curl_easy_cleanup(curl); }
  CURL* curl;
};

Fetcher::Fetcher(FetchSettings settings) : settings_(std::move(settings)), handle_(std::make_unique<Handle>()) {}

Fetcher::~Fetcher() = default;

void Fetcher::await_turn(const std::string& host, const std::atomic<bool>& stop) {
  if (auto rest = resting_until_.find(host); rest != resting_until_.end() && system_clock::now() < rest->second) {
    throw Resting(fmt::format("サーバーが間を置くように求めています（{}）。", host), rest->second);
  }
  auto& turn = turn_[host];
  while (steady_clock::now() < turn) {
    if (stop) throw interrupted();
    std::this_thread::sleep_for(std::min<steady_clock::duration>(turn - steady_clock::now(), std::chrono::milliseconds(100)));
  }
  turn = steady_clock::now() + settings_.delay;
}

/// One request; returns the status.
long Fetcher::request(const std::string& address, const Conditions& conditions, std::string& body, const std::atomic<bool>& stop) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);
  Url url = parse(address);
  Body to{body, settings_.most_bytes};
  curl_slist* headers = nullptr;
  if (!conditions.etag.empty()) headers = curl_slist_append(headers, ("If-None-Match: " + conditions.etag).c_str());
  if (!conditions.modified.empty()) headers = curl_slist_append(headers, ("If-Modified-Since: " + conditions.modified).c_str());
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> keep(headers, curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_CURLU, url.get());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, settings_.user_agent.c_str());
  // Set, though empty: else the environment's proxy and its exceptions would be taken.
  curl_easy_setopt(curl, CURLOPT_PROXY, settings_.proxy.c_str());
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.time.count()));
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(settings_.most_bytes));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &to);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, heed);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
  CURLcode code = curl_easy_perform(curl);
  // The handle must not keep what ends with this function; what was answered stays.
  curl_easy_setopt(curl, CURLOPT_CURLU, nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  if (stop) throw interrupted();
  if (code == CURLE_FILESIZE_EXCEEDED || to.too_large) {
    throw unreachable(address, fmt::format("上限（{} MiB）より大きなファイルです", settings_.most_bytes >> 20), "要る資料なら、sources.toml の fetch.file_mib を見直してください。");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    throw unreachable(address, fmt::format("制限時間（{}秒）内に届きませんでした", settings_.time.count() / 1000), "続くときは、sources.toml の fetch.timeout_seconds を見直してください。");
  }
  long status = 0, tunnel = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if (status == 407 || tunnel == 407) throw unreachable(address, "プロキシが利用者名とパスワードを求めています", see_proxy);
  if (code == CURLE_OK) return status;
  if (tunnel >= 400) throw unreachable(address, fmt::format("プロキシが接続を断りました: {}", tunnel), see_proxy);
  if (code == CURLE_COULDNT_CONNECT && !settings_.proxy.empty()) throw unreachable(address, "プロキシに接続できません", see_proxy);
  auto known = std::ranges::find(troubles, code, &Trouble::code);
  if (known != std::end(troubles)) throw unreachable(address, known->message, known->hint);
  throw unreachable(address, fmt::format("サーバーの応答が壊れています: {}", curl_easy_strerror(code)), try_later);
}

Answer Fetcher::get(const std::string& first, const Conditions& conditions, const std::vector<std::string>& hosts, const std::atomic<bool>& stop) {
  Answer answer{true, first, {}, {}, {}, {}};
  for (int hop = 0; hop <= most_redirects; ++hop) {
    auto host = indexer::host_of(answer.address);
    if (!host || std::ranges::find(hosts, *host) == hosts.end()) {
      throw Error(ErrorKind::forbidden, fmt::format("{}先のサーバーは一覧にありません（{}）。", hop ? "転送" : "リンク", text::clamp_utf8(answer.address, 300)),
                  "そこからも集めるなら、sources.toml の hosts にその名前を加えてください。");
    }
    await_turn(*host, stop);
    answer.body.clear();
    long status = request(answer.address, conditions, answer.body, stop);
    turn_[*host] = steady_clock::now() + settings_.delay;
    CURL* curl = handle_->curl;
    if (status == 304 && !(conditions.etag.empty() && conditions.modified.empty())) return {false, answer.address, {}, {}, {}, {}};
    if (status == 200) {
      answer.etag = header(curl, "ETag");
      answer.modified = header(curl, "Last-Modified");
      answer.file_name = file_name(header(curl, "Content-Disposition"), answer.address);
      return answer;
    }
    if (status == 429 || status == 503) {
      curl_off_t wished = 0;
      curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wished);
      auto until = system_clock::now() + std::chrono::seconds(wished > 0 ? std::min(wished, longest_rest) : unsaid_rest);
      resting_until_[*host] = until;
      throw Resting(fmt::format("サーバーが間を置くように求めています（{}）。", text::clamp_utf8(answer.address, 300)), until);
    }
    if (status == 404 || status == 410) throw Error(ErrorKind::missing, fmt::format("ページがありません（{}）。", text::clamp_utf8(answer.address, 300)), "移ったのなら、sources.toml の address を直してください。");
    char* location = nullptr;
    bool redirected = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (redirected) curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
    if (!location) throw unreachable(answer.address, fmt::format("サーバーが要求を断りました: {}", status), try_later);
    auto next = resolve(answer.address, location);
    bool weaker = next && answer.address.starts_with("https:") && !next->starts_with("https:");
    if (!next || weaker) throw unreachable(answer.address, "http・https でない、又は暗号化の外れる所へ転送されました", "移ったのなら、sources.toml の address を直してください。");
    answer.address = *next;
  }
  throw unreachable(first, fmt::format("転送が{}回を超えました", most_redirects), "移ったのなら、sources.toml の address を直してください。");
}

}  // namespace shirube::indexer
