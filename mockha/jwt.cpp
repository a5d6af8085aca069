#include "mockha/jwt.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cassert>
#include <cstddef>

namespace hassle::mockha::jwt {

namespace {

namespace json = boost::json;

constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Longer ones are malformed: ours have some 180 bytes.
constexpr std::size_t token_bytes_max = 4096;

std::string encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + 3);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[(held >> bits) & 63U];
    }
  }
  if (bits > 0) text += alphabet[(held << (6 - bits)) & 63U];
  return text;
}

// Without padding. Bits that are left over must be zero: each value has one spelling.
std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((held >> bits) & 255U);
    }
  }
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string signature_of(std::string_view text, std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
  unsigned size = 0;
  // OpenSSL takes bytes; these are some.
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes,
                          text.size(), made.data(), &size);
  assert(done != nullptr);
  return {made.begin(), made.begin() + size};
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<parts> split(std::string_view token) {
  if (token.size() > token_bytes_max) return std::nullopt;
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::string_view payload = token.substr(first + 1, last - first - 1);
  if (payload.find('.') != std::string_view::npos) return std::nullopt;
  return parts{.header = token.substr(0, first),
               .payload = payload,
               .signature = token.substr(last + 1),
               .signed_text = token.substr(0, last)};
}

std::optional<json::object> read_object(std::string_view encoded) {
  const auto text = decode(encoded);
  if (!text) return std::nullopt;
  json::error_code ec;
  json::value value = json::parse(*text, ec);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<claims> read_claims(std::string_view encoded) {
  const auto object = read_object(encoded);
  if (!object) return std::nullopt;
  const json::value* issuer = object->if_contains("iss");
  const json::value* issued = object->if_contains("iat");
  const json::value* expires = object->if_contains("exp");
  if (!issuer || !issuer->is_string() || !issued || !issued->is_int64() || !expires ||
      !expires->is_int64()) {
    return std::nullopt;
  }
  return claims{.issuer = std::string(issuer->get_string()),
                .issued = issued->get_int64(),
                .expires = expires->get_int64()};
}

}  // namespace

std::string make(const claims& of, std::string_view key) {
  assert(!key.empty());
  std::string token = encode(header);
  token += '.';
  token += encode(fmt::format(R"({{"iss":{},"iat":{},"exp":{}}})",
                              json::serialize(json::string(of.issuer)), of.issued, of.expires));
  const std::string signature = signature_of(token, key);
  token += '.';
  token += encode(signature);
  return token;
}

std::optional<std::string> claimed_issuer(std::string_view token) {
  const auto p = split(token);
  if (!p) return std::nullopt;
  auto read = read_claims(p->payload);
  if (!read) return std::nullopt;
  return std::move(read->issuer);
}

std::expected<claims, flaw> check(std::string_view token, std::string_view key, wall_time now,
                                  std::chrono::seconds leeway) {
  assert(!key.empty());
  const auto p = split(token);
  if (!p) return std::unexpected(flaw::malformed);
  const auto head = read_object(p->header);
  if (!head) return std::unexpected(flaw::malformed);
  const json::value* algorithm = head->if_contains("alg");
  if (!algorithm || *algorithm != "HS256") return std::unexpected(flaw::algorithm);
  const auto signature = decode(p->signature);
  if (!signature) return std::unexpected(flaw::malformed);
  if (!same_secret(*signature, signature_of(p->signed_text, key))) {
    return std::unexpected(flaw::signature);
  }
  auto read = read_claims(p->payload);
  if (!read) return std::unexpected(flaw::malformed);
  // In whole seconds, which cannot overflow whatever the claims are.
  using std::chrono::seconds;
  const auto since_1970 = now.time_since_epoch();
  if (read->expires <= std::chrono::floor<seconds>(since_1970 - leeway).count()) {
    return std::unexpected(flaw::expired);
  }
  if (read->issued > std::chrono::floor<seconds>(since_1970 + leeway).count()) {
    return std::unexpected(flaw::not_yet_valid);
  }
  return std::move(*read);
}

}  // namespace hassle::mockha::jwt
