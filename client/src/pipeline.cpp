#include "pipeline.hpp"

#include <utility>

namespace hassle::client {

std::unique_ptr<layer> make_pipeline(context& shared) {
  const config& on = shared.settings;
  channel_factory one_connection = [&shared] {
    return shared.settings.reconnect ? make_reconnect(shared) : make_naive(shared);
  };

  // From the inside out. `health` and `correlation` belong to each connection and live there.
  std::unique_ptr<layer> whole = on.pool ? make_pool(shared, std::move(one_connection))
                                         : std::unique_ptr<layer>(one_connection());
  if (on.breaker) whole = make_breaker(shared, std::move(whole));
  if (on.degradation) whole = make_degradation(shared, std::move(whole));
  if (on.deadline) whole = make_deadline(shared, std::move(whole));
  return whole;
}

}  // namespace hassle::client
