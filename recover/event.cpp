#include "recover/event.hpp"

#include <nlohmann/json.hpp>

namespace recover {
namespace {

template <typename T>
T field(const Event& event, std::string_view key) {
  for (const auto& [name, value] : event.fields)
    if (name == key)
      if (const T* found = std::get_if<T>(&value)) return *found;
  return T{};
}

// One that fits: a greater one would become another number.
bool is_whole(const nlohmann::ordered_json& value) {
  return value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX);
}

}  // namespace

Event& Event::with(std::string key, Value value) & {
  fields.emplace_back(std::move(key), std::move(value));
  return *this;
}
Event&& Event::with(std::string key, Value value) && {
  fields.emplace_back(std::move(key), std::move(value));
  return std::move(*this);
}

std::string Event::text(std::string_view key) const {
  return field<std::string>(*this, key);
}
std::int64_t Event::number(std::string_view key) const {
  return field<std::int64_t>(*this, key);
}
bool Event::flag(std::string_view key) const {
  return field<bool>(*this, key);
}
std::vector<std::string> Event::list(std::string_view key) const {
  return field<std::vector<std::string>>(*this, key);
}

std::string to_json(const Event& event) {
  nlohmann::ordered_json object;
  object["event"] = event.name;
  for (const auto& [key, value] : event.fields)
    std::visit([&, &name = key](const auto& held) { object[name] = held; }, value);
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<Event> event_from_json(std::string_view text) {
  // An ordered object looks through all its keys for each that comes. No event has fifty.
  constexpr int most_keys = 500;
  int keys = 0;
  const auto few = [&keys](int, nlohmann::ordered_json::parse_event_t parsed, const nlohmann::ordered_json&) {
    return parsed != nlohmann::ordered_json::parse_event_t::key || ++keys <= most_keys;
  };
  const auto object = nlohmann::ordered_json::parse(text, few, /*allow_exceptions=*/false);
  if (keys > most_keys || !object.is_object() || !object.contains("event") || !object["event"].is_string())
    return std::nullopt;
  Event event(object["event"].get<std::string>());
  for (const auto& [key, value] : object.items()) {
    if (key == "event") continue;
    if (value.is_boolean()) {
      event.with(key, Value(value.get<bool>()));
    } else if (is_whole(value)) {
      event.with(key, Value(value.get<std::int64_t>()));
    } else if (value.is_string()) {
      event.with(key, Value(value.get<std::string>()));
    } else if (value.is_array()) {
      std::vector<std::string> list;
      for (const auto& item : value) {
        if (!item.is_string()) return std::nullopt;
        list.push_back(item.get<std::string>());
      }
      event.with(key, Value(std::move(list)));
    } else {
      return std::nullopt;
    }
  }
  return event;
}

}  // namespace recover
