#include "mockha/admin_server.hpp"

#include "mockha/admin_page.hpp"
#include "mockha/admin_text.hpp"
#include "mockha/journal_text.hpp"

#include <hassle/net/within.hpp>

#include <boost/asio/error.hpp>

#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

using written = net::result<bool>;

// `within` bounds what answers with a result.
asio::awaitable<written> as_result(asio::awaitable<net::error_code> operation) {
  const net::error_code ec = co_await std::move(operation);
  if (ec) co_return std::unexpected(ec);
  co_return true;
}

/// Counts for as long as it lives.
class counted {
 public:
  explicit counted(std::size_t& number) : number_(number) { ++number_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --number_; }

 private:
  std::size_t& number_;
};

}  // namespace

admin_server::admin_server(net::world& world, admin_desk& desk, std::string token,
                           admin_limits limits)
    : world_(world),
      time_(world.time()),
      desk_(desk),
      rules_{.token = std::move(token), .at = {}},
      limits_(limits),
      tasks_(world.executor()) {}

admin_server::~admin_server() { assert(tasks_.size() == 0 && "stop() comes first"); }

net::result<net::endpoint> admin_server::start(net::endpoint listen) {
  auto listener = world_.listen(std::move(listen));
  if (!listener) return std::unexpected(listener.error());
  rules_.at = (*listener)->local_endpoint();
  listener_ = listener->get();
  tasks_.spawn(accept_loop(std::move(*listener)));
  return rules_.at;
}

asio::awaitable<void> admin_server::stop() {
  if (listener_) std::exchange(listener_, nullptr)->close();
  tasks_.stop();
  co_await tasks_.join();
}

asio::awaitable<void> admin_server::accept_loop(std::unique_ptr<net::acceptor> from) {
  while (listener_ == from.get()) {
    auto stream = co_await from->accept();
    if (stream) {
      if (connections_ >= limits_.connections_max) {
        (*stream)->reset();
      } else {
        tasks_.spawn(serve(std::move(*stream)));
      }
    } else if (stream.error() != asio::error::operation_aborted) {
      // Out of file descriptors, for instance: not for ever, and nothing to spin about.
      constexpr net::duration pause = std::chrono::seconds(1);
      co_await net::sleep_until(time_, time_.now() + pause);
    }
    if (tasks_.stopping()) co_return;
  }
}

asio::awaitable<void> admin_server::serve(std::unique_ptr<net::byte_stream> stream) {
  const counted here(connections_);
  auto http = net::make_http_connection(std::move(stream), limits_.http);
  for (;;) {
    auto asked = co_await net::within(time_, time_.now() + limits_.request, http->read());
    if (tasks_.stopping()) co_return;
    if (!asked) {
      auto answer = net::refusal(asked.error());
      if (answer) (void)co_await write(http.get(), std::move(*answer), true);
      co_return;
    }
    const bool close = !asked->keep_alive;
    admin_answer answer = decide(*asked);
    bool goes_on = false;
    if (answer.stream && asked->method != "HEAD") {
      goes_on = co_await stream_journal(http.get(), std::move(answer));
    } else {
      goes_on = co_await write(http.get(), std::move(answer.response), close);
    }
    if (!goes_on || tasks_.stopping()) co_return;
  }
}

admin_answer admin_server::decide(const net::http_request& asked) {
  const bool is_head = asked.method == "HEAD";
  const auto* page = is_head || asked.method == "GET" ? find_page(asked.target) : nullptr;
  admin_answer answer;
  if (auto refused = refuse_admin(rules_, asked, page != nullptr)) {
    answer.response = std::move(*refused);
  } else if (page) {
    answer.response = page_response(*page);
  } else if (is_head) {
    net::http_request as_get = asked;
    as_get.method = "GET";
    answer = answer_admin(desk_, as_get);
  } else {
    answer = answer_admin(desk_, asked);
  }
  add_page_headers(answer.response);
  return answer;
}

asio::awaitable<bool> admin_server::write(net::http_connection* to, net::http_response answer,
                                          bool close) {
  const auto done = co_await net::within(time_, time_.now() + limits_.write,
                                         as_result(to->write(std::move(answer), close)));
  co_return done.has_value();
}

asio::awaitable<bool> admin_server::stream_journal(net::http_connection* to, admin_answer answer) {
  const journal_wish wish = *answer.stream;
  if (streams_ >= limits_.streams_max) {
    auto busy = error_answer(503, "the journal has too many listeners already");
    add_page_headers(busy.response);
    co_return co_await write(to, std::move(busy.response), false);
  }
  const counted here(streams_);
  const auto begun = co_await net::within(time_, time_.now() + limits_.write,
                                          as_result(to->begin(std::move(answer.response))));
  if (!begun) co_return false;
  const bool whole = co_await send_events(to, wish);
  if (!whole) co_return false;
  const auto ended = co_await net::within(time_, time_.now() + limits_.write, as_result(to->end()));
  co_return ended.has_value();
}

// False if the stream was broken off.
asio::awaitable<bool> admin_server::send_events(net::http_connection* to, journal_wish wish) {
  journal_text lines(desk_.journal, wish);
  for (bool at_first = true;; at_first = false) {
    const bool behind = lines.behind();
    std::string text = lines.next(limits_.piece_bytes);
    if (!text.empty()) {
      const bool taken = co_await send_piece(to, std::move(text));
      if (!taken) co_return false;
    }
    if (behind && !at_first) co_return false;  // It was told what it missed.
    if (!lines.done()) continue;
    if (!wish.follow) co_return true;
    const auto how =
        co_await desk_.journal.wait(time_, lines.number(), time_.now() + limits_.keep_alive);
    if (how == net::wait_end::cancelled) co_return false;
    if (how == net::wait_end::timed_out) {
      const bool taken = co_await send_piece(to, lines.nothing());
      if (!taken) co_return false;
    }
  }
}

asio::awaitable<bool> admin_server::send_piece(net::http_connection* to, std::string text) {
  const auto done =
      co_await net::within(time_, time_.now() + limits_.write, as_result(to->piece(text)));
  co_return done.has_value();
}

}  // namespace hassle::mockha
