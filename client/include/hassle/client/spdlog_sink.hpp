#pragma once

#include <hassle/client/observer.hpp>

#include <memory>

namespace spdlog {
class logger;
}

namespace hassle::client {

/// Writes what a client tells to a logger: a line for each event, as `to_line` makes it, at the
/// level that `describe` gives; the logger's own level decides what is kept. Thread-safety: that
/// of the logger.
class spdlog_sink final : public observer {
 public:
  /// `into` is not null.
  explicit spdlog_sink(std::shared_ptr<spdlog::logger> into);
  ~spdlog_sink();

  void on_event(const client_event& event) override;

 private:
  std::shared_ptr<spdlog::logger> into_;
};

}  // namespace hassle::client
