#include "recording/names.h"

namespace boundscope {

std::string_view to_string(WaitClass value) { return name_of(value); }
std::string_view to_string(Activity value) { return name_of(value); }
std::string_view to_string(RecordingEnd value) { return name_of(value); }
std::string_view to_string(CapabilityState value) { return name_of(value); }
std::string_view to_string(Runtime value) { return name_of(value); }

}  // namespace boundscope
