#include "recover/salvage/foreign_program.hpp"

#include <elf.h>
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::salvage {
namespace {

// With its symbolic links resolved within the tree, as the other one would not.
std::string resolved(const std::string& tree, const std::string& path) {
  const system::TreeRoot root(tree);
  const auto file = root.open(path, O_PATH);
  std::error_code unreadable;
  const auto real = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file.get()), unreadable);
  const auto top = std::filesystem::canonical(tree, unreadable).string();
  if (!file || !real.string().starts_with(top + "/"))
    throw Failed("There is no " + path + " in " + tree, "Make the recovery environment anew");
  return real.string().substr(top.size());
}

}  // namespace

std::string interpreter_of(const std::string& elf) {
  Elf64_Ehdr header;
  if (elf.size() < sizeof header) return "";
  std::memcpy(&header, elf.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return "";
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    const auto at = header.e_phoff + i * sizeof part;
    if (at > elf.size() || elf.size() - at < sizeof part) return "";
    std::memcpy(&part, elf.data() + at, sizeof part);
    if (part.p_type != PT_INTERP) continue;
    if (part.p_offset > elf.size() || elf.size() - part.p_offset < part.p_filesz) return "";
    const auto path = elf.substr(part.p_offset, part.p_filesz);
    return path.substr(0, path.find('\0'));
  }
  return "";
}

std::vector<std::string> library_directories(const std::string& listed) {
  std::vector<std::string> directories;
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, arrow, path;
    words >> name >> arrow >> path;
    if (arrow != "=>" || !path.starts_with('/')) continue;
    auto directory = path.substr(0, path.rfind('/'));
    if (std::find(directories.begin(), directories.end(), directory) == directories.end())
      directories.push_back(std::move(directory));
  }
  return directories;
}

std::vector<std::string> foreign_program(system::Processes& processes, const std::string& tree,
                                         const std::string& program, const std::string& seen_at) {
  const auto found = system::find_program(program, tree);
  if (found.empty())
    throw Failed("The recovery environment has no " + program, "Make the recovery environment anew");
  const auto path = resolved(tree, found);
  const auto loader = interpreter_of(system::read_file(tree + path).substr(0, 1 << 16));
  if (loader.empty()) return {seen_at + path};
  const auto result =
      processes.run({.argv = {"chroot", tree, loader, "--list", path}, .deadline = std::chrono::seconds(30)});
  const auto directories = library_directories(result.out);
  if (result.status != 0 || directories.empty())
    throw Failed("The loader of the recovery environment does not say what " + path +
                     " needs: " + system::printable(result.err.substr(0, 300)),
                 "Try it: chroot " + tree + " " + loader + " --list " + path);
  std::string libraries;
  for (const auto& directory : directories) libraries += (libraries.empty() ? "" : ":") + seen_at + directory;
  return {seen_at + resolved(tree, loader), "--inhibit-cache", "--library-path", libraries, seen_at + path};
}

}  // namespace recover::salvage
