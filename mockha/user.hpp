#pragma once

#include <string>

namespace hassle::mockha {

/// An account of Home Assistant. The mock has one owner, and others where a test adds them.
struct user {
  std::string id = "5f0b7a5c1f6e4b8e9d3a2c4b6d8e0f12";  ///< 32 hex characters.
  std::string name = "Owner";
  bool is_owner = true;
  bool is_admin = true;
  bool is_active = true;
  bool local_only = false;
};

}  // namespace hassle::mockha
