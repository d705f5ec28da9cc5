#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>

#include "tests/web/town.h"
#include "web/server.h"

/// A connection by hand.
class Wire {
 public:
  /// `receive_buffer`: bytes that the kernel takes in for it; 0: as it likes.
  explicit Wire(int port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// False when the other side has closed.
  bool send(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<size_t>(n);
    }
    return true;
  }
  int socket() const { return fd_; }
  /// All that comes until the other side closes.
  std::string rest() {
    std::string answer;
    char buffer[4096];
    for (ssize_t n; (n = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
    return answer;
  }

 private:
  int fd_;
};

/// A served town.
class ServedTown {
 public:
  explicit ServedTown(shirube::web::ServerOptions options = {}, const shirube::corpus::Viewer& viewer = {{"public", "staff"}, {shirube::corpus::Task::judge}}, shirube::web::Limits limits = {})
      : app(seen_by(viewer, limits)), server(app, options) {
    port = server.bind("127.0.0.1", 0);
    thread = std::thread([this] { server.serve(); });
  }
  ~ServedTown() {
    server.stop();
    thread.join();
  }
  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port);
    client.set_read_timeout(10);
    return client;
  }
  /// Sends bytes as they are and returns all that comes back until the other side closes.
  std::string raw(const std::string& bytes) const {
    Wire wire(port);
    wire.send(bytes);
    return wire.rest();
  }

  shirube::web::AppOptions seen_by(const shirube::corpus::Viewer& viewer, const shirube::web::Limits& limits) {
    shirube::web::AppOptions out = town.options();
    out.viewer = viewer;
    out.limits = limits;
    out.desk.limits.file_bytes = 4 << 20;
    return out;
  }

  Town town;
  shirube::web::App app;
  shirube::web::Server server;
  int port = 0;
  std::thread thread;
};
