// x86-64, by Zydis.
#include "target/code/instruction.h"

#if defined(__x86_64__)

#include <Zydis/Zydis.h>

#include <array>

namespace boundscope {
namespace {

using Operands = std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT>;

// Cycles; of current cores of either vendor, rounded.
constexpr std::uint8_t kDivide = 18;
constexpr std::uint8_t kVectorArithmetic = 3;

const ZydisDecoder& decoder() {
  static const ZydisDecoder decoder = [] {
    ZydisDecoder made;
    ZydisDecoderInit(&made, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    return made;
  }();
  return decoder;
}

RegisterSet bit_of(ZydisRegister reg) {
  if (reg == ZYDIS_REGISTER_NONE) return 0;
  if (reg == ZYDIS_REGISTER_RFLAGS) return kFlags;
  const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
  if (whole >= ZYDIS_REGISTER_RAX && whole <= ZYDIS_REGISTER_R15)
    return RegisterSet{1} << (whole - ZYDIS_REGISTER_RAX);
  if (whole >= ZYDIS_REGISTER_ZMM0 && whole <= ZYDIS_REGISTER_ZMM31)
    return RegisterSet{1} << (16 + whole - ZYDIS_REGISTER_ZMM0);
  if (reg >= ZYDIS_REGISTER_K0 && reg <= ZYDIS_REGISTER_K7)
    return RegisterSet{1} << (49 + reg - ZYDIS_REGISTER_K0);
  return 0;
}

constexpr RegisterSet kVectors = ((RegisterSet{1} << 32) - 1) << 16;

// From register to register, which renaming does.
bool only_renames(const ZydisDecodedInstruction& decoded, const Instruction& instruction) {
  return decoded.mnemonic == ZYDIS_MNEMONIC_MOV && !instruction.loads && instruction.writes != 0 &&
         instruction.reads != 0;
}

std::uint8_t latency_of(const ZydisDecodedInstruction& decoded, const Instruction& instruction) {
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_DIV:
    case ZYDIS_MNEMONIC_IDIV:
    case ZYDIS_MNEMONIC_DIVSD:
    case ZYDIS_MNEMONIC_DIVSS:
    case ZYDIS_MNEMONIC_VDIVSD:
    case ZYDIS_MNEMONIC_VDIVSS:
    case ZYDIS_MNEMONIC_SQRTSD:
    case ZYDIS_MNEMONIC_VSQRTSD:
      return kDivide;
    case ZYDIS_MNEMONIC_IMUL:
    case ZYDIS_MNEMONIC_MUL:
    case ZYDIS_MNEMONIC_MULX:
    case ZYDIS_MNEMONIC_CRC32:
    case ZYDIS_MNEMONIC_POPCNT:
      return kMultiplication;
    default:
      break;
  }
  if ((instruction.writes & kVectors) == 0) return 1;
  switch (decoded.meta.category) {
    case ZYDIS_CATEGORY_DATAXFER:
    case ZYDIS_CATEGORY_LOGICAL:
    case ZYDIS_CATEGORY_LOGICAL_FP:
      return 1;
    default:
      return kVectorArithmetic;
  }
}

Instruction::Kind kind_of(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_LEA:
      return operands[1].mem.scale > 1 ? Instruction::Kind::scaled_lea : Instruction::Kind::other;
    case ZYDIS_MNEMONIC_ADDSD:
    case ZYDIS_MNEMONIC_ADDSS:
    case ZYDIS_MNEMONIC_ADDPD:
    case ZYDIS_MNEMONIC_ADDPS:
    case ZYDIS_MNEMONIC_SUBSD:
    case ZYDIS_MNEMONIC_SUBSS:
    case ZYDIS_MNEMONIC_SUBPD:
    case ZYDIS_MNEMONIC_SUBPS:
    case ZYDIS_MNEMONIC_VADDSD:
    case ZYDIS_MNEMONIC_VADDSS:
    case ZYDIS_MNEMONIC_VADDPD:
    case ZYDIS_MNEMONIC_VADDPS:
    case ZYDIS_MNEMONIC_VSUBSD:
    case ZYDIS_MNEMONIC_VSUBSS:
    case ZYDIS_MNEMONIC_VSUBPD:
    case ZYDIS_MNEMONIC_VSUBPS:
      return Instruction::Kind::float_addition;
    default:
      return Instruction::Kind::other;
  }
}

bool is_small(std::int64_t constant) { return constant >= -1024 && constant < 1024; }

// What Golden Cove and later cores of that vendor do in renaming: 11 bits, and whole registers.
bool adds_constant(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  if (operands[0].type != ZYDIS_OPERAND_TYPE_REGISTER || operands[0].size < 32) return false;
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_INC:
    case ZYDIS_MNEMONIC_DEC:
      return true;
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
      return operands[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && is_small(operands[1].imm.value.s);
    case ZYDIS_MNEMONIC_LEA:
      return operands[0].size == 64 && bit_of(operands[1].mem.base) != 0 &&
             operands[1].mem.index == ZYDIS_REGISTER_NONE && is_small(operands[1].mem.disp.value);
    default:
      return false;
  }
}

bool clears_register(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  if (decoded.mnemonic != ZYDIS_MNEMONIC_XOR && decoded.mnemonic != ZYDIS_MNEMONIC_PXOR &&
      decoded.mnemonic != ZYDIS_MNEMONIC_XORPS)
    return false;
  return operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
         operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
         operands[0].reg.value == operands[1].reg.value;
}

void add_operand(Instruction& instruction, const ZydisDecodedOperand& operand) {
  const bool reads = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
  const bool writes = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
  if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
    const RegisterSet bit = bit_of(operand.reg.value);
    // What is written on a condition is otherwise what it was.
    const bool keeps = (operand.actions & ZYDIS_OPERAND_ACTION_CONDWRITE) != 0 && bit != kFlags;
    if (reads || keeps) instruction.reads |= bit;
    if (writes) instruction.writes |= bit;
  } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
    const RegisterSet made_of = bit_of(operand.mem.base) | bit_of(operand.mem.index);
    const bool is_load = operand.mem.type == ZYDIS_MEMOP_TYPE_MEM && reads;
    (is_load ? instruction.address : instruction.reads) |= made_of;
    instruction.loads |= is_load;
  }
}

