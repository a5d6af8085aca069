#include "mockha/journal_sink.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace hassle::mockha {

journal_sink::journal_sink(net::time_source& time, std::filesystem::path file,
                           const reports::run_context& context, std::string_view tool,
                           complaint complain)
    : file_(std::move(file)),
      complain_(std::move(complain)),
      out_([&] {
        errno = 0;
        return std::ofstream(file_, std::ios::binary | std::ios::trunc);
      }()),
      lines_(out_, context, tool),
      time_(time),
      flush_(time) {
  flush();
}

void journal_sink::add(const reports::event& e) {
  if (failed_) return;
  lines_.add(e);
  if (!flush_.armed()) {
    flush_.call_at(time_.now() + flush_after, [this] { flush(); });
  }
}

void journal_sink::finish() {
  if (failed_) return;
  lines_.finish();
  flush();
}

void journal_sink::flush() {
  flush_.cancel();
  if (failed_) return;
  out_.flush();
  if (out_) return;
  failed_ = true;
  const std::error_code why(errno, std::generic_category());
  complain_(fmt::format("{}: cannot be written: {}; the journal ends here", file_.string(),
                        why.message()));
}

}  // namespace hassle::mockha
