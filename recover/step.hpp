// Kinds of steps: each turns its parameters and the profile into actions, once, when the plan is made. To add
// one: a file in recover/steps/, its row in steps/kinds.cpp, a test, and its line in docs/steps.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/action.hpp"
#include "recover/layout.hpp"
#include "recover/partition_table.hpp"
#include "recover/profile.hpp"
#include "recover/targets.hpp"

namespace recover {

enum class ParameterType { text, texts, duration, depth };  // depth: quick or full

struct Parameter {
  std::string_view name;
  ParameterType type;
  std::string_view summary;
};

// Values of a step's parameters, after substitution. A text is a list of one.
using Parameters = std::map<std::string, std::vector<std::string>, std::less<>>;

struct StepContext {
  const Profile& profile;
  const Layout& layout;
  const std::vector<Target>& targets;
  const std::optional<Target>&esp, &boot;
  const Parameters& parameters;
  const std::vector<std::string>& mounted;  // mount points that the steps before it leave, in their order
  std::string as_of;                        // YYYY-MM-DD HH:MM:SS, or empty
  const AftercareFacts& aftercare;

  std::string text_or(std::string_view name, const std::string& otherwise) const {
    const auto found = parameters.find(name);
    return found == parameters.end() || found->second.empty() ? otherwise : found->second.front();
  }
  std::vector<std::string> texts_or(std::string_view name, const std::vector<std::string>& otherwise) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? otherwise : found->second;
  }
};

struct StepKind {
  std::string_view name;
  std::string_view summary;  // what it does, as a command: "Make the btrfs and its subvolumes again"
  bool destroys;             // what was on the target is gone afterwards: wants the operator's confirmation
  std::vector<Parameter> parameters;
  std::vector<Action> (*plan)(const StepContext& context);
};

// In the order of the documentation. The one table is in steps/kinds.cpp.
const std::vector<StepKind>& all_kinds();
const StepKind* find_kind(std::string_view name);

}  // namespace recover
