#include <hassle/client/spdlog_sink.hpp>
#include <hassle/client/telemetry.hpp>

#include <spdlog/logger.h>

#include <cassert>
#include <utility>

namespace hassle::client {

namespace {

spdlog::level::level_enum level_of(event_level level) noexcept {
  switch (level) {
    case event_level::trace:
      return spdlog::level::trace;
    case event_level::debug:
      return spdlog::level::debug;
    case event_level::info:
      return spdlog::level::info;
    case event_level::warning:
      return spdlog::level::warn;
    case event_level::error:
      return spdlog::level::err;
  }
  assert(false);
  return spdlog::level::err;
}

}  // namespace

spdlog_sink::spdlog_sink(std::shared_ptr<spdlog::logger> into) : into_(std::move(into)) {
  assert(into_);
}

spdlog_sink::~spdlog_sink() = default;

void spdlog_sink::on_event(const client_event& event) {
  const auto level = level_of(describe(event.kind).level);
  // Most events are of no interest to most loggers: no line is made for them.
  if (into_->should_log(level)) into_->log(level, std::string_view(to_line(event)));
}

}  // namespace hassle::client
