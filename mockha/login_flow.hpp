#pragma once

#include "mockha/tokens.hpp"
#include "mockha/user.hpp"

#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// Logins with name and password that are under way. Knows no network and no clock.
/// Thread-safety: single-threaded.
class login_flows {
 public:
  struct limits {
    std::size_t flows_max = 1000;  ///< The oldest give way. > 0
  };

  explicit login_flows(net::random_stream random) : login_flows(random, limits{}) {}
  login_flows(net::random_stream random, limits l);

  /// Begins one; its id (32 hex characters).
  [[nodiscard]] std::string begin(std::string_view address);

  enum class verdict : std::uint8_t { unknown_flow, other_address, wrong, good };
  struct step {
    verdict what = verdict::unknown_flow;
    const user* who = nullptr;  ///< Where it is good.
  };
  /// Tries a name and a password. A flow ends when it was good.
  [[nodiscard]] step enter(std::string_view flow, std::string_view address, std::string_view name,
                           std::string_view password, const token_store& tokens);

  /// False if there is no such flow.
  bool abort(std::string_view flow);

 private:
  struct begun {
    std::uint64_t number = 0;  // Of its making.
    std::string address;
  };

  net::random_stream random_;
  limits limits_;
  std::map<std::string, begun, std::less<>> flows_;
  std::uint64_t next_number_ = 1;
};

}  // namespace hassle::mockha
