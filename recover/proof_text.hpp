// The proof of a backup in words, for its check and for the question.
#pragma once

#include <optional>
#include <string>

#include "recover/bacula/proof.hpp"
#include "recover/facts.hpp"

namespace recover {

// "quick: 3 volumes, 12 ranges, the first and the last block of each read; 5301 files, as the catalog says"
std::string proof_text(const bacula::Proof& proof, bool by_director);

// How verify-backup last ended. Nothing: none is on record.
std::string verified_text(const std::optional<VerifyFacts>& verified);

}  // namespace recover
