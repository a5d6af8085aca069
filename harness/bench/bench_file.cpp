#include "harness/bench/bench_file.hpp"

#include <boost/json/parse.hpp>

#include <array>

namespace hassle::harness::bench {

namespace {

namespace json = boost::json;

std::string text_at(const json::object& in, std::string_view key) {
  const json::value* found = in.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<double> number_at(const json::object& in, std::string_view key) {
  const json::value* found = in.if_contains(key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

const json::object* object_at(const json::object& in, std::string_view key) {
  const json::value* found = in.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

std::optional<figure> row_of(const json::value& value) {
  const json::object* row = value.if_object();
  if (row == nullptr) return std::nullopt;
  figure made{.name = text_at(*row, "name"),
              .value = number_at(*row, "value"),
              .unit = text_at(*row, "unit"),
              .baseline = number_at(*row, "baseline")};
  if (made.name.empty()) return std::nullopt;
  return made;
}

}  // namespace

bool is_bench_file(std::string_view text) {
  boost::system::error_code ec;
  const json::value document = json::parse(text, ec);
  const json::object* members = ec ? nullptr : document.if_object();
  return members != nullptr && text_at(*members, "format") == "hassle-bench";
}

std::expected<bench_file, std::string> read_bench_file(std::string_view text) {
  boost::system::error_code ec;
  const json::value document = json::parse(text, ec);
  if (ec) return std::unexpected("it is no JSON: " + ec.message());
  const json::object* members = document.if_object();
  if (members == nullptr || text_at(*members, "format") != "hassle-bench") {
    return std::unexpected("it was not written by 'hassle bench … --report json=PATH'");
  }
  if (number_at(*members, "schema") != 1) {
    return std::unexpected("its schema is not 1, the one that is known here");
  }
  bench_file made;
  made.bench = text_at(*members, "bench");
  if (const json::value* complete = members->if_contains("complete")) {
    made.complete = !complete->is_bool() || complete->get_bool();
  }
  if (const json::object* where = object_at(*members, "environment")) {
    made.cpu = text_at(*where, "cpu");
    made.kernel = text_at(*where, "kernel");
    made.compiler = text_at(*where, "compiler");
    made.date = text_at(*where, "date");
    made.cores = static_cast<std::int64_t>(number_at(*where, "cores").value_or(0));
  }
  const json::value* rows = members->if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return std::unexpected("it has no rows");
  made.rows.reserve(rows->get_array().size());
  for (const json::value& each : rows->get_array()) {
    auto row = row_of(each);
    if (!row) return std::unexpected("one of its rows has no name");
    made.rows.push_back(*std::move(row));
  }
  return made;
}

std::optional<bool> more_is_better(std::string_view bench, const figure& row) {
  const std::string_view name = row.name;
  if (row.unit == "MiB/s") return true;
  if (row.unit == "1/s") return bench != "herd";  // There it is the load on a server.
  if (name.ends_with(".jain") || name.ends_with(".back")) return true;
  if (name == "silent_drop.count") return std::nullopt;
  return false;
}

}  // namespace hassle::harness::bench
