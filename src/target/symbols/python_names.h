// What functions of CPython and of its extension modules are called in Python. Distributions strip
// both, and most of what the interpreter calls is static in C and so without a symbol; but the
// interpreter itself finds these functions through tables in the file's data, and those have names.
//
// The names cannot be mistaken for symbols of C or C++, which hold no single colon, nor for what
// CPython writes into perf maps for code in Python ("py::handle:/srv/app.py"):
//
//   py:str.join          a method: type, method
//   py:_json.scanstring  a function of a module (builtins.sorted, _functools.reduce)
//   py:dict.mp_subscript what an operator or the interpreter calls for a type, spelled as the slot
//                        of PyTypeObject: tp_* nb_* sq_* mp_* am_* bf_*. *.tp_traverse is the
//                        garbage collector's work; of a module's own data it is *.m_traverse
//   py:slice.start       an attribute that is computed: read or set
//
// Types are spelled as the file spells them: "str", "re.Pattern", "collections.deque"; characters
// are letters, digits and "_.-". One function may serve several entries; then a method goes before
// a slot, a slot before an attribute and before a method with double underscores, and of equals the
// shortest name: list.__getitem__ and the operator are both py:list.mp_subscript, and what set and
// frozenset share is set's.
//
// Only the function in a table has a name, not what it calls: for those the stack has to tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"
#include "target/symbols/function_starts.h"

namespace boundscope {

class PythonNames {
 public:
  PythonNames() = default;  // knows no function
  // None if the file has nothing to do with CPython 3. The file belongs to the target: what is read
  // and how long is bounded.
  static PythonNames read(const ElfFile& file, const FunctionStarts& starts);

  // Of the function that begins at this address, as linked; "" if no table has it. Lives as long as
  // this.
  std::string_view name_at(std::uint64_t function_start) const;

  bool is_cut() const { return is_cut_; }  // there is more than is read
  std::uint64_t bytes_read() const { return bytes_read_; }

  std::size_t size() const { return functions_.size(); }
  std::size_t bytes() const;  // memory held

 private:
  struct Function {
    std::uint64_t start = 0;
    std::uint32_t name_at = 0;  // in names_
    std::uint32_t name_size = 0;
  };

  std::vector<Function> functions_;  // by address
  std::string names_;
  bool is_cut_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace boundscope
