#include "harness/simulation/address_book.hpp"
#include "harness/simulation/tests/asking_fixture.hpp"

namespace hassle::harness {
namespace {

using scenario::address_family;

using NamesFixture = AskingFixture;
struct NamesWithIpv6Fixture : NamesFixture {
  NamesWithIpv6Fixture() : NamesFixture(true) {}
};
using Names = NamesFixture;
using NamesWithIpv6 = NamesWithIpv6Fixture;

TEST_F(NamesWithIpv6, ResolveToTheAddressOfIpv6First) {
  look_up("homeassistant.local");
  pair.run_until(1s);
  EXPECT_THAT(pair.log, ElementsAre("0 client: fd00::2 10.0.0.2"));
}

TEST_F(NamesWithIpv6, BothAddressesLeadToTheHost) {
  pair.listen();
  pair.dial({"fd00::2", 8123});
  pair.run_until(1s);
  pair.dial({"10.0.0.2", 8123});
  pair.run_until(2s);
  EXPECT_THAT(pair.log, ElementsAre("20 client: connected", "30 server: accepted",
                                    "1020 client: connected", "1030 server: accepted"));
  EXPECT_EQ(pair.journal.front(), "0 dialed c1 [fd00::2]:8123");
}

TEST_F(NamesWithIpv6, PeersHaveAddressesOfTheSameFamily) {
  pair.listen();
  pair.dial({"fd00::2", 8123});
  pair.run_until(1s);
  EXPECT_EQ(pair.at_client->peer_address(), "fd00::2");
  EXPECT_EQ(pair.at_server->peer_address(), "fd00::1");
}

TEST_F(Names, AFurtherEndpointHasAnAddressAndAPathOfItsOwn) {
  pair.net.add_endpoint("remote", pair.server, 100ms);
  pair.listen();
  look_up("remote");
  pair.dial({"remote", 8123});
  pair.run_until(1s);
  EXPECT_THAT(pair.log,
              ElementsAre("0 client: 10.1.0.2", "200 client: connected", "300 server: accepted"));
  EXPECT_EQ(pair.at_client->peer_address(), "10.1.0.2");
  EXPECT_EQ(pair.at_server->peer_address(), "10.0.0.1");
}

TEST_F(Names, AFurtherEndpointHasTheNetworksLatencyUnlessToldOtherwise) {
  pair.net.add_endpoint("remote", pair.server);
  pair.listen();
  pair.dial({"remote", 8123});
  pair.run_until(1s);
  EXPECT_EQ(pair.log.front(), "20 client: connected");
}

TEST(AddressBook, AMoveLeavesTheOldAddressVacant) {
  two_hosts pair;
  address_book book(true);
  const way& first = book.add_host(pair.server, "server");
  const std::string before = first.v4->address;
  book.move(book.ways().front(), address_family::v4, 7);
  ASSERT_NE(book.at_address(before), nullptr);
  EXPECT_TRUE(book.at_address(before)->vacant);
  EXPECT_EQ(book.at_address(before)->vacated_by, 7U);
  EXPECT_EQ(first.former_v4, book.at_address(before));
  EXPECT_NE(first.v4->address, before);
  EXPECT_FALSE(first.v4->vacant);
  EXPECT_FALSE(first.v6->vacant);
}

TEST(AddressBook, AVacancyIsAnAddressThatNobodyEverHad) {
  two_hosts pair;
  address_book book(false);
  const way& first = book.add_host(pair.server, "server");
  const place& nobody = book.vacancy(first, address_family::v4, 3);
  EXPECT_TRUE(nobody.vacant);
  EXPECT_NE(nobody.address, first.v4->address);
  EXPECT_EQ(&book.vacancy(first, address_family::v4, 4), &nobody);
}

}  // namespace
}  // namespace hassle::harness
