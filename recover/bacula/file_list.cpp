#include "recover/bacula/file_list.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "recover/bacula/digest.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

[[noreturn]] void failed(const std::string& path, const char* what) {
  throw Failed(
      "The file list " + path + " cannot be " + what + ": " + std::strerror(errno),
      "Look at the free space and the state of the filesystem that holds it, and run the same command again");
}

// The rename is durable once the directory is.
void sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const system::Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) failed(path, "written");
}

std::string escaped(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (char c : name) {
    if (c > ' ' && c < 0x7F && c != '\\') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '\\';
      out += static_cast<char>('0' + (byte >> 6));
      out += static_cast<char>('0' + (byte >> 3 & 7));
      out += static_cast<char>('0' + (byte & 7));
    }
  }
  return out;
}

// False when it is no such name.
bool unescape(std::string_view text, std::string& name) {
  auto octal = [](char c) {
    return c >= '0' && c <= '7';
  };
  name.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] <= ' ' || text[i] >= 0x7F) return false;
    if (text[i] != '\\') {
      name += text[i];
      continue;
    }
    if (i + 3 >= text.size() || text[i + 1] > '3' || !octal(text[i + 1]) || !octal(text[i + 2]) ||
        !octal(text[i + 3])) {
      return false;
    }
    name += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
    i += 3;
  }
  return !name.empty();
}

bool is_digest(std::string_view text) {
  return digest_of_text(text) != DigestKind::none && text.find_first_of(" \n=") == std::string_view::npos;
}

}  // namespace

FileListWriter::FileListWriter(std::string path) : path_(std::move(path)) {
  file_ = std::fopen((path_ + ".new").c_str(), "we");
  if (file_ == nullptr) failed(path_, "written");
}

FileListWriter::~FileListWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink((path_ + ".new").c_str());
}

void FileListWriter::add(const ListedFile& file) {
  std::string line = file.lstat + ' ';
  if (is_digest(file.digest)) line += "=" + file.digest + ' ';
  line += escaped(file.name) + '\n';
  if (std::fwrite(line.data(), 1, line.size(), file_) != line.size()) failed(path_, "written");
}

void FileListWriter::finish() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) failed(path_, "written");
  if (std::rename((path_ + ".new").c_str(), path_.c_str()) != 0) failed(path_, "written");
  std::fclose(file_);
  file_ = nullptr;
  sync_directory_of(path_);
}

bool parse_listed(std::string_view line, ListedFile& file) {
  // A name holds no blank (it is escaped), so the last one ends the stat packet, which does.
  const auto blank = line.rfind(' ');
  if (blank == std::string_view::npos || !unescape(line.substr(blank + 1), file.name)) return false;
  line = line.substr(0, blank);
  file.digest.clear();
  const auto last = line.rfind(' ');
  const auto begin = last == std::string_view::npos ? 0 : last + 1;
  if (line.size() > begin && line[begin] == '=' && is_digest(line.substr(begin + 1))) {
    file.digest = line.substr(begin + 1);
    line = line.substr(0, begin == 0 ? 0 : last);
  }
  file.lstat = line;
  return true;
}

void read_file_list(const std::string& path, const std::function<void(const ListedFile&)>& each) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) failed(path, "read");
  std::unique_ptr<char, void (*)(void*)> buffer(nullptr, std::free);
  std::size_t capacity = 0;
  ListedFile listed;
  for (std::size_t number = 1;; ++number) {
    char* raw = buffer.release();
    errno = 0;
    const ssize_t length = ::getline(&raw, &capacity, file.get());
    buffer.reset(raw);
    if (length < 0) {
      if (std::ferror(file.get()) != 0) failed(path, "read");
      return;
    }
    std::string_view line(raw, static_cast<std::size_t>(length));
    // A line without its newline was cut.
    const bool whole = !line.empty() && line.back() == '\n';
    if (whole) line.remove_suffix(1);
    if (!whole || !parse_listed(line, listed)) {
      throw Failed("Line " + std::to_string(number) + " of the file list " + path + " cannot be read: \"" +
                       system::printable(line.substr(0, 200)) + "\"",
                   "The list is damaged. Choose the backup again: start the run anew with --restart");
    }
    each(listed);
  }
}

}  // namespace recover::bacula
