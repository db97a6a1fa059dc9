#include "target/symbols/go_symbols.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "target/symbols/relocations.h"

namespace boundscope {
namespace {

constexpr std::size_t kTableLimit = 256u << 20;
constexpr std::size_t kScanLimit = 512u << 20;  // of a file without section headers
constexpr std::size_t kScanStep = 1u << 20;
constexpr std::size_t kScanTries = 4;  // tables that begin like one; nothing but a trick has two
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kWord = 8;

template <class Number>
std::optional<Number> number_at(std::string_view bytes, std::uint64_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(Number)) return std::nullopt;
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// The part of pcHeader that says where things are (runtime/symtab.go of the version).
struct Header {
  std::size_t words_at = 0;  // of the five offsets; 0: version 1.2, which has none
  std::size_t field_size = 4;
  bool has_text_start = false;
};

std::optional<Header> header_of(std::string_view bytes) {
  const auto magic = number_at<std::uint32_t>(bytes, 0);
  if (!magic || bytes.size() < kWord || bytes[4] != 0 || bytes[5] != 0) return std::nullopt;
  const char instruction_size = bytes[6];
  const char pointer_size = bytes[7];
  if ((instruction_size != 1 && instruction_size != 4) || pointer_size != 8) return std::nullopt;
  switch (*magic) {
    case 0xfffffff1:  // Go 1.20
    case 0xfffffff0:  // Go 1.18
      return Header{.words_at = 32, .field_size = 4, .has_text_start = true};
    case 0xfffffffa:  // Go 1.16
      return Header{.words_at = 24, .field_size = 8, .has_text_start = false};
    case 0xfffffffb:  // Go 1.2
      return Header{.words_at = 0, .field_size = 8, .has_text_start = false};
    default:
      return std::nullopt;
  }
}

}  // namespace

// Finds the table in a file and takes from it what names need.
class GoTableReader {
 public:
  explicit GoTableReader(const ElfFile& file) : file_(file), relocations_(file) {}

  std::optional<GoSymbols> read() const {
    for (const char* name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
      if (const auto piece = file_.section_piece(name)) return read_table(*piece);
    }
    // A program of another language has sections, and a large one takes 0.1 s to look through.
    return file_.sections().empty() ? scan() : std::nullopt;
  }

 private:
  static constexpr std::size_t kHeaderSize = 72;
  static constexpr std::size_t kFunctionSize = 16;  // of a function's record, as far as we read it

  std::string read_relocated(std::uint64_t address, std::size_t size) const {
    std::string bytes = file_.read_at(address, size);
    relocations_.apply(bytes, address);
    return bytes;
  }

  // Calls visit(word, what is loaded from there to its segment's end) until it returns false.
  template <class Visit>
  void each_word(Visit visit) const {
    std::size_t budget = kScanLimit;
    for (const ElfPiece& segment : file_.segments()) {
      for (std::uint64_t done = 0; done < segment.size && budget >= kScanStep; done += kScanStep) {
        budget -= kScanStep;
        const std::string bytes = file_.read_at(segment.address + done, kScanStep);
        for (std::size_t at = 0; at + kWord <= bytes.size(); at += kWord) {
          ElfPiece rest = segment;
          rest.address += done + at;
          rest.offset += done + at;
          rest.size -= done + at;
          if (!visit(std::string_view(bytes).substr(at, kWord), rest)) return;
        }
      }
    }
  }

  // No section headers are left: looks for the table's first bytes in what is loaded.
  std::optional<GoSymbols> scan() const {
    std::optional<GoSymbols> found;
    std::size_t tries = kScanTries;
    each_word([&](std::string_view word, const ElfPiece& rest) {
      if (!header_of(word)) return true;
      found = read_table(rest);
      return !found && --tries > 0;
    });
    return found;
  }

  std::optional<GoSymbols> read_table(const ElfPiece& piece) const {
    const std::string head = read_relocated(piece.address, kHeaderSize);
    const auto header = header_of(head);
    const auto count = number_at<std::uint64_t>(head, kWord);
    if (!header || !count || *count == 0 || *count > kTableLimit / kFunctionSize) {
      return std::nullopt;
    }
    GoSymbols symbols;
    symbols.count_ = *count;
    symbols.layout_.field_size = header->field_size;
    const bool complete = header->words_at == 0 ? read_whole(piece, symbols)
                                                : read_parts(piece, *header, head, symbols);
    if (!complete || !checks_out(symbols)) return std::nullopt;
    if (!header->has_text_start) return symbols;

    symbols.text_start_ = number_at<std::uint64_t>(head, 3 * kWord).value_or(0);
    if (symbols.text_start_ == 0) symbols.text_start_ = text_of_module(piece.address, symbols);
    return symbols.text_start_ == 0 ? std::nullopt : std::optional(std::move(symbols));
  }

  // Version 1.2: names and functions are mixed.
  bool read_whole(const ElfPiece& piece, GoSymbols& symbols) const {
    symbols.table_ =
        read_relocated(piece.address, std::min<std::uint64_t>(piece.size, kTableLimit));
    symbols.layout_.index_at = 2 * kWord;
    return true;
  }

