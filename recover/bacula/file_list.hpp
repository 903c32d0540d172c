// The list of the files that a restore must bring back, on disk beside the journal because it is as long as
// the backup: one line a file, LSTAT a blank, and the name with every byte outside printable ASCII, blank and
// backslash as \ooo. LSTAT holds blanks, the name never does, so the line's last blank parts them. Before the
// name there may be the digest of the data and a blank; a `=` begins it, which is no digit of a stat packet.
// Each name stands there once. Appended by a writer, read one at a time.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace recover::bacula {

struct ListedFile {
  std::string name;         // any bytes, absolute; a directory's without the slash that Bacula ends it with
  std::string lstat;        // base64 stat; empty when not known
  std::string digest = {};  // of the data, as the catalog has it: base64 without padding; empty: not known
};

class FileListWriter {
 public:
  explicit FileListWriter(std::string path);  // writes PATH.new; throws Failed
  ~FileListWriter();                          // removes PATH.new unless finished
  void add(const ListedFile& file);           // a digest that is none (the catalog's "0") is left out
  void finish();                              // fsync and rename to PATH
 private:
  std::string path_;
  std::FILE* file_ = nullptr;
};

// Throws Failed when it cannot be read or a line is no such line.
void read_file_list(const std::string& path, const std::function<void(const ListedFile&)>& each);

// One line without its newline. False when it is no such line.
bool parse_listed(std::string_view line, ListedFile& file);

}  // namespace recover::bacula
