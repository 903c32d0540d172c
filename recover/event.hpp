// Events: what a run says of itself. The journal holds them, --json prints them, the reporter shows them; all
// three get the same objects.
//
//     Event("step-begun").with("step", "filesystem").with("kind", "make-btrfs")
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace recover {

using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

struct Event {
  std::string name;
  std::vector<std::pair<std::string, Value>> fields;

  explicit Event(std::string event_name = {}) : name(std::move(event_name)) {}

  Event& with(std::string key, Value value) &;
  Event&& with(std::string key, Value value) &&;
  // Overloads keep a string literal from becoming a bool.
  Event& with(std::string key, const char* value) & {
    return with(std::move(key), Value(std::string(value)));
  }
  Event&& with(std::string key, const char* value) && {
    return std::move(*this).with(std::move(key), Value(std::string(value)));
  }

  // Empty, 0, false or an empty list when the field is not there or of another type.
  std::string text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;

  bool operator==(const Event&) const = default;
};

// One line of JSON without a newline: {"event":NAME, FIELD:...}. Bytes that are no UTF-8 are replaced.
std::string to_json(const Event& event);
// Nothing when the text is no such object.
std::optional<Event> event_from_json(std::string_view text);

// Who is told of events while a run goes on.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(const Event& event) = 0;
};

}  // namespace recover
