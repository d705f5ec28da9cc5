#pragma once

#include <httplib.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A web server on the loopback that plays what a test says, and remembers what it was asked.
class Site {
 public:
  struct Page {
    std::string body;
    int status = 200;
    httplib::Headers headers{};
    std::string type = "text/plain";
  };
  struct Asked {
    std::string target;  ///< path and query
    httplib::Headers headers;
    std::chrono::steady_clock::time_point at;
  };

  Site() {
    server_.Get(".*", [this](const httplib::Request& request, httplib::Response& response) { answer(request, response); });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // Stopping a server that has not begun would be lost.
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Site() {
    server_.stop();
    thread_.join();
  }

  std::string at(const std::string& path, const std::string& host = "127.0.0.1") const { return "http://" + host + ":" + std::to_string(port_) + path; }

  /// Plays a page. One with an ETag or a Last-Modified answers 304 to who holds it.
  void set(const std::string& path, Page page) {
    std::lock_guard lock(mutex_);
    pages_[path] = std::move(page);
  }
  void remove(const std::string& path) {
    std::lock_guard lock(mutex_);
    pages_.erase(path);
  }
  /// Plays what no page can.
  void set_handler(const std::string& path, httplib::Server::Handler handler) {
    std::lock_guard lock(mutex_);
    handlers_[path] = std::move(handler);
  }

  std::vector<Asked> asked() const {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  size_t count(const std::string& target) const {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count(asked_, target, &Asked::target));
  }
  void forget() {
    std::lock_guard lock(mutex_);
    asked_.clear();
  }

 private:
  void answer(const httplib::Request& request, httplib::Response& response) {
    std::unique_lock lock(mutex_);
    asked_.push_back({request.target, request.headers, std::chrono::steady_clock::now()});
    if (auto handler = handlers_.find(request.path); handler != handlers_.end()) {
      auto play = handler->second;
      lock.unlock();
      return play(request, response);
    }
    auto found = pages_.find(request.path);
    if (found == pages_.end()) {
      response.status = 404;
      return;
    }
    const Page& page = found->second;
    response.headers = page.headers;
    auto held = [&](const char* header, const char* condition) { return response.has_header(header) && request.get_header_value(condition) == response.get_header_value(header); };
    response.status = held("ETag", "If-None-Match") || held("Last-Modified", "If-Modified-Since") ? 304 : page.status;
    if (response.status != 304) response.set_content(page.body, page.type);
  }

  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::map<std::string, Page> pages_;
  std::map<std::string, httplib::Server::Handler> handlers_;
  std::vector<Asked> asked_;
};
