// Names of the enumerators, as JSON spells them.
#include "boundscope/analysis.h"
#include "boundscope/verdict.h"

namespace boundscope {

std::string_view to_string(RequestComponent value) {
  switch (value) {
    case RequestComponent::cpu:
      return "cpu";
    case RequestComponent::run_queue:
      return "run_queue";
    case RequestComponent::gc_pause:
      return "gc_pause";
    case RequestComponent::upstream:
      return "upstream";
    case RequestComponent::disk:
      return "disk";
    case RequestComponent::lock:
      return "lock";
    case RequestComponent::paging:
      return "paging";
    case RequestComponent::throttled:
      return "throttled";
    case RequestComponent::socket_queue:
      return "socket_queue";
    case RequestComponent::transfer:
      return "transfer";
    case RequestComponent::unattributed:
      return "unattributed";
  }
  return "";
}

std::string_view to_string(CpuOwner value) {
  switch (value) {
    case CpuOwner::application:
      return "application";
    case CpuOwner::interpreter:
      return "interpreter";
    case CpuOwner::jit_compiler:
      return "jit_compiler";
    case CpuOwner::gc:
      return "gc";
    case CpuOwner::allocator:
      return "allocator";
    case CpuOwner::runtime:
      return "runtime";
    case CpuOwner::builtin:
      return "builtin";
    case CpuOwner::native_library:
      return "native_library";
    case CpuOwner::kernel:
      return "kernel";
    case CpuOwner::unknown:
      return "unknown";
  }
  return "";
}

std::string_view to_string(View value) {
  switch (value) {
    case View::requests:
      return "requests";
    case View::threads:
      return "threads";
  }
  return "";
}

std::string_view to_string(Bound value) {
  switch (value) {
    case Bound::cpu:
      return "cpu";
    case Bound::memory:
      return "memory";
    case Bound::io:
      return "io";
    case Bound::contention:
      return "contention";
    case Bound::idle:
      return "idle";
    case Bound::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string_view to_string(Cause value) {
  switch (value) {
    case Cause::none:
      return "";
    case Cause::language:
      return "language";
    case Cause::native:
      return "native";
    case Cause::kernel:
      return "kernel";
    case Cause::single_thread:
      return "single-thread";
    case Cause::starved:
      return "starved";
    case Cause::gc:
      return "gc";
    case Cause::stall:
      return "stall";
    case Cause::capacity:
      return "capacity";
    case Cause::upstream:
      return "upstream";
    case Cause::disk:
      return "disk";
    case Cause::transfer:
      return "transfer";
    case Cause::lock:
      return "lock";
    case Cause::pool:
      return "pool";
  }
  return "";
}

std::string_view to_string(Answer value) {
  switch (value) {
    case Answer::plausible:
      return "plausible";
    case Answer::unlikely:
      return "unlikely";
    case Answer::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string_view to_string(Goal value) {
  switch (value) {
    case Goal::latency:
      return "latency";
    case Goal::tail:
      return "tail";
    case Goal::capacity:
      return "capacity";
    case Goal::memory:
      return "memory";
  }
  return "";
}

}  // namespace boundscope
