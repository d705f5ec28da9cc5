#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "web/message.h"

// Where a request comes from, when proxies may stand between.
namespace shirube::web {

/// Addresses and networks: 192.0.2.1, 10.0.0.0/8, 2001:db8::/32. Immutable once made: safe between threads.
class Addresses {
 public:
  Addresses() = default;
  /// Throws Error{invalid} naming `setting` and the word that is no address.
  Addresses(const std::vector<std::string>& words, std::string_view setting);

  /// False for what is no address.
  bool contains(std::string_view address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    std::array<uint8_t, 16> bytes;  ///< IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2)
    unsigned bits;
  };
  std::vector<Network> networks_;
};

/// Of this machine itself: 127.0.0.0/8 and ::1.
bool is_loopback(std::string_view address);

/// The client's address: that of the socket (`peer`) unless it is a trusted proxy's. Then X-Forwarded-For is read from its end,
/// where the nearest proxy wrote, and the first address that is no trusted proxy's is the client; what stands before it anybody may
/// have made up. An entry that is no address ends the reading at the proxy that passed it on. Ports are taken off; at most sixteen
/// entries are read.
std::string client_address(const std::string& peer, const Headers& headers, const Addresses& trusted);

/// Whether it was forwarded by someone whom the settings do not trust to say for whom: such a request is of nobody on this machine,
/// whatever its socket says.
bool forwarded_by_stranger(const std::string& peer, const Headers& headers, const Addresses& trusted);

/// Whether the client's way here is encrypted: by TLS of this service, or as a trusted proxy says by X-Forwarded-Proto.
bool came_securely(const Request& request, const Addresses& trusted);

/// What one client is counted by: an IPv4 address, or the /64 network that one customer of IPv6 has.
std::string counting_key(std::string_view address);

}  // namespace shirube::web
