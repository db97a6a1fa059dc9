#include "analyze/owners.h"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

namespace boundscope {
namespace {

// A rule fits if all its patterns do; empty patterns fit everything. Patterns are prefixes of the
// thread's name, the module and the symbol. The first rule that fits decides.
struct Rule {
  std::string_view comm;
  std::string_view module;
  std::string_view symbol;
  CpuOwner owner;
};

constexpr std::array kJvm{
    Rule{"GC Thread", "", "", CpuOwner::gc},
    Rule{"G1 ", "", "", CpuOwner::gc},
    Rule{"ZWorker", "", "", CpuOwner::gc},
    Rule{"ZDriver", "", "", CpuOwner::gc},
    Rule{"Shenandoah", "", "", CpuOwner::gc},
    Rule{"C1 Compiler", "", "", CpuOwner::jit_compiler},
    Rule{"C2 Compiler", "", "", CpuOwner::jit_compiler},
    Rule{"", "libjvm.so", "", CpuOwner::runtime},
};
constexpr std::array kNode{
    Rule{"", "node", "", CpuOwner::runtime},
    Rule{"", "libnode.so", "", CpuOwner::runtime},
};
constexpr std::array kCpython{
    Rule{"", "python", "", CpuOwner::interpreter},
    Rule{"", "libpython", "", CpuOwner::interpreter},
};
constexpr std::array kRuby{
    Rule{"", "ruby", "", CpuOwner::interpreter},
    Rule{"", "libruby", "", CpuOwner::interpreter},
};
constexpr std::array kPhp{
    Rule{"", "php", "", CpuOwner::interpreter},
    Rule{"", "libphp", "", CpuOwner::interpreter},
};
constexpr std::array kBeam{
    Rule{"", "beam", "", CpuOwner::interpreter},
};
constexpr std::array kDotnet{
    Rule{"", "libclrjit.so", "", CpuOwner::jit_compiler},
    Rule{"", "libclrgc.so", "", CpuOwner::gc},
    Rule{"", "libcoreclr.so", "", CpuOwner::runtime},
};
// For every runtime, after its own table.
constexpr std::array kCommon{
    Rule{"", "libjemalloc", "", CpuOwner::allocator},
    Rule{"", "libtcmalloc", "", CpuOwner::allocator},
    Rule{"", "libmimalloc", "", CpuOwner::allocator},
    Rule{"", "[jit]", "", CpuOwner::application},
};

constexpr std::array<std::string_view, 20> kAllocatorSymbols{
    "malloc",
    "free",
    "calloc",
    "realloc",
    "cfree",
    "_int_malloc",
    "_int_free",
    "_int_realloc",
    "malloc_consolidate",
    "unlink_chunk",
    "aligned_alloc",
    "memalign",
    "posix_memalign",
    "sysmalloc",
    "systrim",
    "operator new",
    "operator delete",
    "_int_memalign",
    "tcache_init",
    "reallocarray",
};

// Kernel symbols by what they are about; the frame nearest to the leaf that is known decides.
struct KernelRule {
  std::string_view symbol;
  std::string_view name;
};
constexpr std::array kKernelRules{
    KernelRule{"tcp_", "network"},
    KernelRule{"__tcp_", "network"},
    KernelRule{"udp_", "network"},
    KernelRule{"ip_", "network"},
    KernelRule{"__ip_", "network"},
    KernelRule{"ip6_", "network"},
    KernelRule{"inet", "network"},
    KernelRule{"sock_", "network"},
    KernelRule{"__sock_", "network"},
    KernelRule{"sk_", "network"},
    KernelRule{"__sk_", "network"},
    KernelRule{"skb_", "network"},
    KernelRule{"__skb_", "network"},
    KernelRule{"net_", "network"},
    KernelRule{"__netif", "network"},
    KernelRule{"netif_", "network"},
    KernelRule{"napi_", "network"},
    KernelRule{"__napi", "network"},
    KernelRule{"dev_", "network"},
    KernelRule{"__dev_", "network"},
    KernelRule{"nf_", "network"},
    KernelRule{"unix_", "network"},
    KernelRule{"loopback_", "network"},
    KernelRule{"virtnet", "network"},
    KernelRule{"__sys_send", "network"},
    KernelRule{"__sys_recv", "network"},
    KernelRule{"__sys_accept", "network"},
    KernelRule{"neigh_", "network"},
    KernelRule{"eth_", "network"},
    KernelRule{"process_backlog", "network"},
    KernelRule{"vfs_", "files"},
    KernelRule{"ext4_", "files"},
    KernelRule{"xfs_", "files"},
    KernelRule{"btrfs_", "files"},
    KernelRule{"ovl_", "files"},
    KernelRule{"fuse_", "files"},
    KernelRule{"filemap_", "files"},
    KernelRule{"generic_file", "files"},
    KernelRule{"generic_perform", "files"},
    KernelRule{"iomap_", "files"},
    KernelRule{"blk_", "files"},
    KernelRule{"bio_", "files"},
    KernelRule{"submit_bio", "files"},
    KernelRule{"jbd2_", "files"},
    KernelRule{"shmem_", "files"},
    KernelRule{"do_sys_open", "files"},
    KernelRule{"path_", "files"},
    KernelRule{"link_path", "files"},
    KernelRule{"pipe_", "files"},
    KernelRule{"splice_", "files"},
    KernelRule{"exc_page_fault", "memory"},
    KernelRule{"do_user_addr_fault", "memory"},
    KernelRule{"handle_mm_fault", "memory"},
    KernelRule{"__handle_mm", "memory"},
    KernelRule{"do_anonymous", "memory"},
    KernelRule{"clear_page", "memory"},
    KernelRule{"__alloc_pages", "memory"},
    KernelRule{"alloc_pages", "memory"},
    KernelRule{"get_page_from", "memory"},
    KernelRule{"do_mmap", "memory"},
    KernelRule{"unmap_", "memory"},
    KernelRule{"zap_", "memory"},
    KernelRule{"shrink_", "memory"},
    KernelRule{"do_madvise", "memory"},
    KernelRule{"schedule", "scheduling"},
    KernelRule{"__schedule", "scheduling"},
    KernelRule{"try_to_wake", "scheduling"},
    KernelRule{"futex_", "scheduling"},
    KernelRule{"do_futex", "scheduling"},
    KernelRule{"ep_", "scheduling"},
    KernelRule{"do_epoll", "scheduling"},
    KernelRule{"finish_task", "scheduling"},
    KernelRule{"pick_next", "scheduling"},
    KernelRule{"hrtimer_", "scheduling"},
    KernelRule{"do_nanosleep", "scheduling"},
    KernelRule{"enqueue_task", "scheduling"},
    KernelRule{"do_select", "scheduling"},
    KernelRule{"do_poll", "scheduling"},
};

std::span<const Rule> rules_of(Runtime runtime) {
  switch (runtime) {
    case Runtime::jvm:
      return kJvm;
    case Runtime::node:
      return kNode;
    case Runtime::cpython:
      return kCpython;
    case Runtime::ruby:
      return kRuby;
    case Runtime::php:
      return kPhp;
    case Runtime::beam:
      return kBeam;
    case Runtime::dotnet:
      return kDotnet;
    case Runtime::go:
    case Runtime::native:
    case Runtime::unknown:
      break;
  }
  return {};
}

bool fits(const Rule& rule, std::string_view comm, const Frame& leaf) {
  return comm.starts_with(rule.comm) && std::string_view(leaf.module).starts_with(rule.module) &&
         std::string_view(leaf.symbol).starts_with(rule.symbol);
}

bool is_allocator(std::string_view symbol) {
  if (symbol.starts_with("__libc_")) symbol.remove_prefix(7);
  if (symbol.starts_with("operator ")) symbol = symbol.substr(0, symbol.find_first_of("([", 9));
  while (symbol.ends_with(' ')) symbol.remove_suffix(1);
  return std::find(kAllocatorSymbols.begin(), kAllocatorSymbols.end(), symbol) !=
         kAllocatorSymbols.end();
}

// "libssl" for libssl.so.3, "libc" for libc-2.31.so, "_json" for
// _json.cpython-311-x86_64-linux-gnu.so; empty if the module is no library.
std::string library_name(std::string_view module) {
  std::string_view stem = module.substr(0, module.find(".so"));
  if (stem.size() == module.size()) return {};
  stem = stem.substr(0, stem.find(".cpython"));
  const std::size_t dash = stem.rfind('-');
  const bool is_version = dash != std::string_view::npos && dash + 1 < stem.size() &&
                          stem[dash + 1] >= '0' && stem[dash + 1] <= '9';
  return std::string(is_version ? stem.substr(0, dash) : stem);
}

std::string kernel_subsystem(const Stack& stack) {
  for (const Frame& frame : stack.frames) {
    if (frame.module != "[kernel]") break;
    for (const KernelRule& rule : kKernelRules) {
      if (frame.symbol.starts_with(rule.symbol)) return std::string(rule.name);
    }
  }
  return "other";
}

}  // namespace

Owned owner_of(const Stack& stack, std::string_view comm, Runtime runtime) {
  if (stack.in_kernel) return {CpuOwner::kernel, kernel_subsystem(stack)};
  if (stack.frames.empty() || stack.frames.front().module.empty()) return {};
  const Frame& leaf = stack.frames.front();
  if (leaf.module == "[kernel]") return {CpuOwner::kernel, kernel_subsystem(stack)};
  for (const Rule& rule : rules_of(runtime)) {
    if (fits(rule, comm, leaf)) return {rule.owner, {}};
  }
  for (const Rule& rule : kCommon) {
    if (fits(rule, comm, leaf)) return {rule.owner, {}};
  }
  if (is_allocator(leaf.symbol)) return {CpuOwner::allocator, library_name(leaf.module)};
  if (leaf.module == "[vdso]") return {CpuOwner::native_library, "[vdso]"};
  std::string library = library_name(leaf.module);
  if (!library.empty()) return {CpuOwner::native_library, std::move(library)};
  return {CpuOwner::application, {}};
}

OwnerCounts count_owners(const Run& run) {
  OwnerCounts counts;
  counts.by_row.resize(run.rows);
  // One stack belongs to the same owner wherever it appears with the same thread and runtime.
  std::map<std::tuple<std::uint32_t, std::string_view, Runtime>, Owned> known;
  for (std::size_t i = 0; i < run.windows.size(); ++i) {
    for (const SampleTotals& sample : run.windows[i]->samples) {
      const Runtime runtime = run.runtime_of(sample.pid);
      auto [entry, is_new] = known.try_emplace({sample.stack, sample.comm, runtime});
      if (is_new && sample.stack < run.recording->stacks.size()) {
        entry->second = owner_of(run.recording->stacks[sample.stack], sample.comm, runtime);
      }
      const auto owner = static_cast<std::size_t>(entry->second.owner);
      const auto count = static_cast<double>(sample.count);
      counts.by_row[run.row[i]][owner] += count;
      counts.samples += count;
      if (!entry->second.name.empty()) counts.names[owner][entry->second.name] += count;
    }
  }
  return counts;
}

}  // namespace boundscope
