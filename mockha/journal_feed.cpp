#include "mockha/journal_feed.hpp"

#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

/// At most so many bytes, and no half character.
void cut_text(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  text += "…";
}

}  // namespace

void journal_feed::add(reports::event e) {
  cut_text(e.text, text_bytes_max);
  kept_.push_back(std::move(e));
  if (kept_.size() > kept_max_) kept_.pop_front();
  ++next_;
  for (auto& each : waiting_) each.open();
}

const reports::event& journal_feed::at(std::uint64_t number) const {
  assert(first() <= number && number < next());
  return kept_[number - first()];
}

asio::awaitable<net::wait_end> journal_feed::wait(net::time_source& time, std::uint64_t number,
                                                  net::time_point until) {
  if (number < next_) co_return net::wait_end::opened;
  struct place {
    std::list<net::gate>& among;
    std::list<net::gate>::iterator at;
    ~place() { among.erase(at); }
  };
  const place here{waiting_, waiting_.emplace(waiting_.end())};
  co_return co_await here.at->wait(time, until);
}

}  // namespace hassle::mockha
