#include "sections.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <vector>

#include "language.h"

namespace mix {
namespace {

void require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::exit(1);
}

std::function<void()> zlib_section() {
  return [text = make_text(64000), packed = std::vector<Bytef>(70000)]() mutable {
    uLongf packed_size = packed.size();
    const auto* plain = reinterpret_cast<const Bytef*>(text.data());
    require(compress2(packed.data(), &packed_size, plain, text.size(), 6) == Z_OK, "compress2");
    uLongf text_size = text.size();
    auto* unpacked = reinterpret_cast<Bytef*>(text.data());
    require(uncompress(unpacked, &text_size, packed.data(), packed_size) == Z_OK, "uncompress");
  };
}

std::function<void()> hash_section() {
  return [block = make_text(256 * 1024), digest = std::array<unsigned char, 32>()]() mutable {
    SHA256(reinterpret_cast<const unsigned char*>(block.data()), block.size(), digest.data());
  };
}

// A template library: application code, and the memory its values take.
std::function<void()> json_section() {
  nlohmann::json document = nlohmann::json::array();
  for (int i = 0; i < 20; ++i) {
    document.push_back({{"id", i},
                        {"name", "item" + std::to_string(i)},
                        {"price", i * 1.37},
                        {"tags", {"order", "item", "price"}},
                        {"stock", {{"here", i % 9}, {"open", true}}}});
  }
  return [document, text = std::string()]() mutable {
    text = document.dump();
    document = nlohmann::json::parse(text);
  };
}

// A template library again.
std::function<void()> regex_section() {
  std::string lines;
  for (int i = 0; i < 5; ++i) {
    lines += "10.0.7." + std::to_string(i) + " - - \"GET /order/7?q=9 HTTP/1.1\" 200\n";
  }
  const std::regex request(R"re((\d+\.\d+\.\d+\.\d+) .*"(GET|POST) (/\w+)/(\d+)(\?(\S*))? HTTP)re");
  return [lines, request] {
    for (std::sregex_iterator found(lines.begin(), lines.end(), request), end; found != end;) {
      ++found;
    }
  };
}

// Blocks of many sizes, freed in another order than they were made. Written to at one place only:
// what a program does with its memory is not the allocator's.
std::function<void()> alloc_section() {
  return [blocks = std::vector<void*>(4096), turn = std::uint32_t{1}]() mutable {
    for (int i = 0; i < 5000; ++i) {
      turn = turn * 1664525 + 1013904223;
      void*& block = blocks[turn >> 20];
      std::free(block);
      block = std::malloc(16 + (turn >> 8) % 2000);
      *static_cast<volatile char*>(block) = 1;
    }
  };
}

class SystemCalls {
 public:
  SystemCalls() : buffer_(64 * 1024, 'x'), file_(std::tmpfile()), folder_(opendir("/etc")) {
    require(file_ != nullptr, "tmpfile");
    require(folder_ != nullptr, "opendir");
    require(write(fileno(file_), buffer_.data(), buffer_.size()) > 0, "write");
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0, "socketpair");
  }
  ~SystemCalls() {
    std::fclose(file_);
    closedir(folder_);
    for (const int end : ends_) close(end);
  }
  SystemCalls(const SystemCalls&) = delete;
  SystemCalls& operator=(const SystemCalls&) = delete;

  void make() {
    for (int i = 0; i < 4; ++i) {
      require(pread(fileno(file_), buffer_.data(), buffer_.size(), 0) > 0, "pread");
    }
    for (int i = 0; i < 20; ++i) {
      require(write(ends_[0], buffer_.data(), 512) == 512, "write");
      require(read(ends_[1], buffer_.data(), 512) == 512, "read");
    }
    rewinddir(folder_);
    while (readdir(folder_) != nullptr) {
    }
  }

 private:
  std::vector<char> buffer_;
  FILE* file_;
  DIR* folder_;
  std::array<int, 2> ends_{};
};

}  // namespace

std::map<std::string, std::function<void()>> all_sections() {
  return {
      {"language", [sink = std::make_shared<std::size_t>()] { *sink += language(); }},
      {"zlib", zlib_section()},
      {"hash", hash_section()},
      {"json", json_section()},
      {"regex", regex_section()},
      {"alloc", alloc_section()},
      {"syscalls", [calls = std::make_shared<SystemCalls>()] { calls->make(); }},
  };
}

}  // namespace mix
