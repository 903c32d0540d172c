#include "recover/bacula/salvage_configuration.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using Nodes = std::vector<ConfigurationNode>;
// What stands in the place of a directive: itself when nothing is returned, nothing when it is empty.
using Instead =
    std::function<std::optional<std::string>(const ConfigurationNode& block, const ConfigurationNode& node)>;

const char* const configuration_remedy =
    "Look at the recovery environment's configuration of Bacula; make the environment anew: recover "
    "--playbook environment";

class Maker {
 public:
  Maker(const Sources& sources, const SalvageNeeds& needs) : sources_(sources), needs_(needs) {}

  SalvageConfiguration make() {
    const auto director = read("bacula-dir.conf"), storage = read("bacula-sd.conf"),
               client = read("bacula-fd.conf");
    if (!text_.problems.empty())
      throw Refused(text_.problems.front().secret
                        ? "A file that a password of the environment's configuration stands in cannot be read"
                        : "The environment's configuration of Bacula is not understood: " +
                              system::printable(text_.problems.front().sentence),
                    configuration_remedy);
    refuse_what_writes(director);
    require(director, {"client"}, needs_.client);
    require(director, {"fileset"}, needs_.fileset);
    require(director, {"storage", "autochanger"}, needs_.storage);
    return {directors(director), storages(storage), clients(client)};
  }

 private:
  Nodes read(const char* name) { return parse_into(text_, needs_.directory + "/" + name, sources_); }

  // Law 9: what is made here is the only job that may write, and nothing begins by itself.
  static void refuse_what_writes(const Nodes& director) {
    for (const auto& node : director) {
      const bool job = node.word == "job" || node.word == "jobdefs";
      const auto type = job ? keyword(node.text("type")) : "";
      if (node.word != "schedule" && (!job || type.empty() || type == "restore")) continue;
      throw Refused("The Director of the recovery environment holds the " + node.word + " \"" +
                        system::printable(node.name()) + "\", which could overwrite the real backups",
                    configuration_remedy);
    }
  }