bool is_thread_local(ZydisRegister segment) {
  return segment == ZYDIS_REGISTER_FS || segment == ZYDIS_REGISTER_GS;
}

// Of a general register whose other bits, if it has some, become zero; else 0.
std::uint8_t bytes_of_whole(const ZydisDecodedOperand& operand) {
  if (operand.size < 32) return 0;
  return static_cast<std::uint8_t>(operand.size / 8);
}

// Which loads and operations a core of Intel's joins that does it (Granite Rapids, November 2026):
// of those that were tried, where samples said so (docs/stalls.md). Others of SSE were not.
std::uint8_t joined_as_load(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  if (decoded.operand_count_visible != 2 || operands[0].type != ZYDIS_OPERAND_TYPE_REGISTER ||
      operands[1].type != ZYDIS_OPERAND_TYPE_MEMORY)
    return 0;
  const ZydisDecodedOperandMem& memory = operands[1].mem;
  if (bit_of(memory.base) == 0 || memory.index != ZYDIS_REGISTER_NONE ||
      is_thread_local(memory.segment))
    return 0;
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_MOV:
      return bytes_of_whole(operands[0]);
    case ZYDIS_MNEMONIC_MOVDQU:
    case ZYDIS_MNEMONIC_MOVUPS:
    case ZYDIS_MNEMONIC_MOVUPD:
    case ZYDIS_MNEMONIC_LDDQU:
      return 16;
    default:
      return 0;
  }
}

std::uint8_t joined_as_operation(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  if (decoded.operand_count_visible == 0 || operands[0].type != ZYDIS_OPERAND_TYPE_REGISTER)
    return 0;
  if (decoded.mnemonic == ZYDIS_MNEMONIC_NEG) return bytes_of_whole(operands[0]);
  if (decoded.operand_count_visible != 2 || operands[1].type != ZYDIS_OPERAND_TYPE_REGISTER ||
      operands[0].reg.value == operands[1].reg.value)
    return 0;
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
    case ZYDIS_MNEMONIC_AND:
    case ZYDIS_MNEMONIC_OR:
    case ZYDIS_MNEMONIC_XOR:
      return bytes_of_whole(operands[0]);
    case ZYDIS_MNEMONIC_ANDPS:
    case ZYDIS_MNEMONIC_ANDPD:
    case ZYDIS_MNEMONIC_ORPS:
    case ZYDIS_MNEMONIC_ORPD:
    case ZYDIS_MNEMONIC_XORPS:
    case ZYDIS_MNEMONIC_XORPD:
    case ZYDIS_MNEMONIC_PADDB:
    case ZYDIS_MNEMONIC_PADDW:
    case ZYDIS_MNEMONIC_PADDD:
    case ZYDIS_MNEMONIC_PADDQ:
    case ZYDIS_MNEMONIC_PADDUSB:
    case ZYDIS_MNEMONIC_PAND:
    case ZYDIS_MNEMONIC_POR:
    case ZYDIS_MNEMONIC_PXOR:
    case ZYDIS_MNEMONIC_PAVGB:
    case ZYDIS_MNEMONIC_PCMPEQB:
    case ZYDIS_MNEMONIC_PCMPEQD:
    case ZYDIS_MNEMONIC_PCMPEQQ:
    case ZYDIS_MNEMONIC_PMAXSW:
    case ZYDIS_MNEMONIC_PMAXUB:
    case ZYDIS_MNEMONIC_PMAXUD:
    case ZYDIS_MNEMONIC_PMINUB:
    case ZYDIS_MNEMONIC_PSADBW:
      return 16;
    default:
      return 0;
  }
}

