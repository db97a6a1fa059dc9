// Where CPython's structures for types hold functions, and what it calls these places
// (Include/cpython/object.h, Include/typeslots.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace boundscope {

// A pointer to a function in a type object. Offsets count from its tp_name, because what stands
// before that differs between builds.
struct PythonSlot {
  std::uint16_t offset = 0;
  std::string_view name;
};

// A structure of pointers to functions, to which a type object may point.
struct PythonSuite {
  std::uint16_t offset = 0;                 // of the pointer, from tp_name
  std::span<const std::string_view> names;  // of its words; "": is no function
};

std::span<const PythonSlot> python_type_slots();       // in all versions
std::span<const PythonSlot> python_late_type_slots();  // older types end before them
std::span<const PythonSuite> python_type_suites();

// The name of a slot by its number in a PyType_Slot; "" for numbers that are no function's.
std::string_view python_slot_name(std::uint64_t number);

}  // namespace boundscope
