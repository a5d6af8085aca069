#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <type_traits>
#include <utility>
#include <variant>

namespace hassle::client {

namespace asio = boost::asio;

/// For operations that have no result.
using nothing = std::monostate;

/// Somebody's completion handler until it is called: keeps its executor and ours at work. Dropping
/// it without a call drops the handler.
template <class Result>
class pending {
 public:
  using handler =
      std::conditional_t<std::is_same_v<Result, nothing>, asio::any_completion_handler<void()>,
                         asio::any_completion_handler<void(Result)>>;

  pending(handler to_call, const asio::any_io_executor& ours)
      : handler_(std::move(to_call)),
        ours_(asio::prefer(ours, asio::execution::outstanding_work.tracked)),
        theirs_(asio::prefer(asio::get_associated_executor(handler_, ours),
                             asio::execution::outstanding_work.tracked)) {}

  /// What its cancellation calls. `Function` must be small: slots store it.
  template <class Function>
  void on_cancel(Function function) {
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([function = std::move(function)](asio::cancellation_type type) {
      constexpr auto heard = asio::cancellation_type::terminal | asio::cancellation_type::partial;
      if ((type & heard) != asio::cancellation_type::none) function();
    });
  }

  /// On its executor: inline if that is where we are. The last use.
  void complete(Result result) && {
    auto where = std::move(theirs_);
    const auto memory = asio::get_associated_allocator(handler_);
    asio::dispatch(where,
                   asio::bind_allocator(memory, call{std::move(handler_), std::move(result)}));
  }

 private:
  struct call {
    void operator()() {
      asio::get_associated_cancellation_slot(to_call).clear();
      if constexpr (std::is_same_v<Result, nothing>) {
        std::move(to_call)();
      } else {
        std::move(to_call)(std::move(result));
      }
    }
    handler to_call;
    Result result;
  };
  using executor_of_handler =
      typename asio::associated_executor<handler, asio::any_io_executor>::type;

  handler handler_;
  asio::any_io_executor ours_;
  executor_of_handler theirs_;
};

}  // namespace hassle::client
