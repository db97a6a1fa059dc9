#include "target/symbols/python_tables.h"

#include <algorithm>
#include <optional>
#include <string>

#include "target/symbols/loaded_data.h"
#include "target/symbols/python_slots.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostData = 16u << 20;  // CPython has 2 MB
constexpr std::uint64_t kMostWork = 4'000'000;
constexpr std::uint64_t kStringWork = 20;  // what reading one costs, in look-ups of a function
constexpr std::size_t kLongestName = 128;
constexpr std::uint64_t kMostEntries = 4096;  // of one list
constexpr std::uint64_t kLargestObject = 1u << 20;
constexpr std::uint64_t kWord = 8;

// Only what no other table can look like: "list", "re.Pattern", "method-wrapper".
bool is_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

class Scan {
 public:
  Scan(const ElfFile& file, const FunctionStarts& starts, const VisitPythonFunction& visit)
      : file_(file), starts_(starts), visit_(visit), data_(file, kMostData) {}

  PythonTableScan run() {
    for (const LoadedData::Piece& piece : data_.pieces()) {
      for (std::uint64_t i = 0; i < piece.bytes.size() && work_left_ > 0; i += kWord) {
        const std::uint64_t at = piece.address / kWord * kWord + i;
        if (word(at) == 0) continue;
        if (is_type(at)) {
          add_type(at);
        } else if (is_spec(at)) {
          add_spec(at);
        } else if (is_module(at)) {
          add_module(at);
        }
      }
    }
    return {data_.is_cut() || work_left_ == 0, data_.bytes_read()};
  }

 private:
  // What lies outside counts as 0: most fields may be that, and those that have to be something
  // are not.
  std::uint64_t word(std::uint64_t address) const { return data_.word(address).value_or(0); }

  void spend(std::uint64_t work) { work_left_ -= std::min(work, work_left_); }

  bool is_function(std::uint64_t address) {
    if (address == 0) return false;
    spend(1);
    return starts_.before(address) == address;
  }
  bool is_function_or_null(std::uint64_t address) { return address == 0 || is_function(address); }
  bool is_data_or_null(std::uint64_t address) const {
    return address == 0 || data_.word(address).has_value();
  }

  // "" if there is no name.
  std::string name_at(std::uint64_t address) {
    if (address == 0 || work_left_ == 0) return "";
    spend(kStringWork);
    std::string name = file_.read_at(address, kLongestName);
    const std::size_t end = name.find('\0');
    if (end == std::string::npos) return "";
    name.resize(end);
    return is_name(name) ? name : "";
  }

  void add(std::uint64_t function, PythonEntry entry, std::string_view owner,
           std::string_view member) {
    if (!member.empty() && is_function(function)) visit_({function, entry, owner, member});
  }

  // The three structures, each by the place of its name.

  // PyTypeObject: ... refcnt, type, size 0 | name, basic size, item size, functions ...
  bool is_type(std::uint64_t at) {
    constexpr std::uint64_t kLargestItem = 4096;
    const std::uint64_t size = word(at + 8);
    if (word(at - 8) != 0 || size > kLargestObject) return false;
    if (size == 0 && word(at + kTypeMethods) == 0) return false;  // those of abstract types
    if (word(at + 16) > kLargestItem) return false;
    if (word(at - 24) == 0 && word(at - 32) == 0) return false;  // nobody refers to it
    for (const PythonSlot& slot : python_type_slots()) {
      if (!is_function_or_null(word(at + slot.offset))) return false;
    }
    for (const PythonSuite& suite : python_type_suites()) {
      if (!is_data_or_null(word(at + suite.offset))) return false;
    }
    return is_data_or_null(word(at + kTypeMethods)) && is_data_or_null(word(at + kTypeAttributes));
  }

  void add_type(std::uint64_t at) {
    const std::string owner = name_at(word(at));
    if (owner.empty()) return;
    for (const auto slots : {python_type_slots(), python_late_type_slots()}) {
      for (const PythonSlot& slot : slots) {
        add(word(at + slot.offset), PythonEntry::slot, owner, slot.name);
      }
    }
    for (const PythonSuite& suite : python_type_suites()) {
      const std::uint64_t functions = word(at + suite.offset);
      if (functions == 0) continue;
      for (std::size_t i = 0; i < suite.names.size(); ++i) {
        add(word(functions + i * kWord), PythonEntry::slot, owner, suite.names[i]);
      }
    }
    add_methods(owner, word(at + kTypeMethods));
    add_attributes(owner, word(at + kTypeAttributes));
  }

