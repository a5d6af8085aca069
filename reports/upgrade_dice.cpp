#include "reports/upgrade_dice.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

constexpr std::string_view key_header = "Sec-WebSocket-Key: ";
constexpr std::string_view example_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept_header = "Sec-WebSocket-Accept: ";
constexpr std::string_view example_answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view protocol_id = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// Empty if it cannot be made.
std::string answer_to(std::string_view key) {
  const std::string text = std::string(key) + std::string(protocol_id);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    return {};
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

// Calls `settle(text, begin, size)` for the value of each such header, which may be cut off.
template <class Settle>
void for_each_value(std::string& text, std::string_view header, Settle settle) {
  for (auto at = text.find(header); at != std::string::npos; at = text.find(header, at + 1)) {
    const std::size_t begin = at + header.size();
    settle(begin, std::min(text.find_first_of("\r\n", begin), text.size()) - begin);
  }
}

}  // namespace

void settle_upgrades(std::string& from_client, std::string& from_server) {
  std::vector<std::string> answers;
  for_each_value(from_client, key_header, [&](std::size_t begin, std::size_t size) {
    if (size > example_key.size()) return;
    answers.push_back(answer_to(std::string_view(from_client).substr(begin, size)));
    from_client.replace(begin, size, example_key.substr(0, size));
  });
  for_each_value(from_server, accept_header, [&](std::size_t begin, std::size_t size) {
    if (size > example_answer.size()) return;
    const std::string value = from_server.substr(begin, size);
    const auto is_right = [&](const std::string& each) { return each.starts_with(value); };
    if (std::ranges::none_of(answers, is_right)) return;
    from_server.replace(begin, size, example_answer.substr(0, size));
  });
}

}  // namespace hassle::reports
