#include "harness/door/adapter_session.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace hassle::harness::door {

namespace {

std::string first_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return std::string(text.substr(0, bytes_max)) + "…";
}

}  // namespace

std::string last_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return "…" + std::string(text.substr(text.size() - bytes_max));
}

std::string adapter_fault::text() const {
  std::string all = "the adapter " + what;
  if (!line.empty()) all += "\n  its line: " + line;
  if (!errors.empty()) all += "\n  its standard error: " + errors;
  return all;
}

/// What is wrong with a message as things stand; empty: nothing, and it has been taken note of.
struct adapter_session::judge {
  adapter_session& s;

  std::string operator()(const hello_said& hello) const {
    if (s.ready_) return "says hello twice";
    if (hello.protocol != protocol_version) {
      return fmt::format("speaks version {} of the protocol; this is version {}", hello.protocol,
                         protocol_version);
    }
    s.ready_ = true;
    return {};
  }
  std::string operator()(const up_said&) const {
    if (!s.started_) return "says up before it was told to start";
    if (std::exchange(s.up_, true)) return "says up twice";
    return {};
  }
  std::string operator()(const outcome_said& outcome) const {
    const auto found = s.commands_.find(outcome.id);
    if (found == s.commands_.end()) {
      return fmt::format("says the outcome of command {}, which it was never given", outcome.id);
    }
    if (std::exchange(found->second, true)) {
      return fmt::format("says the outcome of command {} twice", outcome.id);
    }
    return {};
  }
  std::string operator()(const event_said& event) const {
    if (event.handle == 0 || event.handle > s.subscriptions_) {
      return fmt::format("says an event of subscription {}, which it was never given",
                         event.handle);
    }
    return flood();
  }
  std::string operator()(const quiet_said&) const {
    if (s.asked_ == 0) return "says how quiet it is without having been asked";
    --s.asked_;
    return {};
  }
  std::string operator()(const mirror_said&) const {
    if (s.mirrors_asked_ == 0) return "says its mirror without having been asked";
    --s.mirrors_asked_;
    return {};
  }
  std::string operator()(const state_said&) const { return flood(); }
  std::string operator()(const bye_said&) const {
    if (!s.stopping_) return "says bye without having been told to stop";
    s.ended_ = true;
    return {};
  }

  [[nodiscard]] std::string flood() const {
    if (++s.unasked_ <= unasked_lines_max) return {};
    return fmt::format("floods: more than {} lines that nobody asked for", unasked_lines_max);
  }
};

std::expected<said, adapter_fault> adapter_session::on_line(std::string_view line) {
  ++lines_;
  const auto fault = [&](std::string_view what) {
    return std::unexpected(adapter_fault{.what = fmt::format("(line {}) {}", lines_, what),
                                         .line = first_of(line, shown_bytes_max),
                                         .errors = {}});
  };
  if (ended_) return fault("says something after bye");
  std::expected<said, std::string> parsed = parse_said(line);
  if (!parsed) return fault("says what " + parsed.error());
  if (!ready_ && !std::holds_alternative<hello_said>(*parsed)) {
    return fault("says something before hello");
  }
  const std::string wrong = std::visit(judge{*this}, *parsed);
  if (!wrong.empty()) return fault(wrong);
  return std::move(*parsed);
}

void adapter_session::on_start(std::size_t subscriptions) {
  told();
  started_ = true;
  subscriptions_ = subscriptions;
}

void adapter_session::on_command(std::uint32_t id) {
  told();
  commands_.emplace(id, false);
}

}  // namespace hassle::harness::door
