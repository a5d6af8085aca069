#pragma once

#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hassle::client::tests {

namespace asio = boost::asio;

/// A Home Assistant of a few lines, on a loopback port: authenticates everybody who knows the token
/// and answers what a client needs. `light.never` is a service that is not answered.
class scripted_home {
 public:
  explicit scripted_home(asio::io_context& context);
  scripted_home(const scripted_home&) = delete;
  scripted_home& operator=(const scripted_home&) = delete;
  ~scripted_home();

  static constexpr std::string_view token = "s3cret";

  [[nodiscard]] net::endpoint address() const { return listening_->local_endpoint(); }
  /// Types of the commands that came, without those of connecting.
  [[nodiscard]] const std::vector<std::string>& commands() const noexcept { return commands_; }
  [[nodiscard]] std::size_t subscriptions() const noexcept;
  [[nodiscard]] unsigned logins() const noexcept { return logins_; }

  /// An event for every subscription that lives.
  void fire(const boost::json::value& event);
  /// All connections end without a word; new ones are welcome.
  void drop();
  /// Ends everything; the context runs out of work.
  void stop();

 private:
  class peer;
  asio::awaitable<void> serve();
  void ended(const peer* which);

  net::real_world world_;
  net::task_group tasks_;
  std::unique_ptr<net::acceptor> listening_;
  std::vector<std::unique_ptr<peer>> peers_;
  std::vector<std::string> commands_;
  unsigned logins_ = 0;
};

}  // namespace hassle::client::tests
