#include "mockha/frontend_data.hpp"

#include "mockha/json_text.hpp"

namespace hassle::mockha {

bool frontend_data::set(std::string_view user_id, std::string_view key, std::string value) {
  const auto [slot, fresh] = values_.try_emplace(name(user_id, key));
  const std::size_t before = fresh ? 0 : key.size() + slot->second.size();
  const std::size_t after = bytes_ - before + key.size() + value.size();
  if (after > bytes_max || values_.size() > values_max) {
    if (fresh) values_.erase(slot);
    return false;
  }
  slot->second = std::move(value);
  bytes_ = after;
  return true;
}

std::string_view frontend_data::find(std::string_view user_id, std::string_view key) const {
  const auto found = values_.find(name(user_id, key));
  return found == values_.end() ? std::string_view("null") : std::string_view(found->second);
}

std::string frontend_data::all_of(std::string_view user_id) const {
  std::string text = "{";
  for (auto at = values_.lower_bound(name(user_id, "")); at != values_.end(); ++at) {
    if (at->first.first != user_id) break;
    if (text.size() > 1) text += ',';
    append_string(text, at->first.second);
    text += ':';
    text += at->second;
  }
  text += '}';
  return text;
}

}  // namespace hassle::mockha
