#include "client/src/engine/chunk_memory.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

namespace json = boost::json;

json::array many() {
  const auto memory = json::make_shared_resource<chunk_memory>();
  json::array all(memory);
  for (int n = 0; n < 5'000; ++n) {
    all.push_back(json::object{{"n", n}, {"text", std::string(static_cast<std::size_t>(n), 'x')}});
  }
  return all;
}

TEST(ChunkMemory, AValueKeepsItAlive) {
  const json::array all = many();
  EXPECT_EQ(all.at(4'999).at("n"), 4'999);
  EXPECT_EQ(all.at(4'999).at("text").as_string(), std::string(4'999, 'x'));
}

RC_GTEST_PROP(ChunkMemory, NoTwoPiecesOverlapAndAllAreAligned, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(1, 40'000), rc::gen::inRange(0, 5)));
  chunk_memory memory;
  std::vector<std::pair<unsigned char*, std::size_t>> pieces;
  for (const auto& [bytes, power] : sizes) {
    const std::size_t alignment = std::size_t{1} << static_cast<unsigned>(power);
    const auto size = static_cast<std::size_t>(bytes);
    auto* piece = static_cast<unsigned char*>(memory.allocate(size, alignment));
    RC_ASSERT(reinterpret_cast<std::uintptr_t>(piece) % alignment == 0U);
    std::memset(piece, static_cast<int>(pieces.size() % 251), size);
    pieces.emplace_back(piece, size);
  }
  for (std::size_t n = 0; n < pieces.size(); ++n) {
    const auto [piece, size] = pieces[n];
    const std::vector<unsigned char> written(size, static_cast<unsigned char>(n % 251));
    RC_ASSERT(std::memcmp(piece, written.data(), size) == 0);
  }
}

}  // namespace
}  // namespace hassle::client
