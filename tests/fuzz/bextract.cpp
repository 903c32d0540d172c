#include "recover/bacula/restore.hpp"
#include "recover/system/text.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

class Bextract : public Answers {
 public:
  explicit Bextract(std::string_view text) : Answers({}), text_(text) {}
  system::ProcessResult run(const system::ProcessSpec&, const system::Sink& sink) override {
    for (std::size_t at = 0; at < text_.size(); at += 100) sink(text_.substr(at, 100));
    return {};
  }

 private:
  std::string_view text_;
};

}  // namespace

void try_input(std::string_view input) {
  Bextract processes(input);
  std::int64_t files = 0;
  const auto outcome =
      bacula::extract(processes, {{"bextract", "-p"}}, [&](const bacula::RestoreProgress& progress) {
        require(progress.files >= files && progress.bytes >= 0, "what is restored does not become less");
        files = progress.files;
      });
  require(outcome.files >= 0 && outcome.errors.size() <= 100, "what bextract says is bounded");
  for (const auto& error : outcome.errors)
    require(system::harmless(error) == error, "what bextract says can be shown");
}

}  // namespace recover::fuzz
