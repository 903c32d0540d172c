// The profiles that are there already when the machine is captured again: their notes are taken over, and
// their answers where the machine leaves a choice.
//
//     Before before(sight);
//     for (const auto& note : before.read("/mnt/storage/machine.toml")) tell(note);
//     const auto captured = before.conclude();
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recover/capture/capture.hpp"

namespace recover::capture {

class Before {
 public:
  explicit Before(const Sight& sight) : sight_(sight) {}  // must outlive it

  // Nothing happens when there is no such file. The first that loads counts; of one that does not, the notes
  // are kept, and what is to be said of that is returned, as sentences. Throws Refused when it is another
  // machine's, which must not be replaced by this one's.
  std::vector<std::string> read(const std::string& file);
  const Profile* profile() const { return before_ ? &*before_ : nullptr; }
  // What the machine shows, with what it does not say taken from before.
  Captured conclude() const;

 private:
  const Sight& sight_;
  std::optional<Profile> before_;
  std::map<std::string, std::string> notes_;  // of a profile that does not load
};

// The one that is there is kept as FILE.old. `loads`: the new one must, or Failed is thrown: it is there all
// the same. Returns whether there was one.
bool write_profile(const std::string& file, const std::string& text, bool loads);

}  // namespace recover::capture
