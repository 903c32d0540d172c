// Data that the File Daemon packed (FileSet option Compression): each record by itself.
//
//     inflater.begin();
//     if (!inflater.add(part, sink) || !inflater.ended()) ...  // it is damaged
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace recover::bacula {

using UnpackedSink = std::function<void(std::string_view)>;

// GZIP: a record is one zlib stream. It is unpacked as it comes.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  void begin();
  // False: it is damaged, or unpacks to more than a File Daemon can have read at once.
  bool add(std::string_view part, const UnpackedSink& sink);
  bool ended() const { return ended_; }  // the whole stream has come, and was right

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool ended_ = false;
};

// LZO: one record, whole. `room` is kept from one to the next. False: it is damaged, or unpacks to more than
// a File Daemon can have read at once.
bool unpack_lzo(std::string_view packed, std::string& room, std::string_view& unpacked);

}  // namespace recover::bacula
