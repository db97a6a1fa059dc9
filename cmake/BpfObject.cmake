# BPF programs as a CMake target.
#
#   include(BpfObject)
#   bpf_skeleton(probes SOURCES maps.bpf.c sched.bpf.c [DEFINES NAME=1 ...])
#   target_link_libraries(collect PRIVATE probes_skel)       # then: #include "probes.skel.h"
#
# Each source is compiled by clang, all are linked into one object by bpftool, and the object becomes
# the skeleton `struct probes`. The property BPF_OBJECT of probes_skel names the linked object, for tests
# that read its BTF. Every header a source includes is tracked (depfiles).
#
# Sharing maps and variables between the sources (tried with bpftool 7.1 and libbpf 1.1):
#   a header of bpf/, included by every source:
#     struct bs_threads_map { __uint(type, ...); __type(key, ...); __type(value, ...); };
#     extern struct bs_threads_map threads SEC(".maps");
#     extern const volatile __u32 frequency_hz;
#     extern __u64 losses[BS_LOSSES];
#   exactly one source:
#     struct bs_threads_map threads SEC(".maps");
#     const volatile __u32 frequency_hz = 0;
#     __u64 losses[BS_LOSSES] = {};
# - SOURCES lists the defining source first: a map that is used before it is defined links, and then fails in
#   the skeleton: "map relo failed to find map for section '.maps'".
# - The map's type needs a name, or the defining source cannot include the header.
# - Declarations must agree in every attribute, max_entries included; SEC(".maps") is needed in both.
# - A map that is declared but never defined fails late, in the skeleton: "unsupported map linkage extern".
# - Many programs may share a section (SEC("tp_btf/sched_switch")), but each needs a name of its own. Static
#   functions and variables never clash. A function shared between sources is declared in a header and
#   defined once; __hidden on the definition lets the verifier check it at each call, like a static one.

# Debian keeps bpftool in /usr/sbin, which is not on every user's PATH.
find_program(BPFTOOL bpftool PATHS /usr/sbin /usr/local/sbin)
find_program(BPF_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
find_path(BPF_LIBBPF_INCLUDE bpf/bpf_helpers.h)
find_library(BPF_LIBBPF bpf)
mark_as_advanced(BPFTOOL BPF_CLANG BPF_LIBBPF_INCLUDE BPF_LIBBPF)

function(_bpf_require variable what package)
  if(NOT ${variable})
    message(FATAL_ERROR "${what} was not found, and the collector cannot be built without it.\n"
                        "Install the Debian package ${package} (scripts/setup installs all that is needed), "
                        "or build without the collector: cmake --preset core")
  endif()
endfunction()

_bpf_require(BPF_CLANG "clang" clang)
_bpf_require(BPFTOOL "bpftool" bpftool)
_bpf_require(BPF_LIBBPF_INCLUDE "bpf/bpf_helpers.h" libbpf-dev)
_bpf_require(BPF_LIBBPF "libbpf" libbpf-dev)

# The name by which libbpf's headers know the architecture (PT_REGS_* and friends).
function(_bpf_target_arch result)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|i[3-6]86)$")
    set(arch x86)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(arch arm64)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^ppc64")
    set(arch powerpc)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^riscv64$")
    set(arch riscv)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^s390x$")
    set(arch s390)
  else()
    message(FATAL_ERROR "BPF programs cannot be built for ${CMAKE_SYSTEM_PROCESSOR}: libbpf does not know it")
  endif()
  set(${result} ${arch} PARENT_SCOPE)
endfunction()

# -mcpu=v3: atomics that return the old value (compare-and-swap); kernels from 5.12 on run them.
function(_bpf_compile_flags result)
  _bpf_target_arch(arch)
  set(flags -target bpf -mcpu=v3 -O2 -g -Wall -D__TARGET_ARCH_${arch}
            -I${CMAKE_SOURCE_DIR}/bpf -isystem ${BPF_LIBBPF_INCLUDE})
  # Only the multiarch folder holds asm/types.h, and clang does not look there for the bpf target.
  if(CMAKE_LIBRARY_ARCHITECTURE)
    list(APPEND flags -isystem ${CMAKE_SYSROOT}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
  if(BOUNDSCOPE_WERROR)
    list(APPEND flags -Werror)
  endif()
  set(${result} ${flags} PARENT_SCOPE)
endfunction()

function(bpf_skeleton name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEFINES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "usage: bpf_skeleton(name SOURCES a.bpf.c ... [DEFINES NAME=VALUE ...])")
  endif()
  _bpf_compile_flags(flags)
  list(TRANSFORM arg_DEFINES PREPEND -D)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}_skel)
  file(MAKE_DIRECTORY ${folder})

  set(objects)
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(GET source FILENAME file)
    set(object ${folder}/${file}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${BPF_CLANG} ${flags} ${arg_DEFINES} -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source}
      DEPFILE ${object}.d
      COMMENT "BPF ${file}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  # A failed link or skeleton leaves a truncated file behind; the rename keeps it from passing for a result.
  set(linked ${folder}/${name}.bpf.o)
  add_custom_command(
    OUTPUT ${linked}
    COMMAND ${BPFTOOL} gen object ${linked}.tmp ${objects}
    COMMAND ${CMAKE_COMMAND} -E rename ${linked}.tmp ${linked}
    DEPENDS ${objects}
    COMMENT "BPF link ${name}"
    VERBATIM)
  set(header ${folder}/${name}.skel.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${BPFTOOL} gen skeleton ${linked} name ${name} > ${header}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${header}.tmp ${header}
    DEPENDS ${linked}
    COMMENT "BPF skeleton ${name}"
    VERBATIM)

  add_custom_target(${name}_skel_header DEPENDS ${header})
  add_library(${name}_skel INTERFACE)
  add_dependencies(${name}_skel ${name}_skel_header)
  target_include_directories(${name}_skel SYSTEM INTERFACE ${folder} ${BPF_LIBBPF_INCLUDE})
  # libelf and zlib are libbpf's own needs; a shared libbpf brings them along.
  target_link_libraries(${name}_skel INTERFACE ${BPF_LIBBPF})
  set_target_properties(${name}_skel PROPERTIES BPF_OBJECT ${linked})
endfunction()
