#pragma once

#include "mockha/home.hpp"

namespace hassle::mockha {

/// A service call under way; of the home's own files only.
struct home::doing {
  const service& called;
  const service_call& call;
  wall_time now;
  watch wanted;
  bool wants_response;
  bool asks_script;  // Wants the response of a script.
  outcome done;
  json::object responses;  // By entity.
};

}  // namespace hassle::mockha
