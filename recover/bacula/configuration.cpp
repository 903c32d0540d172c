#include "recover/bacula/configuration.hpp"

#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

Resource resource_of(const ConfigurationNode& node) {
  Resource resource;
  resource.kind = node.word;
  for (const auto& inner : node.nodes) {
    if (inner.block) {
      resource.nested.push_back(resource_of(inner));
    } else if (!is_secret(inner.word)) {
      for (const auto& value : inner.values) resource.values.emplace(inner.word, value);
    }
  }
  return resource;
}

}  // namespace

std::string Resource::value(const std::string& key) const {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

std::vector<std::string> Resource::all(const std::string& key) const {
  std::vector<std::string> found;
  const auto [from, to] = values.equal_range(key);
  for (auto at = from; at != to; ++at) found.push_back(at->second);
  return found;
}

std::vector<const Resource*> Configuration::of_kind(const std::string& kind) const {
  std::vector<const Resource*> found;
  for (const auto& resource : resources)
    if (resource.kind == kind) found.push_back(&resource);
  return found;
}

const Resource* Configuration::find(const std::string& kind, const std::string& name) const {
  for (const auto* resource : of_kind(kind))
    if (resource->name() == name) return resource;
  return nullptr;
}

Configuration parse_configuration(const std::string& path, const ReadFile& read) {
  Configuration configuration;
  ConfigurationText text;
  const auto nodes = parse_into(text, path, {read});
  if (text.files.empty() && text.problems.empty()) return configuration;
  configuration.file = path;
  for (const auto& node : nodes)
    if (node.block) configuration.resources.push_back(resource_of(node));
  for (auto& problem : text.problems)
    if (!problem.secret) configuration.problems.push_back(std::move(problem.sentence));
  return configuration;
}

Configuration read_configuration(const std::string& path, const std::string& root) {
  return parse_configuration(path, [&root](const std::string& file) -> std::optional<std::string> {
    if (!system::exists(root + file)) return std::nullopt;
    return system::read_file_or(root + file, "");
  });
}

}  // namespace recover::bacula
