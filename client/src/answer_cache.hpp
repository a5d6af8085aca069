#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <boost/json/value.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace hassle::client {

using shared_answer = std::shared_ptr<const boost::json::value>;

/// Answers to reads, kept for a while (LEE §4). Pure.
class answer_cache {
 public:
  explicit answer_cache(const degradation_config& settings);

  /// Remembers an answer; where there is no room the oldest one is dropped.
  void put(const std::string& key, shared_answer answer, net::time_point now);

  struct hit {
    shared_answer answer;
    net::duration age;
  };
  /// An answer not older than the TTL.
  [[nodiscard]] std::optional<hit> find(const std::string& key, net::time_point now) const;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    shared_answer answer;
    net::time_point at;
  };
  degradation_config settings_;
  std::map<std::string, entry> entries_;
};

}  // namespace hassle::client
