#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A question and its answer as plain values, without a socket or a server library.
namespace shirube::web {

/// Header fields in the order they were sent. Names compare without case.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first value of `name`; empty when there is none.
std::string_view header_of(const Headers& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string target;  ///< path and query as sent, still percent-encoded
  Headers headers;
  std::string body;
  std::string peer{};  ///< address of the client as the socket has it; empty without a socket
  bool secure = false;  ///< it came by TLS of this service
};

/// Bytes of a file that go out as the body, read when they are sent.
struct FilePart {
  std::filesystem::path path;
  uint64_t offset = 0, length = 0;
};

/// The answer to HEAD is that to GET: whoever sends it leaves the body out.
struct Response {
  int status = 200;
  std::string content_type;  ///< empty when there is no body
  Headers headers;
  std::string body;
  std::optional<FilePart> file;  ///< sent in place of `body`
};

}  // namespace shirube::web
