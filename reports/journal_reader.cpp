#include "reports/journal_file.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <istream>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace hassle::reports {
namespace {

namespace json = boost::json;

template <class T>
using parsed = std::expected<T, std::string>;

template <std::integral Number>
std::optional<Number> number_in(const json::value& value) {
  if (const std::int64_t* n = value.if_int64()) {
    if (std::in_range<Number>(*n)) return static_cast<Number>(*n);
  }
  if (const std::uint64_t* n = value.if_uint64()) {
    if (std::in_range<Number>(*n)) return static_cast<Number>(*n);
  }
  return std::nullopt;
}

std::optional<std::string> bytes_in(const json::value& value) {
  const json::string* hex = value.if_string();
  if (hex == nullptr || hex->size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex->size(); i += 2) {
    unsigned byte = 0;
    const char* const begin = hex->data() + i;
    const auto [end, failed] = std::from_chars(begin, begin + 2, byte, 16);
    if (failed != std::errc{} || end != begin + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

template <class T>
bool store(T& target, std::optional<T> value) {
  if (!value) return false;
  target = *std::move(value);
  return true;
}

std::optional<std::string> text_in(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(text->data(), text->size());
}

bool store_time(std::chrono::nanoseconds& target, const json::value& value) {
  const auto count = number_in<std::int64_t>(value);
  if (!count || *count < 0) return false;
  target = std::chrono::nanoseconds(*count);
  return true;
}

bool store_names(std::vector<std::string>& target, const json::value& value) {
  const json::array* names = value.if_array();
  if (names == nullptr) return false;
  for (const json::value& name : *names) {
    if (!store(target.emplace_back(), text_in(name))) return false;
  }
  return true;
}

bool store_kinds(std::map<std::string, std::string, std::less<>>& target,
                 const json::value& value) {
  const json::object* kinds = value.if_object();
  if (kinds == nullptr) return false;
  for (const auto& [name, kind] : *kinds) {
    if (!store(target[std::string(name)], text_in(kind))) return false;
  }
  return true;
}

std::string bad_value(std::string_view key) {
  return fmt::format("'{}' has a value that it cannot have", printable(key));
}
std::string unknown_key(std::string_view key) {
  return fmt::format("unknown key '{}'", printable(key.substr(0, 40)));
}

parsed<saved_journal> header_in(const json::object& line) {
  const json::value* version = line.if_contains("hassle_journal");
  if (version == nullptr) return std::unexpected("not a journal: it does not begin with a header");
  if (number_in<int>(*version) != 1) {
    return std::unexpected("a journal of another version: this program reads version 1");
  }
  saved_journal saved;
  run_context& context = saved.context;
  for (const auto& [name, value] : line) {
    const std::string_view key(name.data(), name.size());
    bool good = false;
    if (key == "hassle_journal")
      good = true;
    else if (key == "scenario")
      good = store(context.scenario, text_in(value));
    else if (key == "client")
      good = store(context.client, text_in(value));
    else if (key == "seed")
      good = store(context.seed, number_in<std::uint64_t>(value));
    else if (key == "world")
      good = store(context.world, text_in(value));
    else if (key == "tool")
      good = store(saved.tool, text_in(value));
    else if (key == "simulated_ns")
      good = store_time(context.simulated, value);
    else if (key == "healed_ns")
      good = store_time(context.healed, value);
    else if (key == "must_hit")
      good = store_names(context.faults_that_must_hit, value);
    else if (key == "faults")
      good = store_kinds(context.fault_kinds, value);
    else if (key == "layers")
      good = store_names(context.layers, value);
    else if (key == "recovery_bound_ns")
      good = store_time(context.recovery_bound.emplace(), value);
    else
      return std::unexpected(unknown_key(key));
    if (!good) return std::unexpected(bad_value(key));
  }
  return saved;
}

parsed<event> event_in(const json::object& line) {
  event e;
  bool timed = false;
  bool kind_known = false;
  for (const auto& [name, value] : line) {
    const std::string_view key(name.data(), name.size());
    bool good = false;
    if (key == "t") {
      good = timed = store_time(e.at, value);
    } else if (key == "e") {
      const auto kind = text_in(value);
      good = kind_known = kind && store(e.kind, parse_event_kind(*kind));
    } else if (key == "c") {
      good = store(e.connection, number_in<std::uint32_t>(value));
    } else if (key == "n") {
      good = store(e.command, number_in<std::uint32_t>(value));
    } else if (key == "v") {
      good = store(e.value, number_in<std::int64_t>(value));
    } else if (key == "x") {
      good = store(e.text, text_in(value));
    } else if (key == "xb") {
      good = store(e.text, bytes_in(value));
    } else {
      return std::unexpected(unknown_key(key));
    }
    if (!good) return std::unexpected(bad_value(key));
  }
  if (!timed || !kind_known) return std::unexpected("an event without its time or kind");
  return e;
}

// Whether the last line agrees with the events above it.
parsed<void> check_footer(const json::object& line, const journal& events) {
  const json::value* count = line.if_contains("events");
  if (count == nullptr || number_in<std::size_t>(*count) != events.events().size()) {
    return std::unexpected(fmt::format("the last line counts other than the {} events above it",
                                       events.events().size()));
  }
  const auto digest = text_in(line.at("digest"));
  if (digest != fmt::format("{:016x}", events.digest())) {
    return std::unexpected("the digest does not fit the events: the file was changed");
  }
  return {};
}

// Takes the file line by line: a header, events, a footer, the end.
class reader {
 public:
  parsed<void> on_line(std::string_view line) {
    if (finished_) return std::unexpected("something follows the last line of the journal");
    unsigned char space[4096];
    json::monotonic_resource memory(space);
    boost::system::error_code failed;
    const json::value value = json::parse({line.data(), line.size()}, failed, &memory);
    const json::object* object = failed ? nullptr : value.if_object();
    if (object == nullptr) {
      if (!started_) return std::unexpected("not a journal: its first line is not a JSON object");
      return std::unexpected(failed ? fmt::format("not JSON: {}", failed.message())
                                    : std::string("not a JSON object"));
    }
    if (!started_) return on_header(*object);
    if (object->contains("digest")) {
      finished_ = true;
      return check_footer(*object, saved_.events);
    }
    return on_event(*object);
  }

  parsed<saved_journal> on_end() {
    if (!started_) return std::unexpected("the file is empty");
    if (!finished_) {
      return std::unexpected(
          fmt::format("ends after {} events without its last line: it was cut short",
                      saved_.events.events().size()));
    }
    return std::move(saved_);
  }

 private:
  parsed<void> on_header(const json::object& line) {
    parsed<saved_journal> header = header_in(line);
    if (!header) return std::unexpected(header.error());
    saved_ = *std::move(header);
    started_ = true;
    return {};
  }

  parsed<void> on_event(const json::object& line) {
    parsed<event> e = event_in(line);
    if (!e) return std::unexpected(e.error());
    const auto& events = saved_.events.events();
    if (!events.empty() && e->at < events.back().at) {
      return std::unexpected("its time is before that of the event above");
    }
    if (events.size() == journal_events_max) {
      return std::unexpected(fmt::format("more than {} events", journal_events_max));
    }
    saved_.events.add(*std::move(e));
    return {};
  }

  saved_journal saved_;
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace

std::expected<saved_journal, journal_error> read_journal(std::istream& in, std::string_view name) {
  const auto error_at = [&](std::size_t line, std::string message) {
    return std::unexpected(journal_error{std::string(name), line, std::move(message)});
  };
  reader r;
  std::string buffer(journal_line_bytes_max + 1, '\0');
  for (std::size_t line = 1;; ++line) {
    in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    auto length = static_cast<std::size_t>(in.gcount());
    if (in.bad()) return error_at(0, "cannot be read");
    if (in.eof() && length == 0) break;
    if (in.fail()) {
      return error_at(line, fmt::format("a line of more than {} bytes", journal_line_bytes_max));
    }
    if (!in.eof()) --length;  // The line's end was counted.
    const auto taken = r.on_line(std::string_view(buffer).substr(0, length));
    if (!taken) return error_at(line, taken.error());
    if (in.eof()) break;
  }
  parsed<saved_journal> saved = r.on_end();
  if (!saved) return error_at(0, saved.error());
  return *std::move(saved);
}

std::expected<saved_journal, journal_error> read_journal(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return std::unexpected(journal_error{.file = file.string(), .message = "is a directory"});
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const std::error_code why(errno, std::generic_category());
    return std::unexpected(
        journal_error{.file = file.string(), .message = "cannot be opened: " + why.message()});
  }
  return read_journal(in, file.string());
}

}  // namespace hassle::reports
