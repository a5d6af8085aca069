#include "../src/deflate_offer.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace hassle::net {
namespace {

TEST(DeflateOffer, WhatTheClientSaysAboutItselfIsNotRepeated) {
  EXPECT_EQ(acceptable_offer("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(acceptable_offer("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(acceptable_offer("permessage-deflate; client_no_context_takeover; "
                             "client_max_window_bits=10"),
            "permessage-deflate");
}

TEST(DeflateOffer, WhatIsAskedOfTheServerIsKept) {
  EXPECT_EQ(acceptable_offer("permessage-deflate; server_max_window_bits=10"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(acceptable_offer("Permessage-Deflate;server_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover");
}

TEST(DeflateOffer, TheFirstAcceptableOneCounts) {
  EXPECT_EQ(acceptable_offer("x-other, permessage-deflate; server_max_window_bits=8, "
                             "permessage-deflate; server_max_window_bits=12, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=12");
}

TEST(DeflateOffer, InvalidOnesAreNot) {
  for (const auto* bad :
       {"", "x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits=1x",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; unknown"}) {
    EXPECT_EQ(acceptable_offer(bad), "") << bad;
  }
}

}  // namespace
}  // namespace hassle::net
