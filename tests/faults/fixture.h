#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <sched.h>
#include <string>
#include <vector>

#include "indexer/check.h"
#include "indexer/desk.h"
#include "indexer/index_writer.h"
#include "people/sessions.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"
#include "text/analyzer.h"

// A service of its own process, and disks that fail it.

/// The session that clients show.
inline httplib::Headers& entrance() {
  static httplib::Headers headers;
  return headers;
}

/// What a client sends from a page of the service, signed in as who Office::found() made.
inline httplib::Headers from_here() {
  httplib::Headers headers{{"Sec-Fetch-Site", "same-origin"}};
  for (const auto& header : entrance()) headers.insert(header);
  return headers;
}

/// A service on a data directory, from the first line it prints until it ends or is killed.
class Running {
 public:
  /// `also` stands in its environment, in place of what does under these names: NAME=value.
  Running(const std::string& data, const std::string& settings, const std::filesystem::path& to, std::vector<std::string> also = {}) : to_(to) {
    port_ = free_port();
    std::vector<std::string> words = {shirube::test::program, "--data", data, "--config", settings, "serve", "--port", std::to_string(port_)};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<char*> environment;
    for (auto& one : also) environment.push_back(one.data());
    auto said_before = [&](std::string_view one) {
      return std::ranges::any_of(also, [&](std::string_view set) { return set.substr(0, set.find('=')) == one.substr(0, one.find('=')); });
    };
    for (char** one = environ; *one; ++one) {
      if (!said_before(*one)) environment.push_back(*one);
    }
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, (to_ / "serve.out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, (to_ / "serve.err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(posix_spawn(&pid_, shirube::test::program, &actions, nullptr, argv.data(), environment.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    while (slurp(to_ / "serve.out").find("http://") == std::string::npos) {
      INFO(said());
      REQUIRE(::waitpid(pid_, &status_, WNOHANG) == 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ~Running() { end(SIGKILL); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, &status_, 0);
    pid_ = 0;
  }
  void tell(int signal) const { ::kill(pid_, signal); }
  /// Whether it ends by itself, well.
  bool ends() {
    for (auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120); std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      if (::waitpid(pid_, &status_, WNOHANG) != pid_) continue;
      pid_ = 0;
      return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
    }
    return false;
  }
  /// On its standard output and error.
  std::string said() const { return slurp(to_ / "serve.out") + slurp(to_ / "serve.err"); }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_keep_alive(true);
    client.set_read_timeout(60);
    client.set_default_headers(entrance());
    return client;
  }
  /// The status of a page; 0 when there was no answer.
  int status(const std::string& target) const {
    auto answer = client().Get(target);
    return answer ? answer->status : 0;
  }
  std::string body(const std::string& target) const {
    auto answer = client().Get(target);
    return answer ? answer->body : "";
  }
  httplib::Result hand_in(const std::string& name, const std::string& bytes) const {
    return client().Post("/api/v1/drafts?name=" + name, from_here(), bytes, "application/octet-stream");
  }
  httplib::Result judge(const std::string& query, int grade = 2) const {
    return client().Post("/judgements", from_here(), httplib::Params{{"q", query}, {"document", "kijun"}, {"clause", "1"}, {"grade", std::to_string(grade)}});
  }

 private:
  static int free_port() {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    return bound ? ntohs(address.sin_port) : 0;
  }

  std::filesystem::path to_;
  int port_ = 0, status_ = 0;
  pid_t pid_ = 0;
};

/// The environment in which a service meets what fate.cc makes of SHIRUBE_FATE_….
inline std::vector<std::string> fated(const std::string& fate) {
  // AddressSanitizer ends a program into which anything was loaded before it, unless it is told not to look.
  const char* options = std::getenv("ASAN_OPTIONS");
  return {std::string("LD_PRELOAD=") + SHIRUBE_FATE, "ASAN_OPTIONS=" + (options ? options + std::string(":") : "") + "verify_asan_link_order=0", fate};
}

/// A data directory with one document, and the commands on it. Settings without lists of words, and without programs from outside.
struct Office {
  TemporaryFolder folder;
  std::string data = folder / "data";
  std::string settings = write("config/shirube.toml", "[ingest]\nlibreoffice = \"\"\nocr = \"\"\n[index]\nthreads = 1\n[limits]\naddress_requests = 0\naccount_requests = 0\n");
  std::string policy = write("kijun.md", "# 星見市端末利用基準\n\n第1条　この基準は、端末の利用について定める。\n第2条　端末を持ち出すときは、届け出る。\n");

  std::string write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  int run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--data", data, "--config", settings});
    return run_shirube(arguments, folder.path());
  }
  std::string out() const { return slurp(folder / "out"); }
  std::string err() const { return slurp(folder / "err"); }
  void found() const {
    std::filesystem::copy_file(std::filesystem::path(shirube::test::source_folder) / "config/access.toml", folder / "config/access.toml");
    write("config/ledgers/kiroku.toml", R"(
name = "見本の台帳"
prefix = "見本"
audience = "staff"
roles = ["administrator"]
field = [{ key = "question", name = "質問", kind = "text" }, { key = "clauses", name = "根拠", kind = "citations" }, { key = "papers", name = "写し", kind = "files" }]
state = [{ key = "open", name = "受付" }, { key = "done", name = "公開", closed = true }]
step = [{ key = "publish", name = "公開する", from = ["open"], to = "done", roles = ["administrator"], publish = ["all"] }]
publication = [{ key = "all", name = "公開する版", audience = "staff", title = "回答 {number}", fields = ["question", "clauses"] }]
)");
    REQUIRE(run({"ingest", policy, "--effective", "2025-04-01"}) == 0);
    enter();
  }
  /// Signs somebody in who may do everything.
  void enter() const {
    using namespace shirube;
    store::Database database(std::filesystem::path(data) / "shirube.db", store::Database::Open::existing);
    people::Accounts accounts(database, people::AccessTable(), {1, 1 << 20});
    people::SignIn sign_in(database, accounts);
    const std::string password = "kumo-no-mukou-no-yama";
    people::Account account;
    account.login = "hoshi", account.name = "星 管理", account.role = "administrator";
    accounts.set_password(accounts.add(account, password + "-1"), password, true);
    std::string token = sign_in.begin("hoshi", password, "127.0.0.1", "").token;
    entrance() = {{"Cookie", "shirube=" + token}, {"X-CSRF-Token", sign_in.find(token).value().csrf}};
  }
  /// A draft that is ready to be published under a name.
  int64_t draft(const std::string& text, const std::string& slug) const {
    using namespace shirube;
    store::Database database(data + "/shirube.db", store::Database::Open::existing);
    indexer::Desk desk(database, store::Files(data + "/files"), {indexer::ExtractionLimits{}, test::program});
    auto all = corpus::Viewer::everything();
    int64_t id = desk.receive(all, {"", text + ".txt", "第1条　" + text + "の端末を返す。\n"});
    desk.read_waiting([](int64_t) {}, std::atomic<bool>(false));
    corpus::Facts facts = desk.drafts().find(all, id).value().facts;
    facts.slug = slug, facts.title = "端末の返却";
    desk.drafts().set_facts(all, id, desk.drafts().find(all, id)->revision, facts);
    return id;
  }
  void require_clean() const {
    for (const char* command : {"check", "events"}) {
      int code = run(command == std::string("check") ? std::vector<std::string>{command} : std::vector<std::string>{command, "verify"});
      INFO(command << ": " << out() << err());
      REQUIRE(code == 0);
    }
  }
};

/// Hands a text in, waits until it was read, and publishes it under a name. The status of the last answer; 0 when there was none.
/// `kept` is told once it is on disk.
inline int publish(httplib::Client& client, const std::string& name, const std::string& text, const std::function<void()>& kept = [] {}) {
  using Json = nlohmann::json;
  auto answer = client.Post("/api/v1/drafts?name=" + name + ".txt", from_here(), text, "application/octet-stream");
  if (!answer) return 0;
  if (answer->status != 201) return answer->status;
  kept();
  std::string id = Json::parse(answer->body).at("id").dump();
  Json draft;
  do {
    auto shown = client.Get("/api/v1/drafts/" + id);
    if (!shown) return 0;
    draft = Json::parse(shown->body, nullptr, false).value("draft", Json::object());
  } while (draft.value("state", "waiting") == "waiting");
  auto published = client.Post("/drafts/" + id, from_here(), httplib::Params{{"action", "publish"}, {"slug", name}, {"title", name}, {"revision", draft.at("revision").dump()}});
  return published ? published->status : 0;
}

inline bool eventually(const std::function<bool()>& holds) {
  for (auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120); std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
    if (holds()) return true;
  }
  return false;
}

/// A small disk in memory, seen by this process and those it starts. Where the kernel gives none, `there()` is false.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& at, int mib) : at_(at) {
    std::filesystem::create_directories(at_);
    there_ = own_mounts() && ::mount("tmpfs", at_.c_str(), "tmpfs", 0, ("size=" + std::to_string(mib) + "m").c_str()) == 0;
    if (!there_ && std::getenv("CI") != nullptr) FAIL("小さなディスク（tmpfs）をマウントできません（" << std::strerror(errno) << "）。CI ではこのテストを飛ばしません。");
    if (!there_) WARN("このテストは行いません: 小さなディスク（tmpfs）をマウントできません（" << std::strerror(errno) << "）。管理者として、または利用者名前空間の使える環境で実行してください。");
  }
  ~SmallDisk() {
    if (there_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool there() const { return there_; }

  /// Leaves so many bytes free.
  void fill(uint64_t free) const {
    std::ofstream filler(at_ / "filler", std::ios::binary | std::ios::app);
    const std::string some(4096, 'x');
    while (std::filesystem::space(at_).available > free && filler.write(some.data(), static_cast<std::streamsize>(some.size())).flush()) {}
  }
  void empty() const { std::filesystem::remove(at_ / "filler"); }

  void set_read_only(bool read_only) const { REQUIRE(::mount(nullptr, at_.c_str(), nullptr, MS_REMOUNT | (read_only ? MS_RDONLY : 0), nullptr) == 0); }

 private:
  /// Once: mounts that end with this process.
  static bool own_mounts() {
    static const bool own = [] {
      auto write = [](const char* file, const std::string& line) { std::ofstream(file) << line; };
      std::string user = std::to_string(::getuid()), group = std::to_string(::getgid());
      if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        write("/proc/self/setgroups", "deny");
        write("/proc/self/uid_map", "0 " + user + " 1");
        write("/proc/self/gid_map", "0 " + group + " 1");
      }
      return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }();
    return own;
  }

  std::filesystem::path at_;
  bool there_ = false;
};
