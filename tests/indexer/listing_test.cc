#include "indexer/listing.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <ctime>

#include "indexer/child.h"
#include "tests/places.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::indexer;

namespace {

/// A listing as lines, for comparing: address | title | updated.
std::string lines(const Listing& listing) {
  std::string out = listing.base.empty() ? "" : "base " + listing.base + "\n";
  for (const auto& link : listing.links) out += link.address + " | " + link.title + " | " + link.updated + "\n";
  return out;
}

}  // namespace

TEST_CASE("entries of feeds of all kinds are found") {
  struct Row {
    const char* name;
    std::string xml, expected;
  };
  const Row rows[] = {
      {"Atom",
       R"(<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://city.example/a/"><title>星見市</title>
<link href="https://city.example/"/><entry><title type="html">端末の点検 &lt;お知らせ&gt;</title><link rel="self" href="self"/><link rel="alternate" href="1.html"/>
<link rel="enclosure" href="1.pdf"/><published>2026-11-01</published><updated>2026-11-02T00:00:00Z</updated></entry></feed>)",
       "base https://city.example/a/\n1.html | 端末の点検 <お知らせ> | 2026-11-02T00:00:00Z\n1.pdf | 端末の点検 <お知らせ> | 2026-11-02T00:00:00Z\n"},
      {"Atom with a prefix", R"(<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>題</a:title><a:link href="x"/></a:entry></a:feed>)", "x | 題 | \n"},
      {"RSS 2.0",
       R"(<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>c</title><link>https://city.example/</link>
<item><atom:link href="https://wrong.example/" rel="self"/><title>
  二行の
  題 </title><link> https://city.example/1 </link><pubDate>Mon, 02 Nov 2026 00:00:00 GMT</pubDate><enclosure url="/1.pdf"/></item>
<item><title>識別</title><guid>https://city.example/2</guid></item><item><guid isPermaLink="false">3</guid></item></channel></rss>)",
       "https://city.example/1 | 二行の 題 | Mon, 02 Nov 2026 00:00:00 GMT\n/1.pdf | 二行の 題 | Mon, 02 Nov 2026 00:00:00 GMT\nhttps://city.example/2 | 識別 | \n"},
      {"RSS 1.0",
       R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><link>y</link></channel>
<item rdf:about="1"><title><![CDATA[注意 & 喚起]]></title><link>https://city.example/1</link><dc:date>2026-11-02T09:00+09:00</dc:date></item></rdf:RDF>)",
       "https://city.example/1 | 注意 & 喚起 | 2026-11-02T09:00+09:00\n"},
      // 「星見」 in Shift_JIS, as the first line says.
      {"Shift_JIS", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><rss><channel><item><title>\x90\xAF\x8C\xA9</title><link>1</link></item></channel></rss>", "1 | 星見 | \n"},
      {"nothing in it", "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>", ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(lines(read_listing(row.xml, ListingKind::feed)) == row.expected);
  }
}

TEST_CASE("what is no feed is refused") {
  for (const char* bytes : {"", "<html><body>ログイン</body></html>", "<rss><channel>", "plain", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"}) {
    INFO(bytes);
    CHECK_THROWS_WITH(read_listing(bytes, ListingKind::feed), Catch::Contains("フィード（RSS・Atom）として読めません"));
  }
}

TEST_CASE("links of a page are found as they are written") {
  Listing page = read_listing(
      "<html><head><meta charset=\"utf-8\"><base href=\"/files/\"></head><body><a href='a.pdf'>対策\n基準<b>（PDF）</b></a><A HREF=\"B.PDF\"><img alt=\"様式\"></A>"
      "<area href=\"c.docx\"><a name=\"x\">none</a><a href=\"\">empty</a><!-- <a href=\"hidden.pdf\">x</a> --><script>\"<a href='script.pdf'>\"</script></body></html>",
      ListingKind::page);
  CHECK(lines(page) == "base /files/\na.pdf | 対策 基準（PDF） | \nB.PDF | 様式 | \nc.docx |  | \n");
  CHECK(lines(read_listing("<meta charset=Shift_JIS><a href=\"\x90\xAF.pdf\">\x8C\xA9</a>", ListingKind::page)) == "星.pdf | 見 | \n");
  CHECK_THROWS_AS(read_listing("", ListingKind::page), Error);
}

TEST_CASE("a listing is bounded, whatever it says") {
  std::string many = "<body>", deep = "<body>";
  for (int i = 0; i < 6000; ++i) many += "<a href=\"" + std::to_string(i) + "\">" + std::string(i == 0 ? 5000 : 1, 'x') + "</a>";
  Listing page = read_listing(many + "<a href=\"" + std::string(3000, 'y') + "\">", ListingKind::page);
  CHECK(page.links.size() == 5000);
  CHECK(page.links[0].title.size() == 300);
  for (int i = 0; i < 20000; ++i) deep += "<div><a href=\"1\">";
  CHECK_FALSE(read_listing(deep, ListingKind::page).links.empty());
  std::string nested = "<rss>";
  for (int i = 0; i < 200000; ++i) nested += "<channel>";
  CHECK_THROWS_AS(read_listing(nested, ListingKind::feed), Error);
}

TEST_CASE("links that stand around links take time in line with the page") {
  auto seconds = [](size_t links) {
    std::string page = "<body>";
    while (links-- > 0) page += "<a href=1><b>";
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
      std::clock_t begin = std::clock();
      CHECK_FALSE(read_listing(page, ListingKind::page).links.empty());
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
  };
  // Eight times the links would take 64 times as long if the time were their square.
  CHECK(seconds(16000) < 24 * seconds(2000));
}

TEST_CASE("a listing comes back from the child as it was read there") {
  std::atomic<bool> stop{false};
  const std::string feed = "<rss xml:base=\"/a/\"><channel><item><title>題</title><link>1</link><pubDate>today</pubDate></item></channel></rss>";
  CHECK(lines(listing_in_child(feed, ListingKind::feed, {}, test::program, stop)) == "base /a/\n1 | 題 | today\n");
  CHECK(lines(listing_in_child("<a href=2>二</a>", ListingKind::page, {}, test::program, stop)) == "2 | 二 | \n");
  CHECK_THROWS_WITH(listing_in_child("plain", ListingKind::feed, {}, test::program, stop), Catch::Contains("フィード"));
}

TEST_CASE("a long address comes from the child as it is") {
  std::atomic<bool> stop{false};
  std::string address = "https://hoshimi.example/" + std::string(1500, 'a');
  auto listing = listing_in_child("<a href=" + address + ">長い</a>", ListingKind::page, {}, test::program, stop);
  REQUIRE(listing.links.size() == 1);
  CHECK(listing.links[0].address == address);
}
