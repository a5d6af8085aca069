// The kinds of faults that are the network's or a host's.
#include "scenarios/fault_declarations.hpp"
#include "scenarios/rules.hpp"

namespace hassle::scenario {
namespace {

constexpr std::uint32_t segment_max = 1U << 20U;

kind_rules declare_partition() {
  kind_rules rules = lasting(partition_fault{}, reach::path, "No segment passes the network.");
  add_direction(rules, &partition_fault::blocked);
  return rules;
}

kind_rules declare_cut() {
  kind_rules rules = momentary(cut_fault{}, reach::open_path,
                               "Existing connections become unusable; new ones work.");
  rules.keys.key("how", parameter(&cut_fault::how), an_expiry_style(),
                 "How they die: their segments vanish, or both ends get RST or FIN.");
  return rules;
}

kind_rules declare_latency() {
  static const auto occurrence = occurrence_with("added");
  kind_rules rules =
      lasting_by(latency_fault{}, reach::path, "The path becomes slower.", occurrence);
  add_amount(rules, "added", parameter(&latency_fault::added), "Added to the latency, one way.");
  return rules;
}

kind_rules declare_loss() {
  kind_rules rules =
      lasting(loss_fault{}, reach::path, "Segments are lost, singly or (with `to_bad`) in bursts.");
  const auto in_bursts = [](const fault& f) {
    return std::get<loss_fault>(f.what).to_bad.has_value();
  };
  add_direction(rules, &loss_fault::direction);
  rules.keys
      .key("chance", parameter(&loss_fault::chance), a_number(0, 1),
           "Of losing a segment while the path is bad, which without `to_bad` it always is.")
      .key("to_bad", parameter(&loss_fault::to_bad), a_number(0, 1),
           "Gilbert-Elliott: the chance that the path turns bad, with each segment.")
      .key("to_good", parameter(&loss_fault::to_good), a_number(0, 1),
           "The chance that it turns good again, with each segment.", need::optional, in_bursts)
      .key("otherwise", parameter(&loss_fault::otherwise), a_number(0, 1),
           "Of losing a segment while it is good.", need::optional, in_bursts)
      .check([in_bursts](const value& table, fault& f, problems& out) {
        for (const std::string_view key : {"to_good", "otherwise"}) {
          const value* const found = table.find(key);
          if (found != nullptr && !in_bursts(f)) {
            out.add(found->where, fmt::format("'{}' has no effect without 'to_bad'", key));
          }
        }
        if (const value* const back = table.find("to_good");
            back != nullptr && std::get<loss_fault>(f.what).to_good == 0) {
          out.add(back->where, "'to_good' must be above 0: the path would stay bad");
        }
      });
  return rules;
}

kind_rules declare_corrupt() {
  kind_rules rules =
      lasting(corrupt_fault{}, reach::path, "Bytes are changed, and no checksum notices.");
  add_direction(rules, &corrupt_fault::direction);
  rules.keys.key("chance", parameter(&corrupt_fault::chance), a_number(0, 1), "Of each segment.")
      .key("bytes", parameter(&corrupt_fault::bytes), an_integer<std::uint32_t>(1, segment_max),
           "How many of a segment are changed, at most.");
  return rules;
}

kind_rules declare_slice() {
  kind_rules rules = lasting(slice_fault{}, reach::path, "Segments arrive in slices, one by one.");
  add_direction(rules, &slice_fault::direction);
  rules.keys
      .key("bytes", parameter(&slice_fault::bytes), an_integer<std::uint32_t>(1, segment_max),
           "Of a slice, at most.")
      .key("gap", parameter(&slice_fault::gap), a_duration(zero::allowed),
           "From a slice to the next.");
  return rules;
}

kind_rules declare_cut_after() {
  kind_rules rules = lasting(cut_after_fault{}, reach::path,
                             "Connections become unusable after so many bytes, or so long.");
  rules.keys
      .key("bytes", parameter(&cut_after_fault::bytes),
           an_integer<std::uint64_t>(1, std::uint64_t{1} << 40U),
           "Carried both ways together. Without `age`, 65536 unless given.", need::optional,
           [](const fault& f) { return std::get<cut_after_fault>(f.what).bytes.has_value(); })
      .key("age", parameter(&cut_after_fault::age), a_duration(zero::refused),
           "Since the connection, or the fault, began.", need::optional,
           [](const fault& f) { return std::get<cut_after_fault>(f.what).age.has_value(); })
      .key("how", parameter(&cut_after_fault::how), an_expiry_style(),
           "How they die: their segments vanish, or both ends get RST or FIN.")
      .check([](const value& table, fault& f, problems& out) {
        auto& what = std::get<cut_after_fault>(f.what);
        if (what.bytes && what.age) {
          out.add(table.find("age")->where, "both 'bytes' and 'age'", "one of the two");
        } else if (!what.age) {
          what.bytes = what.bytes.value_or(cut_after_fault::bytes_default);
        }
      });
  return rules;
}

kind_rules declare_throttle() {
  kind_rules rules = lasting(throttle_fault{}, reach::path, "The path carries less.");
  add_direction(rules, &throttle_fault::direction);
  rules.keys.key("bandwidth", parameter(&throttle_fault::bandwidth), a_rate(),
                 "Of each direction, shared by all connections.");
  return rules;
}

kind_rules declare_mtu() {
  kind_rules rules =
      lasting(mtu_fault{}, reach::path,
              "Larger writes do not pass, nor does what comes behind them, and nobody is told.");
  add_direction(rules, &mtu_fault::direction);
  rules.keys.key("bytes", parameter(&mtu_fault::bytes), an_integer<std::uint32_t>(1, segment_max),
                 "The largest write that passes.");
  return rules;
}

kind_rules declare_swizzle() {
  kind_rules rules = lasting(swizzle_fault{}, reach::open_path,
                             "Some connections fail silently one by one, and heal one by one in "
                             "another order.");
  rules.keys.key("chance", parameter(&swizzle_fault::chance), a_number(0, 1),
                 "Of each connection to be among them.");
  return rules;
}

kind_rules declare_dns() {
  using how = enum dns_fault::how;
  kind_rules rules = lasting(dns_fault{}, reach::names, "Lookups of names go wrong.");
  rules.keys.key("how", parameter(&dns_fault::how),
                 a_word<how>({{"fail", how::fail}, {"silent", how::silent}, {"stale", how::stale}}),
                 "Nobody knows the name, no answer comes, or the address is one where nobody is.");
  return rules;
}

kind_rules declare_tls() {
  using flaw = tls_fault::flaw;
  kind_rules rules = lasting(tls_fault{}, reach::path, "TLS handshakes go wrong.");
  rules.keys.key("how", parameter(&tls_fault::how),
                 a_word<flaw>({{"expired", flaw::expired},
                               {"wrong_name", flaw::wrong_name},
                               {"unknown_ca", flaw::unknown_ca},
                               {"stalled", flaw::stalled}}),
                 "The certificate is too old, of another host, or signed by a stranger; or the "
                 "handshake is never answered.");
  return rules;
}

form<host_choice> a_host() {
  return a_word<host_choice>({{"client", host_choice::client}, {"server", host_choice::server}});
}

kind_rules declare_suspend() {
  kind_rules rules = lasting(suspend_fault{}, reach::machine,
                             "A host stands still; at the end all that is due happens at once.");
  rules.keys.key("host", parameter(&suspend_fault::host), a_host(), "Whose.")
      .key("clock_stops", parameter(&suspend_fault::clock_stops), a_flag(),
           "The steady clock stops meanwhile, as in a machine that is asleep.");
  return rules;
}

kind_rules declare_wall_clock() {
  kind_rules rules =
      lasting(wall_clock_fault{}, reach::machine, "The client's wall clock is wrong.");
  rules.keys.key("by", parameter(&wall_clock_fault::by), a_duration(zero::refused), "How much.")
      .key("back", parameter(&wall_clock_fault::back), a_flag(), "Slow rather than fast.");
  return rules;
}

kind_rules declare_slow_cpu() {
  kind_rules rules = lasting(slow_cpu_fault{}, reach::machine,
                             "Everything that the programs of a host do takes longer.");
  rules.keys.key("host", parameter(&slow_cpu_fault::host), a_host(), "Whose.")
      .key("step", parameter(&slow_cpu_fault::step), a_duration(zero::refused),
           "How much longer each timer and each completion takes.");
  return rules;
}

}  // namespace

std::vector<kind_rules> network_kinds() {
  return {
      declare_partition(),
      declare_cut(),
      momentary(forget_fault{}, reach::open_path,
                "Half-open: the server's host forgets its connections and sends nothing."),
      lasting(blackhole_fault{}, reach::path, "Connects get no answer."),
      declare_latency(),
      declare_loss(),
      declare_corrupt(),
      declare_slice(),
      declare_cut_after(),
      declare_throttle(),
      declare_mtu(),
      declare_swizzle(),
      declare_dns(),
      lasting(move_fault{}, reach::names,
              "The server's host has a new address for good; names have the old one so long."),
      declare_tls(),
  };
}

std::vector<kind_rules> host_kinds() {
  return {
      declare_suspend(),
      declare_wall_clock(),
      declare_slow_cpu(),
      momentary(kill_fault{}, reach::machine,
                "The process under test is killed; the next command boots a new one."),
  };
}

}  // namespace hassle::scenario
