#include "recover/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "recover/error.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

namespace po = boost::program_options;

const std::vector<std::string> commands{"verify-backup", "status",     "list",    "check",   "log",
                                        "capture",       "quarantine", "freshen", "diagnose"};

po::options_description described_options() {
  po::options_description options("Options", 80, 40);
  const auto text = [](const char* name) {
    return po::value<std::string>()->value_name(name);
  };
  auto add = options.add_options();
  add("playbook", text("NAME|FILE"), "run this playbook");
  add("profile", text("FILE"), "the machine profile (machine.toml)");
  add("dry-run", "show the whole plan, or what freshen would do; write nothing");
  add("as-of", text("'YYYY-MM-DD HH:MM:SS'"), "restore as of that moment");
  add("resume", "go on with the run that was interrupted");
  add("restart", "begin anew, whatever an earlier run has done");
  add("confirm", po::value<std::vector<std::string>>()->value_name("SERIAL")->composing(),
      "the disk that may be erased, or what is on it, instead of typing it; once for each");
  add("prove", text("quick|full"),
      "how deep the volumes are read before anything is destroyed: the ends of each range, or all of it");
  add("all", "salvage everything that can be read, not only what the backup does not have");
  add("replace", po::value<std::vector<std::string>>()->value_name("OLD=NEW")->composing(),
      "the disk with the serial NEW takes the place of the profile's disk OLD; once for each");
  add("without-efi-variables",
      "where the firmware takes no boot entry, have the machine boot by the fallback path on the ESP");
  add("state", text("DIR"), "where the journal is kept");
  add("output,o", text("FILE|DIR"),
      "capture: write the profile to that file, not to standard output; log --report: the directory to write "
      "to");
  add("report", "log: make report.html and report.md again, beside the journal");
  add("to-storage", "capture: write the profile to the storage volume as well");
  add("check", text("FILE"), "capture: compare the machine with that profile, and name each drift");
  add("check-filesystem", "diagnose: have btrfs check read everything as well");
  add("hold", "quarantine: hold the volumes and schedules of an open recovery");
  add("keep", "quarantine: the same, unless it was lifted by hand");
  add("lift", "quarantine: lift it by hand");
  add("json", "one event a line, as JSON");
  add("help,h", "show this");
  add("version", "show the version, and those of the libraries");
  return options;
}

// Exactly the form that Bacula takes.
void check_moment(const std::string& text) {
  if (system::seconds_of_local_time(text) != 0) return;
  throw UsageError("\"" + system::printable(text) + "\" is no moment for --as-of",
                   "Write it as 'YYYY-MM-DD HH:MM:SS', in local time");
}

void refuse_unless(bool fits, const std::string& option, const char* command) {
  if (!fits) throw UsageError("--" + option + " goes with " + command, "recover --help shows the commands");
}

std::string text_of(const po::variables_map& given, const char* name) {
  return given.count(name) ? given[name].as<std::string>() : std::string();
}