  // PyModuleDef: refcnt, type 0, init 0, index 0, copy 0 | name, doc, size, methods, slots,
  // traverse, clear, free
  bool is_module(std::uint64_t at) {
    if (word(at - 8) != 0 || word(at - 16) != 0 || word(at - 24) != 0) return false;
    if (word(at - 40) == 0 && word(at - 48) == 0) return false;  // nobody refers to it
    const bool is_size = word(at + 16) + 1 <= kLargestObject;    // -1: has no state
    return is_size && is_data_or_null(word(at + 24)) && is_function_or_null(word(at + 40)) &&
           is_function_or_null(word(at + 48)) && is_function_or_null(word(at + 56));
  }

  void add_module(std::uint64_t at) {
    const std::string owner = name_at(word(at));
    if (owner.empty()) return;
    add_methods(owner, word(at + 24));
    add(word(at + 40), PythonEntry::slot, owner, "m_traverse");
    add(word(at + 48), PythonEntry::slot, owner, "m_clear");
    add(word(at + 56), PythonEntry::slot, owner, "m_free");
  }

  // PyType_Spec: name, basic size and item size of 4 bytes each, flags of 4 bytes, slots
  bool is_spec(std::uint64_t at) {
    const auto size = static_cast<std::int32_t>(word(at + 8));
    const bool is_size = size >= -static_cast<std::int32_t>(kLargestObject) &&
                         size <= static_cast<std::int32_t>(kLargestObject);
    const std::uint64_t slots = word(at + 24);
    return is_size && word(at + 8) >> 32 < 4096 && word(at + 16) >> 32 == 0 && slots != 0 &&
           is_data_or_null(slots) && is_slot_number(word(slots));
  }

  static bool is_slot_number(std::uint64_t number) { return number > 0 && number < 128; }

  void add_spec(std::uint64_t at) {
    const std::string owner = name_at(word(at));
    if (owner.empty()) return;
    // PyType_Slot: number, pointer; ends with number 0.
    std::uint64_t slot = word(at + 24);
    for (std::uint64_t i = 0; i < kMostEntries && is_slot_number(word(slot)); ++i, slot += 16) {
      const std::uint64_t number = word(slot);
      const std::uint64_t value = word(slot + kWord);
      if (number == kMethodsSlot) {
        add_methods(owner, value);
      } else if (number == kAttributesSlot) {
        add_attributes(owner, value);
      } else {
        add(value, PythonEntry::slot, owner, python_slot_name(number));
      }
    }
  }

  // PyMethodDef: name, function, flags of 4 bytes, doc; ends without a name. The function may be
  // one of another file.
  void add_methods(std::string_view owner, std::uint64_t at) {
    constexpr std::uint64_t kSize = 32;
    for (std::uint64_t i = 0; i < kMostEntries && at != 0 && word(at + 16) >> 32 == 0; ++i) {
      const std::string member = name_at(word(at));
      if (member.empty()) return;
      add(word(at + kWord), PythonEntry::method, owner, member);
      at += kSize;
    }
  }

  // PyGetSetDef: name, getter, setter, doc, closure; ends without a name.
  void add_attributes(std::string_view owner, std::uint64_t at) {
    constexpr std::uint64_t kSize = 40;
    for (std::uint64_t i = 0; i < kMostEntries && at != 0; ++i) {
      const std::string member = name_at(word(at));
      if (member.empty()) return;
      add(word(at + kWord), PythonEntry::attribute, owner, member);
      add(word(at + 2 * kWord), PythonEntry::attribute, owner, member);
      at += kSize;
    }
  }

  // From tp_name.
  static constexpr std::uint64_t kTypeMethods = 208;
  static constexpr std::uint64_t kTypeAttributes = 224;
  // Numbers of a PyType_Slot.
  static constexpr std::uint64_t kMethodsSlot = 64;
  static constexpr std::uint64_t kAttributesSlot = 73;

  const ElfFile& file_;
  const FunctionStarts& starts_;
  const VisitPythonFunction& visit_;
  LoadedData data_;
  std::uint64_t work_left_ = kMostWork;
};

}  // namespace

PythonTableScan scan_python_tables(const ElfFile& file, const FunctionStarts& starts,
                                   const VisitPythonFunction& visit) {
  return Scan(file, starts, visit).run();
}

}  // namespace boundscope
