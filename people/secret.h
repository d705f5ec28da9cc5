#pragma once

#include <string>

// Randomness of libsodium's. Private to people/; safe from any thread.
namespace shirube::people {

/// Makes libsodium ready; each user of it calls this first.
void prepare_sodium();

/// 256 random bits in base64url (RFC 4648, 5): 43 characters.
std::string random_token();

}  // namespace shirube::people
