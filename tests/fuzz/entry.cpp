#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/target.hpp"

namespace recover::fuzz {

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Directory::put(const std::string& name, std::string_view content) const {
  const auto path = path_ + "/" + name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

void Directory::clear() const {
  for (const auto& entry : std::filesystem::directory_iterator(path_)) std::filesystem::remove_all(entry);
}

system::ProcessResult Answers::run(const system::ProcessSpec& spec, const system::Sink& sink) {
  if (next_ == texts_.size()) throw Failed("The Director is gone", "Start it again");
  const auto text = texts_[next_++];
  std::string out;
  if (text.starts_with('!')) {
    out = text.substr(1);
  } else {
    out =
        "Connecting to Director 127.0.0.1:9101\n1000 OK: 103 main-dir Version: 9.6.7 (10 December 2020)\n"
        "Enter a period to cancel a command.\n" +
        spec.input + std::string(text);
  }
  system::ProcessResult result;
  if (sink) {
    for (std::size_t at = 0; at < out.size(); at += piece_) sink(std::string_view(out).substr(at, piece_));
  } else {
    result.out = std::move(out);
  }
  return result;
}

}  // namespace recover::fuzz

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

// The fuzzer's own mutations, on inputs of a few KiB; and, rarely, one of its own: a piece of the input as
// often as there is room. That finds what takes the square of its time, or nests for ever.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  constexpr unsigned int rarely = 3000;
  constexpr std::size_t usual = 8192;
  if (seed % rarely != 0 || size == 0 || size > usual)
    return LLVMFuzzerMutate(data, size, std::min(max_size, std::max(usual, size)));
  const std::size_t begin = seed / rarely % size;
  const std::size_t length = std::min<std::size_t>(1 + seed / rarely / size % 40, size - begin);
  const std::string input(reinterpret_cast<char*>(data), size);
  std::string output = input.substr(0, begin);
  while (output.size() + length + (size - begin) <= max_size) output += input.substr(begin, length);
  output += input.substr(begin);
  const auto all = std::min(output.size(), max_size);
  std::copy_n(output.begin(), all, data);
  return all;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recover::fuzz::answered([&] { recover::fuzz::try_input({reinterpret_cast<const char*>(data), size}); });
  return 0;
}
