#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

struct ip_ban_settings {
  bool enabled = true;
  /// Failed logins that make a ban; below 1 nothing is counted. Home Assistant's default.
  int login_attempts_threshold = -1;
  std::size_t addresses_max = 10'000;  ///< Counted, and banned; the oldest give way. > 0
};

/// Whose logins have failed too often: counts per address, bans. Knows no network and no clock.
/// Bans outlive a restart of Home Assistant, counts do not. Thread-safety: single-threaded.
class ip_ban {
 public:
  explicit ip_ban(ip_ban_settings settings = {});

  [[nodiscard]] bool is_banned(std::string_view address) const;

  /// True if the address is banned from now on because of it.
  bool on_failed_login(std::string_view address);
  void on_good_login(std::string_view address);
  void on_restart() { counts_.clear(); }

  /// By hand, whatever was counted; nothing if bans are not enabled.
  void ban(std::string_view address);
  /// Lifts a ban and forgets what was counted. False if there was none.
  bool lift(std::string_view address);
  void lift_all();

  struct entry {
    std::string address;
    int failed_logins = 0;  ///< Since the last good one. 0 where banned by hand.
    bool banned = false;
  };
  /// Sorted by address: what is banned or counted.
  [[nodiscard]] std::vector<entry> list() const;

 private:
  struct count {
    std::uint64_t number = 0;  // Of the address's first appearance.
    int failed = 0;
  };
  using book = std::map<std::string, count, std::less<>>;

  count& at(book& in, std::string_view address);

  ip_ban_settings settings_;
  book counts_;
  book bans_;
  std::uint64_t next_number_ = 1;
};

}  // namespace hassle::mockha
