#include <hassle/text/complaint.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace hassle::text {

std::string in_quotes(std::string_view word) {
  constexpr std::size_t shown_max = 60;
  std::size_t shown = std::min(word.size(), shown_max);
  const auto continues = [&](std::size_t at) {  // Inside a UTF-8 sequence.
    return at < word.size() && (static_cast<unsigned char>(word[at]) & 0xc0U) == 0x80U;
  };
  while (shown > 0 && continues(shown)) {
    --shown;
  }
  std::string result = "'";
  for (const char c : word.substr(0, shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  result += (shown < word.size() ? "...'" : "'");
  return result;
}

}  // namespace hassle::text
