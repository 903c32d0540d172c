// What verify-backup has found: each a question with its answer, told as soon as it is known. One that does
// not hold keeps the whole from being proven, and has a remedy.
#pragma once

#include <string>
#include <vector>

#include "recover/error.hpp"
#include "recover/reporter.hpp"

namespace recover::verify {

class Findings {
 public:
  explicit Findings(Reporter& reporter) : reporter_(reporter) {}

  void holds(const std::string& name, const std::string& evidence);
  void fails(const std::string& name, const std::string& evidence, const std::string& remedy);
  void fails(const std::string& name, const Error& error);  // with what failed while cleaning up

  bool all_hold() const { return problems_.empty(); }
  // "NAME: EVIDENCE", of those that fail.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  Reporter& reporter_;
  std::vector<std::string> problems_;
};

}  // namespace recover::verify
