// A program of one root tree, run with another one as its root directory, in which the first is seen below
// some directory: its own dynamic loader and its own libraries, whatever lies in the other.
#pragma once

#include <string>
#include <vector>

namespace recover::system {
class Processes;
}

namespace recover::salvage {

// What is to be executed within the other tree. `tree`: the program's, `seen_at`: where the other has it.
// Throws Failed when it is not there, or its loader cannot say what it needs.
std::vector<std::string> foreign_program(system::Processes& processes, const std::string& tree,
                                         const std::string& program, const std::string& seen_at);

// The dynamic loader that an ELF file of 64 bits, in this machine's byte order, asks for (elf(5), PT_INTERP);
// empty: none, or it is no such file. `elf`: its first part.
std::string interpreter_of(const std::string& elf);

// The directories in what `ld.so --list PROGRAM` says, each once, in order (ld.so(8)).
std::vector<std::string> library_directories(const std::string& listed);

}  // namespace recover::salvage
