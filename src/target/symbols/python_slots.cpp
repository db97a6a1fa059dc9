#include "target/symbols/python_slots.h"

#include <iterator>

namespace boundscope {
namespace {

// clang-format off
constexpr PythonSlot kType[] = {
    {24, "tp_dealloc"}, {40, "tp_getattr"}, {48, "tp_setattr"}, {64, "tp_repr"},
    {96, "tp_hash"}, {104, "tp_call"}, {112, "tp_str"}, {120, "tp_getattro"},
    {128, "tp_setattro"}, {160, "tp_traverse"}, {168, "tp_clear"}, {176, "tp_richcompare"},
    {192, "tp_iter"}, {200, "tp_iternext"}, {248, "tp_descr_get"}, {256, "tp_descr_set"},
    {272, "tp_init"}, {280, "tp_alloc"}, {288, "tp_new"}, {296, "tp_free"}};
// Behind those that all versions have.
constexpr PythonSlot kLateType[] = {{368, "tp_finalize"}, {376, "tp_vectorcall"}};

// Word by word; "" is no function.
constexpr std::string_view kAsync[] = {"am_await", "am_aiter", "am_anext"};
constexpr std::string_view kNumber[] = {
    "nb_add", "nb_subtract", "nb_multiply", "nb_remainder", "nb_divmod", "nb_power",
    "nb_negative", "nb_positive", "nb_absolute", "nb_bool", "nb_invert", "nb_lshift",
    "nb_rshift", "nb_and", "nb_xor", "nb_or", "nb_int", "", "nb_float", "nb_inplace_add",
    "nb_inplace_subtract", "nb_inplace_multiply", "nb_inplace_remainder", "nb_inplace_power",
    "nb_inplace_lshift", "nb_inplace_rshift", "nb_inplace_and", "nb_inplace_xor",
    "nb_inplace_or", "nb_floor_divide", "nb_true_divide", "nb_inplace_floor_divide",
    "nb_inplace_true_divide", "nb_index", "nb_matrix_multiply", "nb_inplace_matrix_multiply"};
constexpr std::string_view kSequence[] = {
    "sq_length", "sq_concat", "sq_repeat", "sq_item", "", "sq_ass_item", "", "sq_contains",
    "sq_inplace_concat", "sq_inplace_repeat"};
constexpr std::string_view kMapping[] = {"mp_length", "mp_subscript", "mp_ass_subscript"};
constexpr std::string_view kBuffer[] = {"bf_getbuffer", "bf_releasebuffer"};

constexpr PythonSuite kSuites[] = {
    {56, kAsync}, {72, kNumber}, {80, kSequence}, {88, kMapping}, {136, kBuffer}};

// By number in a PyType_Slot.
constexpr std::string_view kNumbered[] = {
    "", "bf_getbuffer", "bf_releasebuffer", "mp_ass_subscript", "mp_length", "mp_subscript",
    "nb_absolute", "nb_add", "nb_and", "nb_bool", "nb_divmod", "nb_float", "nb_floor_divide",
    "nb_index", "nb_inplace_add", "nb_inplace_and", "nb_inplace_floor_divide",
    "nb_inplace_lshift", "nb_inplace_multiply", "nb_inplace_or", "nb_inplace_power",
    "nb_inplace_remainder", "nb_inplace_rshift", "nb_inplace_subtract",
    "nb_inplace_true_divide", "nb_inplace_xor", "nb_int", "nb_invert", "nb_lshift",
    "nb_multiply", "nb_negative", "nb_or", "nb_positive", "nb_power", "nb_remainder",
    "nb_rshift", "nb_subtract", "nb_true_divide", "nb_xor", "sq_ass_item", "sq_concat",
    "sq_contains", "sq_inplace_concat", "sq_inplace_repeat", "sq_item", "sq_length",
    "sq_repeat", "tp_alloc", "", "", "tp_call", "tp_clear", "tp_dealloc", "tp_del",
    "tp_descr_get", "tp_descr_set", "", "tp_getattr", "tp_getattro", "tp_hash", "tp_init",
    "tp_is_gc", "tp_iter", "tp_iternext", "", "tp_new", "tp_repr", "tp_richcompare",
    "tp_setattr", "tp_setattro", "tp_str", "tp_traverse", "", "", "tp_free",
    "nb_matrix_multiply", "nb_inplace_matrix_multiply", "am_await", "am_aiter", "am_anext",
    "tp_finalize", "am_send", "tp_vectorcall"};
// clang-format on

}  // namespace

std::span<const PythonSlot> python_type_slots() { return kType; }
std::span<const PythonSlot> python_late_type_slots() { return kLateType; }
std::span<const PythonSuite> python_type_suites() { return kSuites; }

std::string_view python_slot_name(std::uint64_t number) {
  return number < std::size(kNumbered) ? kNumbered[number] : std::string_view();
}

}  // namespace boundscope