bool fuses_branch(ZydisMnemonic mnemonic) {
  switch (mnemonic) {
    case ZYDIS_MNEMONIC_CMP:
    case ZYDIS_MNEMONIC_TEST:
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
    case ZYDIS_MNEMONIC_AND:
    case ZYDIS_MNEMONIC_INC:
    case ZYDIS_MNEMONIC_DEC:
      return true;
    default:
      return false;
  }
}

void add_control_flow(Instruction& instruction, const ZydisDecodedInstruction& decoded,
                      const Operands& operands) {
  const auto category = decoded.meta.category;
  instruction.is_branch = category == ZYDIS_CATEGORY_COND_BR;
  instruction.never_falls =
      category == ZYDIS_CATEGORY_UNCOND_BR || category == ZYDIS_CATEGORY_RET ||
      decoded.mnemonic == ZYDIS_MNEMONIC_UD2 || decoded.mnemonic == ZYDIS_MNEMONIC_HLT;
  instruction.fuses_branch = fuses_branch(decoded.mnemonic);
  const bool jumps = instruction.is_branch || category == ZYDIS_CATEGORY_UNCOND_BR;
  if (jumps && operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operands[0].imm.is_relative)
    instruction.target = decoded.length + operands[0].imm.value.s;
}

}  // namespace

std::optional<Instruction> decode_instruction(std::string_view code) {
  ZydisDecodedInstruction decoded;
  Operands operands;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder(), code.data(), code.size(), &decoded, operands.data())))
    return std::nullopt;

  Instruction instruction;
  instruction.length = decoded.length;
  const auto category = decoded.meta.category;
  instruction.is_padding = category == ZYDIS_CATEGORY_NOP || category == ZYDIS_CATEGORY_WIDENOP;
  if (instruction.is_padding || category == ZYDIS_CATEGORY_PREFETCH) return instruction;
  for (std::size_t i = 0; i < decoded.operand_count; ++i) add_operand(instruction, operands[i]);
  if (clears_register(decoded, operands)) instruction.reads = 0;
  // The stack engine keeps the stack pointer: pushes and pops do not wait for each other.
  if (category == ZYDIS_CATEGORY_PUSH || category == ZYDIS_CATEGORY_POP ||
      category == ZYDIS_CATEGORY_CALL || category == ZYDIS_CATEGORY_RET) {
    const RegisterSet stack = bit_of(ZYDIS_REGISTER_RSP);
    instruction.address &= ~stack;
    instruction.reads &= ~stack;
    instruction.writes &= ~stack;
  }
  instruction.latency = only_renames(decoded, instruction) ? 0 : latency_of(decoded, instruction);
  instruction.only_loads = instruction.loads && instruction.reads == 0 && instruction.latency == 1;
  instruction.adds_constant = adds_constant(decoded, operands);
  instruction.kind = kind_of(decoded, operands);
  instruction.joined_as_load = joined_as_load(decoded, operands);
  instruction.joined_as_operation = joined_as_operation(decoded, operands);
  add_control_flow(instruction, decoded, operands);
  return instruction;
}

std::uint8_t instruction_length(std::string_view code) {
  ZydisDecodedInstruction decoded;
  const bool is_one = ZYAN_SUCCESS(
      ZydisDecoderDecodeInstruction(&decoder(), nullptr, code.data(), code.size(), &decoded));
  return is_one ? decoded.length : 0;
}

}  // namespace boundscope

#else

namespace boundscope {

std::optional<Instruction> decode_instruction(std::string_view /*code*/) { return std::nullopt; }
std::uint8_t instruction_length(std::string_view /*code*/) { return 0; }

}  // namespace boundscope

#endif
