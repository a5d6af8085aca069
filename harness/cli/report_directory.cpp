#include "harness/cli/report_directory.hpp"

#include "harness/cli/output_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <set>
#include <system_error>

namespace hassle::harness::cli {

namespace fs = std::filesystem;

namespace {

using result = std::expected<void, std::string>;

result failed(const fs::path& where, std::string_view what, const std::error_code& ec) {
  return std::unexpected(fmt::format("{}: {}: {}", where.string(), what, ec.message()));
}

/// Where it is in truth: without links, and without a '/' at its end.
fs::path target_of(const fs::path& where) {
  std::error_code ec;
  fs::path target = fs::weakly_canonical(fs::absolute(where, ec), ec).lexically_normal();
  if (ec) target = where;
  return target.has_filename() ? target : target.parent_path();
}

std::set<std::string> names_in(const fs::path& manifest) {
  std::set<std::string> names{std::string(report_manifest)};
  std::ifstream in(manifest);
  for (std::string line; std::getline(in, line);) names.insert(line);
  return names;
}

/// Whether what is there may give way.
result may_replace(const fs::path& where, const fs::path& target) {
  std::error_code ec;
  const fs::file_status status = fs::symlink_status(target, ec);
  if (status.type() == fs::file_type::not_found) return {};
  if (status.type() != fs::file_type::directory)
    return std::unexpected(fmt::format("{}: is not a directory", where.string()));
  if (fs::is_empty(target, ec) && !ec) return {};
  if (!fs::is_regular_file(target / report_manifest, ec)) {
    return std::unexpected(fmt::format(
        "{}: is not a report directory, and would be replaced as a whole (it has no {})",
        where.string(), report_manifest));
  }
  const std::set<std::string> ours = names_in(target / report_manifest);
  for (auto each = fs::directory_iterator(target, ec); !ec && each != fs::directory_iterator();
       each.increment(ec)) {
    const std::string name = each->path().filename().string();
    if (ours.contains(name) && !each->is_directory(ec)) continue;
    return std::unexpected(
        fmt::format("{}: would be replaced as a whole, but '{}' in it is no report of hassle",
                    where.string(), name));
  }
  return ec ? failed(where, "cannot be read", ec) : result{};
}

fs::path beside(const fs::path& target, std::string_view what) {
  return target.parent_path() /
         fmt::format(".{}.{}.{}", target.filename().string(), getpid(), what);
}

result fill(const fs::path& folder, const std::vector<report_file>& files) {
  std::string names;
  for (const report_file& each : files) {
    if (auto written = write_file(folder / each.name, each.text()); !written) return written;
    names += each.name + "\n";
  }
  return write_file(folder / report_manifest, names);
}

std::error_code move_aside_and_in(const fs::path& made, const fs::path& target) {
  const fs::path old = beside(target, "old");
  std::error_code ec;
  fs::rename(target, old, ec);
  if (ec) return ec;
  fs::rename(made, target, ec);
  std::error_code ignored;
  if (ec) {
    fs::rename(old, target, ignored);
  } else {
    fs::remove_all(old, ignored);
  }
  return ec;
}

/// The new directory takes the place of whatever is there.
std::error_code put_in_place(const fs::path& made, const fs::path& target) {
  std::error_code ec;
  if (!fs::exists(target, ec)) {
    fs::rename(made, target, ec);
    return ec;
  }
  if (renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(made, ec);  // The old one now. What is left of it harms nobody.
    return {};
  }
  const int why = errno;
  // Some file systems cannot exchange two names; then there is an instant with none.
  if (why == EINVAL || why == ENOSYS) return move_aside_and_in(made, target);
  return {why, std::generic_category()};
}

}  // namespace

result ready_report_directory(const fs::path& where) {
  if (where.empty()) return std::unexpected("--report-dir: the name is empty");
  const fs::path target = target_of(where);
  if (auto replaced = may_replace(where, target); !replaced) return replaced;
  return ready_directory(target.parent_path());
}

result write_report_directory(const fs::path& where, const std::vector<report_file>& files) {
  const fs::path target = target_of(where);
  // Much time may have passed since it was ready.
  if (auto replaced = may_replace(where, target); !replaced) return replaced;
  const fs::path made = beside(target, "new");
  std::error_code ec;
  if (!fs::create_directory(made, ec)) return failed(where, "cannot be created", ec);
  auto written = fill(made, files);
  if (written) {
    if (ec = put_in_place(made, target); ec) written = failed(where, "cannot be replaced", ec);
  }
  std::error_code ignored;
  if (!written) fs::remove_all(made, ignored);
  return written;
}

}  // namespace hassle::harness::cli
