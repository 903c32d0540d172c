#include "recover/verify/findings.hpp"

namespace recover::verify {
namespace {

Event answered(const std::string& name, const char* answer, const std::string& evidence) {
  return Event("check").with("check", name).with("answer", answer).with("evidence", evidence);
}

}  // namespace

void Findings::holds(const std::string& name, const std::string& evidence) {
  reporter_.observe(answered(name, "holds", evidence));
}

void Findings::fails(const std::string& name, const std::string& evidence, const std::string& remedy) {
  problems_.push_back(name + ": " + evidence);
  reporter_.observe(answered(name, "fails", evidence).with("remedy", remedy));
  reporter_.say("      " + remedy + ".");
}

void Findings::fails(const std::string& name, const Error& error) {
  auto evidence = error.problem();
  for (const auto& line : error.aftermath()) evidence += "; and while cleaning up: " + line;
  fails(name, evidence, error.remedy());
}

}  // namespace recover::verify
