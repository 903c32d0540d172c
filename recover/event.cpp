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
  const auto object = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("event") || !object["event"].is_string()) return std::nullopt;
  Event event(object["event"].get<std::string>());
  for (const auto& [key, value] : object.items()) {
    if (key == "event") continue;
    if (value.is_boolean()) {
      event.with(key, Value(value.get<bool>()));
    } else if (value.is_number_integer()) {
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
