// Devices as they can be read and not written: a read-only loop device over each. A btrfs that is mounted
// read-only still writes. Where one of two copies is bad it puts the good one in its place ("read error
// corrected": kernel, fs/btrfs/bio.c), and a block device that is set read-only is only warned of then.
//
//     const ReadOnlyView view({"/dev/sda2", "/dev/sdb2"});
//     mount(view.paths()[0], target, "btrfs", "ro,rescue=nologreplay,device=" + view.paths()[1]);
#pragma once

#include <string>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::system {

class ReadOnlyView {
 public:
  // Throws Failed. The kernel takes each loop device away when neither this nor a mount has it any more, also
  // after a SIGKILL.
  explicit ReadOnlyView(const std::vector<std::string>& devices);
  // The kernel forgets that a btrfs was seen on them. What is still mounted stays.
  ~ReadOnlyView();
  ReadOnlyView(const ReadOnlyView&) = delete;
  ReadOnlyView& operator=(const ReadOnlyView&) = delete;

  const std::vector<std::string>& paths() const { return paths_; }  // of the loop devices, in that order
  // With the devices' own names where the text, the kernel's or a program's, has those of the loop devices.
  std::string with_real_names(std::string text) const;

 private:
  std::vector<Descriptor> held_;
  std::vector<std::string> paths_, devices_;
};

}  // namespace recover::system