  static void require(const Nodes& nodes, const std::set<std::string>& kinds, const std::string& name) {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) {
      return node.block && kinds.contains(node.word) && node.name() == name;
    });
    if (found == nodes.end())
      throw Refused("The Director of the recovery environment knows no " + *kinds.rbegin() + " named \"" +
                        system::printable(name) + "\"",
                    "Correct the names in the machine profile: [bacula]");
  }

  std::string value_of(const ConfigurationNode& node) const {
    const auto& text = text_.files[node.value.file].text;
    return text.substr(node.value.begin, node.value.end - node.value.begin);
  }

  // Some resources within others want it, and some do not take it.
  bool has_equals(const ConfigurationNode& block) const {
    if (block.place.file != block.value.file) return false;
    const auto& text = text_.files[block.place.file].text;
    return text.substr(block.place.begin, block.value.begin - block.place.begin).find('=') !=
           std::string::npos;
  }

  void write(std::string& into, const ConfigurationNode& block, const Instead& instead, int deep) const {
    const std::string indent(static_cast<std::size_t>(2 * deep), ' ');
    into += indent + block.word + (has_equals(block) ? " = {\n" : " {\n");
    for (const auto& node : block.nodes) {
      if (const auto other = instead(block, node)) {
        if (!other->empty()) into += indent + "  " + *other + "\n";
      } else if (node.block) {
        write(into, node, instead, deep + 1);
      } else {
        into += indent + "  " + node.word + " = " + value_of(node) + "\n";
      }
    }
    if (deep == 0)
      if (const auto last = instead(block, {}); last && !last->empty()) into += *last + "\n";
    into += indent + "}\n";
  }

  std::string whole(const Nodes& nodes, const Instead& instead) const {
    std::string text;
    for (const auto& node : nodes)
      if (node.block) write(text, node, instead, 0);
    return text;
  }

  static std::string quoted(const std::string& value) { return '"' + value + '"'; }

  std::string directors(const Nodes& nodes) const {
    const auto working = "WorkingDirectory = " + quoted(needs_.working + "/director");
    auto text = whole(nodes, [&](const auto& block, const auto& node) -> std::optional<std::string> {
      if (block.word == "director") {
        if (node.word == "workingdirectory") return working;
        if (node.word == "piddirectory") return "PidDirectory = " + quoted(needs_.working + "/director");
      }
      // What excludes and includes is the same; the catalog's word for it may be another all the same.
      if (block.word == "fileset") {
        if (node.word == "ignorefilesetchanges") return "";
        if (node.word.empty()) return "  Ignore FileSet Changes = yes";
      }
      return std::nullopt;
    });
    text += "Pool {\n  Name = " + quoted(needs_.pool) +
            "\n  Pool Type = Backup\n  Label Format = " + quoted(needs_.label) +
            "\n  Recycle = no\n  AutoPrune = no\n  Volume Retention = 100 years\n}\n";
    text += "Messages {\n  Name = " + quoted(needs_.pool) +
            "\n  catalog = all, !skipped, !saved\n  append = " + quoted(needs_.messages) +
            " = all, !skipped, !saved\n}\n";
    text +=
        "Job {\n  Name = " + quoted(needs_.backup_job) +
        "\n  Type = Backup\n  Level = Incremental\n  Accurate = yes\n  Client = " + quoted(needs_.client) +
        "\n  FileSet = " + quoted(needs_.fileset) + "\n  Storage = " + quoted(needs_.storage) +
        "\n  Pool = " + quoted(needs_.pool) + "\n  Messages = " + quoted(needs_.pool) +
        "\n  Write Bootstrap = " + quoted(needs_.bootstrap) + "\n}\n";
    return text;
  }

  // No device can reach the real volumes, whichever is used.
  std::string storages(const Nodes& nodes) const {
    const auto directory = quoted(needs_.working + "/storage");
    return whole(nodes, [&](const auto& block, const auto& node) -> std::optional<std::string> {
      if (block.word == "storage") {
        if (node.word == "workingdirectory") return "WorkingDirectory = " + directory;
        if (node.word == "piddirectory") return "PidDirectory = " + directory;
      }
      if (block.word != "device") return std::nullopt;
      if (node.word == "archivedevice") return "Archive Device = " + quoted(needs_.volumes);
      if (node.word == "spooldirectory") return "Spool Directory = " + directory;
      static const std::set<std::string> dropped{"labelmedia", "readonly", "maximumvolumesize",
                                                 "maximumspoolsize", "maximumjobspoolsize"};
      if (dropped.contains(node.word)) return "";
      if (node.word.empty()) return "  LabelMedia = yes";
      return std::nullopt;
    });
  }

  // Its root is the broken filesystem: what it needs of the environment is below another directory there.
  std::string clients(const Nodes& nodes) const {
    static const std::set<std::string> files{"plugindirectory",
                                             "tlscacertificatefile",
                                             "tlscacertificatedir",
                                             "tlscertificate",
                                             "tlskey",
                                             "tlsdhfile",
                                             "pkikeypair",
                                             "pkisigner",
                                             "pkimasterkey",
                                             "tlscertificaterevocationlist"};
    std::string director;
    for (const auto& node : nodes)
      if (node.word == "director" && director.empty()) director = node.name();
    return whole(nodes, [&, director](const auto& block, const auto& node) -> std::optional<std::string> {
      if (block.word == "messages") {
        if (node.word.empty()) return "  director = " + quoted(director) + " = all, !skipped";
        return node.word == "name" ? std::nullopt : std::optional<std::string>("");
      }
      if (node.word == "workingdirectory") return "WorkingDirectory = " + quoted(needs_.client_working);
      if (node.word == "piddirectory") return "PidDirectory = " + quoted(needs_.client_working);
      if (node.word == "disablecommand") return "";
      if (files.contains(node.word) && !node.values.empty())
        return node.word + " = " + quoted(needs_.programs + node.values.front());
      return std::nullopt;
    });
  }

  const Sources& sources_;
  const SalvageNeeds& needs_;
  ConfigurationText text_;
};

}  // namespace

SalvageConfiguration make_salvage_configuration(const Sources& sources, const SalvageNeeds& needs) {
  return Maker(sources, needs).make();
}

}  // namespace recover::bacula
