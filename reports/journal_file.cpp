#include "reports/journal_file.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <ostream>
#include <system_error>
#include <utility>

namespace hassle::reports {
namespace {

constexpr std::size_t flush_bytes = 1U << 16U;

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

void append_names(std::string& out, std::string_view key, const std::vector<std::string>& names) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":[", key);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, printable(names[i]));
  }
  out += ']';
}

void append_kinds(std::string& out, const std::map<std::string, std::string, std::less<>>& kinds) {
  if (kinds.empty()) return;
  out += ",\"faults\":{";
  bool first = true;
  for (const auto& [name, kind] : kinds) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, printable(name));
    out += ':';
    append_json_string(out, printable(kind));
  }
  out += '}';
}

void append_header(std::string& out, const run_context& context, std::string_view tool) {
  out += R"({"hassle_journal":1)";
  append_member(out, "scenario", printable(context.scenario));
  append_member(out, "client", printable(context.client));
  fmt::format_to(std::back_inserter(out), ",\"seed\":{}", context.seed);
  append_member(out, "world", printable(context.world));
  append_member(out, "tool", printable(tool));
  fmt::format_to(std::back_inserter(out), R"(,"simulated_ns":{},"healed_ns":{})",
                 context.simulated.count(), context.healed.count());
  append_names(out, "must_hit", context.faults_that_must_hit);
  append_kinds(out, context.fault_kinds);
  if (!context.layers.empty()) append_names(out, "layers", context.layers);
  if (context.recovery_bound) {
    fmt::format_to(std::back_inserter(out), R"(,"recovery_bound_ns":{})",
                   context.recovery_bound->count());
  }
  out += "}\n";
}

void append_text(std::string& out, std::string_view text) {
  if (text.empty()) return;
  if (is_utf8(text)) {
    append_member(out, "x", text);
    return;
  }
  out += ",\"xb\":\"";
  for (const char c : text) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
  }
  out += '"';
}

void append_end(std::string& out, std::uint64_t digest, std::uint64_t events) {
  fmt::format_to(std::back_inserter(out), "{{\"digest\":\"{:016x}\",\"events\":{}}}\n", digest,
                 events);
}

}  // namespace

void append_journal_event(std::string& out, const event& e) {
  auto end = std::back_inserter(out);
  fmt::format_to(end, R"({{"t":{},"e":"{}")", e.at.count(), name_of(e.kind));
  if (e.connection != 0) fmt::format_to(end, ",\"c\":{}", e.connection);
  if (e.command != 0) fmt::format_to(end, ",\"n\":{}", e.command);
  if (e.value != 0) fmt::format_to(end, ",\"v\":{}", e.value);
  append_text(out, e.text);
  out += "}\n";
}

namespace {

journal_error last_error(const std::filesystem::path& file, std::string_view doing) {
  const std::error_code why(errno, std::generic_category());
  return {.file = file.string(), .message = fmt::format("{}: {}", doing, why.message())};
}

}  // namespace

std::string journal_error::text() const {
  const std::string place =
      line == 0 ? printable(file) : fmt::format("{}:{}", printable(file), line);
  return fmt::format("{}: {}", place, message);
}

void write_journal(std::ostream& out, const run_context& context, const journal& events,
                   std::string_view tool) {
  std::string buffer;
  append_header(buffer, context, tool);
  for (const event& e : events.events()) {
    append_journal_event(buffer, e);
    if (buffer.size() < flush_bytes) continue;
    out.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    buffer.clear();
  }
  append_end(buffer, events.digest(), events.events().size());
  out.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
}

journal_stream::journal_stream(std::ostream& out, const run_context& context, std::string_view tool)
    : out_(out) {
  append_header(line_, context, tool);
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

void journal_stream::add(const event& e) {
  assert(e.at >= last_);
  last_ = e.at;
  digest_ = next_digest(digest_, e);
  ++events_;
  line_.clear();
  append_journal_event(line_, e);
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

void journal_stream::finish() {
  line_.clear();
  append_end(line_, digest_, events_);
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

std::expected<void, journal_error> write_journal(const std::filesystem::path& file,
                                                 const run_context& context, const journal& events,
                                                 std::string_view tool) {
  std::filesystem::path partial = file;
  partial += ".partial";
  errno = 0;
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  if (!out) return std::unexpected(last_error(file, "cannot be created"));
  write_journal(out, context, events, tool);
  out.close();
  std::error_code failed;
  if (!out) {
    const journal_error why = last_error(file, "cannot be written");
    std::filesystem::remove(partial, failed);
    return std::unexpected(why);
  }
  std::filesystem::rename(partial, file, failed);
  if (failed) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    return std::unexpected(
        journal_error{.file = file.string(), .message = "cannot be replaced: " + failed.message()});
  }
  return {};
}

}  // namespace hassle::reports
