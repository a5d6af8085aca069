#pragma once

#include <hassle/client/observer.hpp>
#include <hassle/net/time.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace hassle::client {

/// Counts what a client tells, and writes it as Prometheus and others read it (OpenMetrics 1.0).
///
/// Serve `text()` over HTTP with `content_type`. Label values come from closed sets: what a server
/// says cannot make time series. Memory is bounded, whatever the client does.
/// Thread-safety: single-threaded, on the client's executor.
class openmetrics_sink final : public observer {
 public:
  static constexpr std::string_view content_type =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /// `labels`: given to every series, such as {{"client", "kitchen"}}. Names are
  /// [a-zA-Z_][a-zA-Z0-9_]*, and not those that the metrics have themselves (asserted).
  /// `now`: for the histograms; empty = the machine's steady clock.
  explicit openmetrics_sink(std::map<std::string, std::string> labels = {},
                            std::function<net::time_point()> now = {});
  openmetrics_sink(const openmetrics_sink&) = delete;
  openmetrics_sink& operator=(const openmetrics_sink&) = delete;
  ~openmetrics_sink();

  void on_event(const client_event& event) override;

  /// All metrics, those included that never happened; ends with "# EOF\n".
  [[nodiscard]] std::string text() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
