#include "scenarios/table_names.hpp"

#include "scenarios/rules.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace hassle::scenario {
namespace {

using roles = std::map<std::string, key_role, std::less<>>;

/// From the declarations: a table is what holds keys.
roles roles_of_tables() {
  roles result;
  for (const key_description& key : scenario_keys()) {
    if (key.table.empty()) continue;
    key_role& role = result.try_emplace(key.table, key_role::table).first->second;
    if (!key.repeated) continue;
    if (key.name == "name") role = key_role::named_tables;
    if (role == key_role::table) role = key_role::tables;
  }
  return result;
}

/// Two keys of which a table has one at most.
struct choice {
  std::string_view table;
  std::string_view one;
  std::string_view other;
};
constexpr std::array choices{
    choice{"fault", "at", "occurrence"}, choice{"fault", "every", "occurrence"},
    choice{"fault", "bytes", "age"}, choice{"host", "recycle", "recycle_at"}};

}  // namespace

key_role role_of(std::string_view path) {
  static const roles all = roles_of_tables();
  const auto found = all.find(path);
  return found == all.end() ? key_role::value : found->second;
}

std::vector<std::string_view> alternatives(std::string_view table, std::string_view key) {
  std::vector<std::string_view> others;
  for (const choice& each : choices) {
    if (each.table != table) continue;
    if (each.one == key) others.push_back(each.other);
    if (each.other == key) others.push_back(each.one);
  }
  return others;
}

std::vector<std::string> names_of_tables(const value& array) {
  std::vector<std::string> names;
  names.reserve(array.items.size());
  std::map<std::string_view, int> of_kind;
  for (const value& item : array.items) {
    const value* const name = item.find("name");
    const value* const kind = item.find("kind");
    const std::string_view kind_name = kind != nullptr ? std::string_view(kind->text) : "";
    const int number = kind_name.empty() ? 0 : ++of_kind[kind_name];
    if (name != nullptr && !name->text.empty()) {
      names.push_back(name->text);
    } else {
      names.push_back(kind_name.empty() ? std::string() : default_name(kind_name, number));
    }
  }
  return names;
}

}  // namespace hassle::scenario