po::variables_map parsed(int argc, const char* const* argv, std::vector<std::string>& words) {
  po::options_description all = described_options();
  all.add_options()("word", po::value<std::vector<std::string>>());
  po::positional_options_description positions;
  positions.add("word", -1);
  po::variables_map given;
  try {
    using namespace po::command_line_style;
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(positions)
                  .style(allow_long | allow_short | long_allow_next | long_allow_adjacent | short_allow_next |
                         allow_dash_for_short)
                  .run(),
              given);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> known;
    const auto described = described_options();
    for (const auto& option : described.options()) known.push_back("--" + option->long_name());
    const auto near = system::nearest(error.get_option_name(), known);
    throw UsageError("Unknown option " + system::printable(error.get_option_name()),
                     near.empty() ? "recover --help shows the options" : "Did you mean " + near + "?");
  } catch (const po::error& error) {
    throw UsageError(std::string("The command line is not understood: ") + system::printable(error.what()),
                     "recover --help shows the options");
  }
  if (given.count("word")) words = given["word"].as<std::vector<std::string>>();
  return given;
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  std::vector<std::string> words;
  const auto given = parsed(argc, argv, words);
  Options options;
  options.playbook = text_of(given, "playbook");
  options.profile = text_of(given, "profile");
  options.as_of = text_of(given, "as-of");
  options.state = text_of(given, "state");
  if (given.count("confirm")) options.confirm = given["confirm"].as<std::vector<std::string>>();
  options.prove = text_of(given, "prove");
  if (given.count("replace")) options.replace = given["replace"].as<std::vector<std::string>>();
  options.all = given.count("all") > 0;
  options.dry_run = given.count("dry-run") > 0;
  options.resume = given.count("resume") > 0;
  options.restart = given.count("restart") > 0;
  options.json = given.count("json") > 0;
  options.without_efi_variables = given.count("without-efi-variables") > 0;
  options.output = text_of(given, "output");
  options.report = given.count("report") > 0;
  options.compare = text_of(given, "check");
  options.to_storage = given.count("to-storage") > 0;
  options.check_filesystem = given.count("check-filesystem") > 0;
  options.hold = given.count("hold") > 0;
  options.keep = given.count("keep") > 0;
  options.lift = given.count("lift") > 0;
  if (options.hold + options.keep + options.lift > 1)
    throw UsageError("--hold, --keep and --lift exclude each other", "Give one of them");
  if (!options.as_of.empty()) check_moment(options.as_of);
  if (given.count("prove") && options.prove != "quick" && options.prove != "full")
    throw UsageError("\"" + system::printable(options.prove) + "\" is no depth for --prove",
                     "Give --prove quick or --prove full");
  if (options.resume && options.restart)
    throw UsageError("--resume and --restart exclude each other", "Give one of them");

  if (given.count("help") || given.count("version")) {
    options.command = given.count("help") ? "help" : "version";
    return options;
  }
  if (!options.playbook.empty() || given.count("playbook")) {
    if (options.playbook.empty())
      throw UsageError("--playbook wants a name or a file", "\"recover list\" shows the playbooks");
    if (!words.empty())
      throw UsageError("Unexpected word \"" + system::printable(words.front()) + "\"",
                       "recover --help shows the commands");
    options.command = "run";
    for (const auto* option : {"output", "to-storage", "check"})
      refuse_unless(!given.count(option), option, "capture");
    refuse_unless(!options.report, "report", "log");
    refuse_unless(!options.check_filesystem, "check-filesystem", "diagnose");
    for (const auto* option : {"hold", "keep", "lift"})
      refuse_unless(!given.count(option), option, "quarantine");
    return options;
  }
  if (words.empty())
    throw UsageError("Nothing to do was given",
                     "To recover: recover --playbook storage. recover --help shows the rest");
  options.command = words.front();
  options.names.assign(words.begin() + 1, words.end());
  if (std::find(commands.begin(), commands.end(), options.command) == commands.end()) {
    const auto near = system::nearest(options.command, commands);
    throw UsageError("Unknown command \"" + system::printable(options.command) + "\"",
                     near.empty() ? "recover --help shows the commands" : "Did you mean \"" + near + "\"?");
  }
  if (!options.names.empty() && options.command != "check")
    throw UsageError(
        "Unexpected word \"" + system::printable(options.names.front()) + "\" behind " + options.command,
        "recover --help shows the commands");
  refuse_unless(!options.dry_run || options.command == "freshen", "dry-run", "--playbook or freshen");
  for (const auto* option : {"resume", "restart", "confirm", "replace", "as-of", "prove", "all"})
    refuse_unless(!given.count(option), option, "--playbook");
  refuse_unless(!options.without_efi_variables || options.command == "check", "without-efi-variables",
                "--playbook or check");
  for (const auto* option : {"to-storage", "check"})
    refuse_unless(!given.count(option) || options.command == "capture", option, "capture");
  refuse_unless(!options.report || options.command == "log", "report", "log");
  refuse_unless(!options.check_filesystem || options.command == "diagnose", "check-filesystem", "diagnose");
  refuse_unless(!given.count("output") || options.command == "capture" || options.report, "output",
                "capture or log --report");
  for (const auto* option : {"hold", "keep", "lift"})
    refuse_unless(!given.count(option) || options.command == "quarantine", option, "quarantine");
  for (const auto* command : {"verify-backup", "quarantine", "freshen"})
    if (options.command == command && !options.state.empty())
      throw UsageError(std::string(command) + " has its state in /var/lib/recover, and takes no --state",
                       "Leave it out");
  if (options.command == "diagnose" && !options.state.empty())
    throw UsageError("diagnose keeps no journal, and takes no --state", "Leave it out");
  if (!options.compare.empty() && (!options.output.empty() || options.to_storage))
    throw UsageError("capture --check compares and writes no profile",
                     "Give either --check, or -o and --to-storage");
  return options;
}

std::string help_text() {
  std::ostringstream options;
  options << described_options();
  return "recover brings a machine back whose btrfs root is lost, from its Bacula backup.\n"
         "\n"
         "  recover --playbook storage --dry-run   show what would be done; writes nothing\n"
         "  recover --playbook storage             do it; asks before it destroys anything\n"
         "  recover --playbook storage --resume    go on after an interruption\n"
         "  recover diagnose                       what is left of the disk, what to do\n"
         "  recover verify-backup                  on the rebooted machine: prove a backup\n"
         "  recover status                         how far the recovery is\n"
         "  recover check [NAME...]                ask the checks, do nothing\n"
         "  recover list                           playbooks, kinds of steps, checks\n"
         "  recover log                            the journal, readable\n"
         "  recover log --report [-o DIR]          its report again, as HTML and Markdown\n"
         "  recover quarantine                     what new backups may not touch yet\n"
         "  recover capture -o machine.toml        on the healthy machine: write profile\n"
         "  recover capture --check machine.toml   has it changed since?\n"
         "  recover freshen                        keep the storage volume current\n"
         "\n" +
         options.str() +
         "\n"
         "Exit: 0 done (a run: finished); 1 a step failed; 2 bad usage or input;\n"
         "3 refused, nothing was written; 4 done, but NOT FINISHED: no backup has\n"
         "verified yet; 5 interrupted, --resume continues; 6 another run is at work;\n"
         "7 done, but something is missing or has changed, and each is named.\n";
}

}  // namespace recover
