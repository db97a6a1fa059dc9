// Finds the tables by which CPython knows functions in a file's data: type objects (PyTypeObject),
// descriptions of types (PyType_Spec) and of modules (PyModuleDef), and the lists of methods and
// attributes to which these point.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "target/elf_file.h"
#include "target/symbols/function_starts.h"

namespace boundscope {

enum class PythonEntry { method, slot, attribute };

struct PythonFunction {
  std::uint64_t address = 0;
  PythonEntry entry = PythonEntry::method;
  std::string_view owner;  // type or module
  std::string_view member;
};
using VisitPythonFunction = std::function<void(const PythonFunction&)>;

struct PythonTableScan {
  bool is_cut = false;  // there was more than may be read
  std::uint64_t bytes_read = 0;
};

// Visits every function that an entry names; one that several name comes several times. Nothing
// leads to the tables but how they look: a pointer counts as one to a function if one starts there.
PythonTableScan scan_python_tables(const ElfFile& file, const FunctionStarts& starts,
                                   const VisitPythonFunction& visit);

}  // namespace boundscope
