// Whether a Ruby process compiles at run time.
#pragma once

#include <string>
#include <string_view>

namespace boundscope {

// What a Ruby process was started with, and what it has in memory.
struct RubyStart {
  std::string_view command_line = {};  // arguments with a zero byte after each
  std::string_view options = {};       // RUBYOPT
  std::string_view yjit_enable = {};   // RUBY_YJIT_ENABLE
  bool maps_known = false;             // what it has mapped could be read
  bool anonymous_code = false;         // ... and holds code that no file has
};

// "yjit", "mjit", "none", or empty: not known.
std::string ruby_jit(const RubyStart& start);

}  // namespace boundscope
