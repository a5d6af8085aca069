#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hassle::net {

/// Reads the head of the answer to an upgrade request along with Beast, which says only that there
/// was no 101, and that after the whole body.
class answer_watch {
 public:
  explicit answer_watch(std::size_t header_bytes_max);
  answer_watch(const answer_watch&) = delete;
  answer_watch& operator=(const answer_watch&) = delete;
  ~answer_watch();

  enum class verdict : std::uint8_t {
    open,      ///< Not known yet, or no concern of this: a 101, no HTTP at all, too large a head.
    declined,  ///< The head is complete, and is no 101.
  };
  verdict on_bytes(std::string_view some);

  [[nodiscard]] unsigned status() const noexcept { return status_; }  ///< 0 unless `declined`.
  [[nodiscard]] const std::string& retry_after() const noexcept { return retry_after_; }

 private:
  struct parser;
  std::unique_ptr<parser> parser_;  ///< Empty = nothing more to see.
  std::string head_;                ///< What the parser has not taken yet.
  std::size_t most_;
  unsigned status_ = 0;
  std::string retry_after_;
};

}  // namespace hassle::net
