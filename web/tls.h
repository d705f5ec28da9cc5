#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace shirube::web {

/// The service's certificate and key, as OpenSSL uses them: TLS 1.2 with forward secrecy and authenticated ciphers, and TLS 1.3; no
/// compression, no renegotiation. Safe to share between threads.
class Tls {
 public:
  /// PEM files: the certificate with those that lead to its issuer, and its key without a passphrase. Throws Error{missing} or
  /// Error{invalid}, saying what is wrong: not readable, no PEM, ended or not yet valid, of two different pairs. `log` is told of a
  /// later change of the files that cannot be used: then the earlier pair stays.
  Tls(std::filesystem::path certificate, std::filesystem::path key, std::function<void(std::string_view)> log);

  /// What a new connection uses. Looks once in ten seconds whether the files were changed, and takes up what they say then.
  std::shared_ptr<ssl_ctx_st> context();

  /// The last moment of the certificate that is in use.
  std::chrono::system_clock::time_point end() const;

 private:
  struct Pair {
    std::shared_ptr<ssl_ctx_st> context;
    std::chrono::system_clock::time_point end;
  };
  struct Stamp {
    std::filesystem::file_time_type certificate, key;
    bool operator==(const Stamp&) const = default;
  };
  Pair load() const;
  Stamp stamp() const;

  const std::filesystem::path certificate_, key_;
  const std::function<void(std::string_view)> log_;
  mutable std::mutex mutex_;
  Stamp seen_;
  Pair pair_;
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace shirube::web
