#include "reports/pcapng_report.hpp"

#include "reports/packet_comments.hpp"
#include "reports/pcap_packet.hpp"
#include "reports/pcapng_blocks.hpp"
#include "reports/tcp_segments.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace hassle::reports {
namespace {

std::chrono::nanoseconds wall(std::chrono::nanoseconds at) {
  return pcapng_epoch.time_since_epoch() + at;
}

std::string name_of(const kept_run& run) {
  return printable(
      fmt::format("{}.{}.{}", run.context.scenario, run.context.client, run.context.seed));
}

std::string about(const report& r) {
  if (r.of.kept.empty()) return "No run was kept.";
  std::string text =
      "Simulated: the bytes are those of the run, the packets around them are made up. Instants "
      "are "
      "those at which their senders sent them. Tokens are overwritten. Each run is an interface "
      "(filter: frame.interface_name):";
  for (const kept_run& each : r.of.kept) text += "\n" + name_of(each);
  return text;
}

bool says_something(const tcp_segment& s) {
  return s.syn || s.fin || s.reset || !s.payload.empty();
}

class file_writer {
 public:
  std::string write(const report& r) {
    append_section_header(out_, "hassle " + printable(r.of.tool_version), about(r));
    for (const kept_run& each : r.of.kept) {
      append_interface(out_, name_of(each), what_it_is(r, each), ip_packet_size_max);
    }
    for (const kept_run& each : r.of.kept) add_run(each);
    return std::move(out_);
  }

 private:
  static std::string what_it_is(const report& r, const kept_run& run) {
    const std::string title = r.info_of(run.context.scenario).title;
    return printable(fmt::format("scenario {}{}, client {}, seed {}", run.context.scenario,
                                 title.empty() ? "" : " (" + title + ")", run.context.client,
                                 run.context.seed));
  }

  void add_run(const kept_run& run) {
    std::uint64_t packets = 0;
    std::uint64_t left_out = run.wire.events_left_out;
    packet_comments comments(run.events);
    port_ = send_segments(run.wire, port_, [&](const tcp_segment& segment) {
      ++packets;
      if (out_.size() >= pcapng_bytes_max) {
        ++left_out;
        return;
      }
      append_packet(out_, interface_, wall(segment.at), ip_packet(segment),
                    says_something(segment) ? comments.before(segment.at, segment.of->number)
                                            : std::string());
    });
    append_statistics(out_, interface_++, wall(run.context.simulated),
                      packets + run.wire.events_left_out, left_out);
  }

  std::string out_;
  std::uint32_t interface_ = 0;
  std::uint16_t port_ = client_port_min;
};

}  // namespace

std::string pcapng_report(const report& r) { return file_writer().write(r); }

}  // namespace hassle::reports
