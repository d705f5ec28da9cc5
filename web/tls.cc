#include "web/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <fstream>

#include "text/error.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Of TLS 1.2 those that leave yesterday's traffic closed when a key is lost (RFC 9325, 4.2); those of 1.3 all do.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr auto glance = 10s;

/// OpenSSL's reason, taken from its queue, which is left empty.
std::string reason() {
  unsigned long code = ERR_peek_last_error();
  const char* text = ERR_reason_error_string(code);
  ERR_clear_error();
  return text ? text : "unknown";
}

[[noreturn]] void fail(const std::string& message, const std::string& hint) {
  ERR_clear_error();
  throw Error(ErrorKind::invalid, message, hint);
}

void must_open(const fs::path& file, std::string_view setting) {
  if (std::ifstream(file).good() && fs::is_regular_file(file)) return;
  throw Error(ErrorKind::missing, fmt::format("設定 {} のファイルを読めません: {}", setting, file.string()), "場所と、サービスの利用者が読める権限かを確認してください。");
}

std::chrono::system_clock::time_point moment(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string day(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

void check_days(X509* certificate, const fs::path& file) {
  const ASN1_TIME *begin = X509_get0_notBefore(certificate), *end = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(end) < 0) fail(fmt::format("証明書の期限が切れています（{} まで）: {}", day(end), file.string()), "新しい証明書を受け取り、設定 serve.certificate のファイルを置き換えてください。");
  if (X509_cmp_current_time(begin) > 0) fail(fmt::format("証明書はまだ有効ではありません（{} から）: {}", day(begin), file.string()), "この機械の時計が正しいか、証明書の有効期間を確認してください。");
}

std::shared_ptr<SSL_CTX> make_context() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw Error(ErrorKind::internal, "TLS を準備できません（" + reason() + "）。", "");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(context.get(), ciphers);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // OpenSSL would ask for a passphrase on the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  return context;
}

}  // namespace

Tls::Tls(fs::path certificate, fs::path key, std::function<void(std::string_view)> log)
    : certificate_(std::move(certificate)), key_(std::move(key)), log_(std::move(log)), seen_(stamp()), pair_(load()), looked_(std::chrono::steady_clock::now()) {}

Tls::Stamp Tls::stamp() const {
  std::error_code ignored;
  return {fs::last_write_time(certificate_, ignored), fs::last_write_time(key_, ignored)};
}

Tls::Pair Tls::load() const {
  must_open(certificate_, "serve.certificate");
  must_open(key_, "serve.key");
  auto context = make_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_.c_str()) != 1) {
    fail(fmt::format("証明書を読めません（{}）: {}", reason(), certificate_.string()), "設定 serve.certificate には PEM 形式（-----BEGIN CERTIFICATE-----）のファイルを指定してください。");
  }
  check_days(SSL_CTX_get0_certificate(context.get()), certificate_);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_.c_str(), SSL_FILETYPE_PEM) != 1) {
    unsigned long code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH) {
      fail("証明書と鍵が組になっていません: " + certificate_.string() + "、" + key_.string(), "設定 serve.certificate と serve.key に、同じ組のファイルを指定してください。");
    }
    fail(fmt::format("鍵を読めません（{}）: {}", reason(), key_.string()), "設定 serve.key には PEM 形式で、パスフレーズの付いていない鍵のファイルを指定してください。");
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    fail("証明書と鍵が組になっていません: " + certificate_.string() + "、" + key_.string(), "設定 serve.certificate と serve.key に、同じ組のファイルを指定してください。");
  }
  return {context, moment(X509_get0_notAfter(SSL_CTX_get0_certificate(context.get())))};
}

std::shared_ptr<ssl_ctx_st> Tls::context() {
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  if (now - looked_ < glance) return pair_.context;
  looked_ = now;
  if (Stamp stamp = this->stamp(); stamp != seen_) {
    seen_ = stamp;
    try {
      pair_ = load();
      log_("新しい証明書を使い始めました。");
    } catch (const Error& e) {
      log_(fmt::format("置き換えられた証明書は使えないため、前のものを使い続けます。{} {}", e.message(), e.hint()));
    }
  }
  return pair_.context;
}

std::chrono::system_clock::time_point Tls::end() const {
  std::lock_guard lock(mutex_);
  return pair_.end;
}

}  // namespace shirube::web
