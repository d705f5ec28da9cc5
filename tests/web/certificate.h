#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>

/// A self-made certificate for 127.0.0.1, valid from and until so many days from now, and its key, as PEM files.
struct Certificate {
  Certificate(const std::filesystem::path& folder, const std::string& name, int from_day = -1, int until_day = 1)
      : certificate(folder / (name + ".pem")), key(folder / (name + ".key")) {
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), X509_free);
    constexpr long day = 24 * 60 * 60;
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from_day * day);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), until_day * day);
    X509_NAME* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_set_pubkey(made.get(), pair.get());
    std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> names(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"), X509_EXTENSION_free);
    X509_add_ext(made.get(), names.get(), -1);
    X509_sign(made.get(), pair.get(), EVP_sha256());
    std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(certificate.c_str(), "w"), std::fclose);
    PEM_write_X509(out.get(), made.get());
    std::unique_ptr<FILE, int (*)(FILE*)> key_out(std::fopen(key.c_str(), "w"), std::fclose);
    PEM_write_PrivateKey(key_out.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }

  std::filesystem::path certificate, key;
};