  // Later versions: reads the names and the functions, and leaves out files and lines.
  bool read_parts(const ElfPiece& piece, const Header& header, std::string_view head,
                  GoSymbols& symbols) const {
    const auto names_at = number_at<std::uint64_t>(head, header.words_at);
    const auto names_end = number_at<std::uint64_t>(head, header.words_at + kWord);
    const auto functions_at = number_at<std::uint64_t>(head, header.words_at + 4 * kWord);
    if (!names_at || !names_end || !functions_at || *names_at >= *names_end ||
        *names_end - *names_at > kTableLimit || *names_end > piece.size ||
        *functions_at > piece.size) {
      return false;
    }
    const std::uint64_t functions_address = piece.address + *functions_at;
    const std::size_t index_size = (2 * symbols.count_ + 1) * header.field_size;
    symbols.table_ = read_relocated(functions_address, index_size);
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < symbols.count_; ++i) {
      const auto offset = symbols.field((2 * i + 1) * header.field_size, header.field_size);
      if (!offset || *offset > kTableLimit) return false;
      end = std::max(end, *offset + kFunctionSize);
    }
    if (end > index_size) {
      symbols.table_ += read_relocated(functions_address + index_size, end - index_size);
    }
    symbols.layout_.names_at = symbols.table_.size();
    symbols.table_ += file_.read_at(piece.address + *names_at, *names_end - *names_at);
    return true;
  }

  // Are the functions in order, and does each one's record agree with the index?
  static bool checks_out(const GoSymbols& symbols) {
    const auto& layout = symbols.layout_;
    for (std::size_t i = 0; i < symbols.count_; ++i) {
      const std::uint64_t address = symbols.address_at(i);
      if (address > symbols.address_at(i + 1)) return false;
      const auto record = symbols.record_at(i);
      if (!record || symbols.field(*record, layout.field_size) != address) return false;
    }
    return true;
  }

  // Since Go 1.26 only the runtime's description of the program says where the code begins.
  std::uint64_t text_of_module(std::uint64_t table_address, const GoSymbols& symbols) const {
    if (const auto piece = file_.section_piece(".go.module")) {
      if (const auto text = text_if_module(piece->address, table_address, symbols)) return *text;
    }
    std::uint64_t text = 0;
    std::size_t tries = kScanTries;
    relocations_.each([&](std::uint64_t place, std::uint64_t value) {
      if (value != table_address || text != 0 || tries == 0) return;
      --tries;
      text = text_if_module(place, table_address, symbols).value_or(0);
    });
    return text != 0 ? text : scan_for_module(table_address, symbols);
  }

  // A program that is not position-independent holds the table's address as it is.
  std::uint64_t scan_for_module(std::uint64_t table_address, const GoSymbols& symbols) const {
    std::uint64_t text = 0;
    std::size_t tries = kScanTries;
    each_word([&](std::string_view word, const ElfPiece& rest) {
      if (!rest.writable || number_at<std::uint64_t>(word, 0) != table_address) return true;
      text = text_if_module(rest.address, table_address, symbols).value_or(0);
      return text == 0 && --tries > 0;
    });
    return text;
  }

  // moduledata (runtime/symtab.go): the table's address is its first word; text its 22nd, and the
  // addresses that the index covers stand before it.
  std::optional<std::uint64_t> text_if_module(std::uint64_t address, std::uint64_t table_address,
                                              const GoSymbols& symbols) const {
    constexpr std::size_t kLowest = 20;
    constexpr std::size_t kHighest = 21;
    constexpr std::size_t kText = 22;
    const std::string module = read_relocated(address, (kText + 1) * kWord);
    const auto lowest = number_at<std::uint64_t>(module, kLowest * kWord);
    const auto highest = number_at<std::uint64_t>(module, kHighest * kWord);
    const auto text = number_at<std::uint64_t>(module, kText * kWord);
    if (!text || *text == 0 || number_at<std::uint64_t>(module, 0) != table_address ||
        *lowest != *text + symbols.address_at(0) ||
        *highest != *text + symbols.address_at(symbols.count_)) {
      return std::nullopt;
    }
    return text;
  }

  const ElfFile& file_;
  Relocations relocations_;
};

std::optional<GoSymbols> GoSymbols::read(const ElfFile& file) { return GoTableReader(file).read(); }

std::optional<std::uint64_t> GoSymbols::field(std::uint64_t at, std::size_t size) const {
  if (size == sizeof(std::uint32_t)) return number_at<std::uint32_t>(table_, at);
  return number_at<std::uint64_t>(table_, at);
}

std::uint64_t GoSymbols::address_at(std::size_t index) const {
  const std::uint64_t at = layout_.index_at + 2 * index * layout_.field_size;
  return field(at, layout_.field_size).value_or(0);
}

std::optional<std::uint64_t> GoSymbols::record_at(std::size_t index) const {
  return field(layout_.index_at + (2 * index + 1) * layout_.field_size, layout_.field_size);
}

std::string_view GoSymbols::name_at(std::size_t index) const {
  const auto record = record_at(index);
  if (!record || *record > table_.size()) return {};
  const auto offset = number_at<std::uint32_t>(table_, *record + layout_.field_size);
  if (!offset) return {};
  const std::uint64_t at = layout_.names_at + *offset;
  if (at >= table_.size()) return {};
  const std::string_view name = std::string_view(table_).substr(at, kLongestName);
  return name.substr(0, name.find('\0'));
}

std::string GoSymbols::name_of(std::uint64_t link_time_address) const {
  if (link_time_address < text_start_) return {};
  const std::uint64_t address = link_time_address - text_start_;
  if (address < address_at(0) || address >= address_at(count_)) return {};
  std::size_t low = 0;  // the last function that begins at or before the address is in [low, high)
  std::size_t high = count_;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (address_at(middle) <= address ? low : high) = middle;
  }
  return std::string(name_at(low));
}

std::vector<GoFunction> GoSymbols::find(const std::vector<std::string_view>& names) const {
  std::vector<GoFunction> found(names.size());
  for (std::size_t i = 0; i < count_; ++i) {
    const auto name = std::find(names.begin(), names.end(), name_at(i));
    if (name == names.end()) continue;
    found[static_cast<std::size_t>(name - names.begin())] = {text_start_ + address_at(i),
                                                             text_start_ + address_at(i + 1)};
  }
  return found;
}

}  // namespace boundscope
