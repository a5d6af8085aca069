#include "harness/cli/bench_output.hpp"

#include "harness/cli/output_file.hpp"
#include "harness/cli/terminal.hpp"

#include <fmt/format.h>

namespace hassle::harness::cli {

bool is_writable(const bench_common& asked) {
  if (!asked.json || *asked.json == "-") return true;
  const auto ready = ready_file(*asked.json);
  if (!ready) complain(ready.error());
  return ready.has_value();
}

bool hand_over(const bench_common& asked, const std::function<std::string()>& json,
               const std::function<void()>& print) {
  if (asked.json == "-") {
    fmt::print("{}", json());
    return true;
  }
  print();
  if (!asked.json) return true;
  const auto written = write_file(*asked.json, json());
  if (!written) complain(written.error());
  return written.has_value();
}

}  // namespace hassle::harness::cli
