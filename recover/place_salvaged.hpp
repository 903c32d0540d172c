// Puts salvaged files into the restored tree, or beside what is there: whole or not at all, with owner, mode,
// times, ACLs, xattrs and capabilities, holes and hard links. No link leads it out of either tree.
//
//     PlaceSalvaged place("/mnt/storage/recover-salvage", "/mnt/recover");
//     place.put(proposal, proposal.beside());
//     place.finish();
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "recover/salvage/offer.hpp"
#include "recover/system/tree_entry.hpp"

namespace recover {

class PlaceSalvaged {
 public:
  // Throws Failed when one of them is no directory.
  PlaceSalvaged(const std::string& salvage, const std::string& root);

  // Returns the path on the machine that it has got: `beside`, that is the proposal's with its suffix, and a
  // number where that is taken. Nothing happens when it is there already. Throws Failed; then what was there
  // is as it was.
  std::string put(const salvage::Proposal& proposal, bool beside);
  // All of it is on the disk. Throws Error.
  void finish();
  // In the directory of that path: what a process that was killed has left.
  void clean_up_around(const std::string& path);

 private:
  void make_parents(const std::string& path);
  std::string free_name(const system::TreeEntry& salvaged, const std::string& path) const;
  void copy(const system::TreeEntry& from, const system::TreeEntry& to, const std::string& link,
            bool durable);

  std::string root_path_;
  system::TreeRoot salvage_, root_;
  std::map<std::string, std::string> placed_;  // path on the machine -> where its file is now
  std::set<std::string> parents_;              // that are there
};

}  // namespace recover
