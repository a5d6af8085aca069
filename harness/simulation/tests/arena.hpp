#pragma once

#include "harness/simulation/network.hpp"

#include <hassle/net/real_world.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace hassle::harness {

using namespace std::chrono_literals;

/// A world with a place to dial from and one to listen at, and how to let it run.
class arena {
 public:
  virtual ~arena() = default;
  virtual net::world& near() = 0;
  virtual net::world& far() = 0;
  [[nodiscard]] virtual std::string far_address() const = 0;
  virtual void run() = 0;  ///< Until nothing is left to do.
};

class simulated_arena final : public arena {
 public:
  net::world& near() override { return near_; }
  net::world& far() override { return far_; }
  [[nodiscard]] std::string far_address() const override { return far_.address(); }
  void run() override { world_.run_until(net::never); }

 private:
  simulated_world world_{1};
  network network_{world_, {.latency = 5ms, .jitter = 2ms}, [](const reports::event&) {}};
  host& near_ = network_.add_host("near");
  host& far_ = network_.add_host("far");
};

class real_arena final : public arena {
 public:
  net::world& near() override { return world_; }
  net::world& far() override { return world_; }
  [[nodiscard]] std::string far_address() const override { return "127.0.0.1"; }
  void run() override {
    context_.restart();
    context_.run();
  }

 private:
  asio::io_context context_{1};
  net::real_world world_{context_, 1};
};

/// "simulated" or "real".
inline std::unique_ptr<arena> make_arena(std::string_view kind) {
  if (kind == "real") return std::make_unique<real_arena>();
  return std::make_unique<simulated_arena>();
}

}  // namespace hassle::harness
