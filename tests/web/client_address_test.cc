// Who a request comes from, with proxies that are trusted and others that claim to be.
#include "web/client_address.h"

#include <catch2/catch.hpp>

#include "text/error.h"

using namespace shirube::web;

TEST_CASE("addresses and networks") {
  Addresses list({"192.0.2.1", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/33", "::1", "0.0.0.0/32"}, "serve.proxy_addresses");
  for (const char* inside : {"192.0.2.1", "::ffff:192.0.2.1", "10.255.0.1", "172.31.255.255", "2001:db8:7fff::1", "::1"}) {
    INFO(inside);
    CHECK(list.contains(inside));
  }
  for (const char* outside : {"192.0.2.2", "11.0.0.1", "172.32.0.1", "2001:db8:8000::1", "::2", "", "x", "192.0.2.1/24", "192.0.2"}) {
    INFO(outside);
    CHECK_FALSE(list.contains(outside));
  }
  for (const char* bad : {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8"}) {
    INFO(bad);
    CHECK_THROWS_AS(Addresses({bad}, "serve.proxy_addresses"), shirube::Error);
  }
  CHECK(is_loopback("127.0.0.9"));
  CHECK(is_loopback("::ffff:127.0.0.1"));
  CHECK_FALSE(is_loopback("128.0.0.1"));
  CHECK_FALSE(is_loopback(""));
  CHECK(counting_key("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(counting_key("::ffff:192.0.2.1") == "192.0.2.1");
}

TEST_CASE("the client is whom the nearest trusted proxy names") {
  const Addresses trusted({"127.0.0.1", "10.0.0.0/8"}, "serve.proxy_addresses");
  struct Row {
    const char* name;
    std::string peer;
    Headers headers;
    std::string client;
  };
  const Row rows[] = {
      {"no proxy", "192.0.2.7", {}, "192.0.2.7"},
      {"a stranger's claim", "192.0.2.7", {{"X-Forwarded-For", "198.51.100.1"}}, "192.0.2.7"},
      {"a trusted proxy's word", "127.0.0.1", {{"x-forwarded-for", "198.51.100.1"}}, "198.51.100.1"},
      {"what the client made up stands before", "127.0.0.1", {{"X-Forwarded-For", "127.0.0.1, 198.51.100.9, 198.51.100.1"}}, "198.51.100.1"},
      {"two proxies", "127.0.0.1", {{"X-Forwarded-For", "198.51.100.9, 198.51.100.1 , 10.1.2.3"}}, "198.51.100.1"},
      {"two fields are one list", "127.0.0.1", {{"X-Forwarded-For", "198.51.100.9"}, {"X-Forwarded-For", "198.51.100.1, 10.1.2.3"}}, "198.51.100.1"},
      {"with ports", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::5]:4711, 10.1.2.3:80"}}, "2001:db8::5"},
      {"nonsense ends it", "127.0.0.1", {{"X-Forwarded-For", "198.51.100.1, unknown, 10.1.2.3"}}, "10.1.2.3"},
      {"empty", "127.0.0.1", {{"X-Forwarded-For", ","}}, "127.0.0.1"},
      {"all trusted: the farthest", "127.0.0.1", {{"X-Forwarded-For", "10.9.9.9, 10.1.2.3"}}, "10.9.9.9"},
      {"no socket", "", {{"X-Forwarded-For", "198.51.100.1"}}, ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(client_address(row.peer, row.headers, trusted) == row.client);
  }
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "198.51.100.1,";
  CHECK(client_address("127.0.0.1", {{"X-Forwarded-For", many + "10.0.0.1"}}, trusted) == "198.51.100.1");
}

TEST_CASE("what was forwarded is not of this machine, and only a trusted proxy vouches for TLS") {
  const Addresses none, trusted({"127.0.0.1"}, "serve.proxy_addresses");
  CHECK(forwarded_by_stranger("127.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}}, none));
  CHECK(forwarded_by_stranger("127.0.0.1", {{"via", "1.1 proxy"}}, none));
  CHECK_FALSE(forwarded_by_stranger("127.0.0.1", {{"Host", "a"}}, none));
  CHECK_FALSE(forwarded_by_stranger("127.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, trusted));
  Request request;
  request.peer = "127.0.0.1";
  request.headers = {{"X-Forwarded-Proto", "https"}};
  CHECK(came_securely(request, trusted));
  CHECK_FALSE(came_securely(request, none));
  request.headers.clear();
  CHECK_FALSE(came_securely(request, trusted));
  request.secure = true;
  CHECK(came_securely(request, none));
}
