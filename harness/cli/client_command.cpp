#include "harness/cli/client_command.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/door/adapter.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace hassle::harness::cli {

namespace {

struct acquaintance {
  std::optional<door::hello_said> hello;
  std::optional<door::adapter_fault> fault;
};

boost::asio::awaitable<void> greet(door::adapter& who, const std::string& command,
                                   acquaintance& into) {
  who.launch(command);
  co_await who.ready();
  into = {.hello = who.hello(), .fault = who.fault()};
  co_await who.end(door::adapter::manner::kill);
}

acquaintance meet_one(const std::string& command) {
  boost::asio::io_context sockets;
  net::real_world machine(sockets, 1);
  door::adapter who(sockets.get_executor(), machine.time());
  net::task_group tasks(sockets.get_executor());
  acquaintance made;
  tasks.spawn(greet(who, command, made));
  sockets.run();
  return made;
}

/// It is part of the names of journals.
std::string plain_name(std::string name) {
  std::ranges::replace_if(
      name,
      [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_' && c != '-';
      },
      '-');
  return name;
}

/// Two that are called the same would have one column, and one journal.
void tell_apart(std::vector<client_command>& clients) {
  for (std::size_t i = 1; i < clients.size(); ++i) {
    const std::string name = clients[i].name;
    const auto taken = [&] {
      return std::any_of(clients.begin(), clients.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const auto& each) { return each.name == clients[i].name; });
    };
    for (int n = 2; taken(); ++n) clients[i].name = fmt::format("{}-{}", name, n);
  }
}

}  // namespace

std::expected<std::vector<client_command>, exit_status> meet(std::vector<client_command> commands,
                                                             double time_scale) {
  for (client_command& each : commands) {
    const acquaintance made = meet_one(each.command);
    if (made.fault) {
      complain(fmt::format("'{}': {}", each.command, made.fault->text()));
      return std::unexpected(exit_status::failed);
    }
    if (made.hello->time == door::time_sense::wall && time_scale != 1) {
      complain(
          fmt::format("'{}' knows only the wall's time, so it cannot be run at a time scale of "
                      "{}: leave out --time-scale",
                      each.command, time_scale));
      return std::unexpected(exit_status::bad_input);
    }
    if (each.name.empty()) each.name = plain_name(made.hello->name);
  }
  tell_apart(commands);
  return commands;
}

scenario::client_profile profile_of(const client_command& client) {
  return {.name = client.name,
          .title = client.command,
          .style = scenario::client_style::best,
          .layers = {},
          .settings = {}};
}

std::string text_of(const client_command& client) { return client.name + "=" + client.command; }

void say_faults(const std::vector<batch_result::client_fault>& faults) {
  for (const batch_result::client_fault& each : faults) {
    complain(
        fmt::format("{} in {}, seed {}: {}", each.client, each.scenario, each.seed, each.what));
  }
}

}  // namespace hassle::harness::cli
