#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>

#include "indexer/extract.h"
#include "indexer/readers/mail_header.h"
#include "text/error.h"

using namespace shirube;
using indexer::decode_header;

namespace {

std::vector<std::string> lines(const indexer::Extract& e) {
  std::vector<std::string> out;
  for (auto& page : e.pages)
    for (auto& line : page.lines)
      if (!line.text.empty()) out.push_back(line.text);
  return out;
}

std::string mail(const std::string& headers, const std::string& body) {
  return "From: joho@hoshimi.example\r\nDate: Tue, 31 Mar 2026 20:00:00 +0000\r\nSubject: =?UTF-8?B?6YCa55+l?=\r\nMIME-Version: 1.0\r\n" + headers + "\r\n" + body;
}

/// A multipart of the given parts, each with its headers.
std::string multipart(const std::string& kind, const std::vector<std::string>& parts) {
  std::string boundary = "=_" + kind.substr(0, 3), out = "Content-Type: multipart/" + kind + "; boundary=\"" + boundary + "\"\r\n\r\n";
  for (auto& part : parts) out += "--" + boundary + "\r\n" + part + "\r\n";
  return out + "--" + boundary + "--\r\n";
}

std::string message(const std::string& content) { return mail("", "").substr(0, mail("", "").size() - 2) + content; }

std::string refusal(const std::string& bytes) {
  try {
    indexer::read(bytes, "a.eml");
    return {};
  } catch (const Error& e) {
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

const std::string kPlain = "Content-Type: text/plain; charset=UTF-8\r\n\r\n本文です。\r\n";
const std::string kHtml = "Content-Type: text/html; charset=UTF-8\r\n\r\n<p>ページです。</p><ol><li>甲</li></ol>\r\n";
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("words of headers are read however they were written", "[mail]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Re: =?UTF-8?B?6YCa55+l?=", "Re: 通知"},
      {"=?UTF-8?B?6YCa?= =?UTF-8?B?55+l?=", "通知"},
      {"=?UTF-8?B?6YCa?=\r\n\t=?UTF-8?B?55+l?= (1)", "通知 (1)"},
      {"=?utf-8?B?6YCa5w==?= =?utf-8?B?n6U=?=", "通知"},  // a character split between two words
      {"=?ISO-2022-JP?B?GyRCRExDThsoQg==?= =?ISO-2022-JP?B?GyRCPXEbKEI=?=", "通知書"},
      {"=?utf-8?Q?=E9=80=9A=E7=9F=A5_A?=", "通知 A"},
      {"=?utf-8*ja?Q?=E9=80=9A?=", "通"},
      {"\x92\xCA\x92\x6D", "通知"},                  // raw CP932
      {"\x1B$BDLCN\x1B(B", "通知"},                  // raw JIS
      {"通知", "通知"},
      {"=?x-none?B?6YCa55+l?=", "通知"},
      {"=?UTF-8?X?abc?= =?", "=?UTF-8?X?abc?= =?"},
      {"a\r\n b", "a b"},
  };
  for (const auto& [raw, expected] : cases) CHECK(decode_header(raw) == expected);
}

TEST_CASE("encoded words that never end take time in line with the header", "[mail]") {
  auto seconds = [](size_t words) {
    std::string raw = "=?utf-8?B?6YCa?=";
    while (words-- > 0) raw += "=?a?b?x";
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
      std::clock_t begin = std::clock();
      CHECK(decode_header(raw).starts_with("通=?a"));
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
  };
  // Eight times the words would take 64 times as long if the time were their square.
  CHECK(seconds(40000) < 24 * seconds(5000));
}

TEST_CASE("a mail is told from a text", "[mail]") {
  CHECK(indexer::looks_like_mail("Received: by x\r\n\tid 1\r\nFrom: a\r\n\r\nb"));
  CHECK(indexer::looks_like_mail("From a@b Mon\nDate: x\nSubject: y\n\nb"));
  CHECK_FALSE(indexer::looks_like_mail("件名: 通知\n日時: 4月1日\n"));
  CHECK_FALSE(indexer::looks_like_mail("Subject: 通知\n\n本文"));
  CHECK_FALSE(indexer::looks_like_mail("From: 総務課\nTo: 各課\nSubject: 通知\n\n本文"));
  CHECK_FALSE(indexer::looks_like_mail("Date: 4/1\n第１　目的\n"));
  CHECK_FALSE(indexer::looks_like_mail(""));
}

TEST_CASE("a message is the notice and its attachments are its documents", "[mail]") {
  auto e = indexer::read(message(multipart("mixed", {multipart("alternative", {kPlain, kHtml}),
                                                     "Content-Type: application/pdf; name=\"=?UTF-8?B?5Yil57SZLnBkZg==?=\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n",
                                                     "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*0*=utf-8''%E5%88%A5; filename*1*=%E6%B7%BB.docx\r\n\r\nPK\r\n",
                                                     "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"C:/x/\x95\xCA\x95\x5C.xls\"\r\n\r\nx\r\n",
                                                     "Content-Type: application/pdf\r\n\r\nx\r\n",
                                                     "Content-Type: image/png\r\nContent-ID: <a>\r\n\r\nx\r\n",
                                                     "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n",
                                                     "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n"})),
                         "a.txt");
  CHECK(e.media_type == "message/rfc822");
  CHECK(e.facts.title == "通知");
  CHECK(e.facts.issued == "2026-04-01");  // in Japan
  CHECK(lines(e) == Lines{"本文です。"});
  Lines names;
  for (auto& member : e.members) names.push_back(member.name);
  CHECK(names == Lines{"別紙.pdf", "別添.docx", "別表.xls", "添付4.pdf"});
  CHECK(e.members[0].bytes == "%PDF-");
  REQUIRE(e.warnings.size() == 2);
  CHECK(e.warnings[0] == "画像（本文検索の対象外）: 1 か所");
  CHECK(e.warnings[1].find("winmail.dat") != std::string::npos);
}

TEST_CASE("bodies are read in the encoding that fits", "[mail]") {
  CHECK(lines(indexer::read(mail("Content-Type: text/plain; charset=iso-2022-jp\r\n", "\x1B$BDLCN\x1B(B"), "a")) == Lines{"通知"});
  CHECK(lines(indexer::read(mail("Content-Type: text/plain; charset=utf-8\r\n", "\x8E\x73\x82\xCC\x92\xCA\x92\x6D"), "a")) == Lines{"市の通知"});
  CHECK(lines(indexer::read(mail("", "\x8E\x73\x82\xCC\x92\xCA\x92\x6D"), "a")) == Lines{"市の通知"});
  CHECK(lines(indexer::read(mail("Content-Type: text/plain; charset=iso-8859-1\r\n", "市の通知"), "a")) == Lines{"市の通知"});
  CHECK(lines(indexer::read(mail("Content-Type: text/plain; charset=euc-jp\r\nContent-Transfer-Encoding: quoted-printable\r\n", "=BB=D4=A4=CE=C4=CC=C3=CE"), "a")) == Lines{"市の通知"});
  CHECK(lines(indexer::read(mail("Content-Type: text/plain; charset=utf-8; format=flowed\r\n", "市の \r\n通知\r\n> 引用\r\n"), "a")) == Lines{"市の 通知", "> 引用"});
  CHECK(lines(indexer::read(message(kHtml), "a")) == Lines{"ページです。", "1. 甲"});
}

TEST_CASE("a forwarded mail is a document, or the mail itself when nothing else is sent", "[mail]") {
  auto inner = "Content-Type: message/rfc822\r\n\r\n" + mail("Content-Type: text/plain; charset=utf-8\r\n", "中の本文。");
  auto beside = indexer::read(message(multipart("mixed", {kPlain, inner})), "a");
  REQUIRE(beside.members.size() == 1);
  CHECK(beside.members[0].name == "通知.eml");
  CHECK(lines(indexer::read(beside.members[0].bytes, "a")) == Lines{"中の本文。"});
  CHECK(lines(indexer::read(message(multipart("mixed", {inner})), "a")) == Lines{"中の本文。"});
}

TEST_CASE("a page saved as MHTML is read as the page", "[mail]") {
  auto e = indexer::read("From: <Saved by Blink>\r\nSnapshot-Content-Location: https://hoshimi.example/\r\nSubject: x\r\nDate: Tue, 31 Mar 2026 20:00:00 +0000\r\nMIME-Version: 1.0\r\n" +
                             multipart("related", {"Content-Type: text/html\r\n\r\n<html><head><meta charset=utf-8><title>規程 | 市</title></head><body><main><h1>規程</h1><p>守る。</p></main></body></html>\r\n",
                                                   "Content-Type: image/png\r\nContent-Location: a.png\r\n\r\nx\r\n"}),
                         "a.mht");
  CHECK(e.facts.title == "規程");
  CHECK(e.facts.issued.empty());
  CHECK(lines(e) == Lines{"規程", "守る。"});
  CHECK(e.members.empty());
}

TEST_CASE("encrypted, empty and endless mails are refused with their reason", "[mail]") {
  CHECK(refusal(message(multipart("encrypted", {"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n", "Content-Type: application/octet-stream\r\n\r\nx\r\n"}))).find("暗号化") == 0);
  CHECK(refusal(mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n", "x")).find("暗号化") == 0);
  CHECK(refusal(mail("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n", "x")).find("署名") != std::string::npos);
  CHECK(refusal(mail("", "-----BEGIN PGP MESSAGE-----\r\nx")).find("暗号化") == 0);
  CHECK(refusal(mail("", "\r\n")).find("本文のない") == 0);
  std::string deep = kPlain;
  for (int i = 0; i < 30; ++i) deep = multipart("mixed" + std::to_string(i), {deep});
  CHECK(refusal(message(deep)).find("入れ子") != std::string::npos);
  CHECK(refusal(message(multipart("mixed", std::vector<std::string>(1100, kPlain)))).find("多すぎます") != std::string::npos);
}
