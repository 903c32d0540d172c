// The data of one file, as far as it can be read: behind what cannot be read it goes on, and holes stay
// holes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/salvage/manifest.hpp"

namespace recover::salvage {

// As pread(2): bytes, 0 at the end, or -1 and errno.
using ReadAt = std::function<ssize_t(char* to, std::size_t size, off_t at)>;
ReadAt read_of(int file);

// Parts of a file that hold data, in their order. Where the filesystem cannot tell all is data.
std::vector<MissingRange> data_of(int file, std::int64_t size);

struct DataCopy {
  std::int64_t read = 0;              // bytes
  std::vector<MissingRange> missing;  // in their order; those that touch are one
  int error = 0;                      // the first errno that reading gave; 0: none
};

// What is read, in order, and where it was. Nothing for what cannot be read.
using Piece = std::function<void(std::string_view bytes, off_t at)>;
DataCopy read_data(const ReadAt& read, const std::vector<MissingRange>& data, const Piece& piece);

// Of all of the file, holes as zeros, as the catalog has it; empty when not all could be read, or when what
// the catalog has is no digest that is known.
std::string digest_of(int file, std::int64_t size, const std::string& as_in_catalog);

}  // namespace recover::salvage
