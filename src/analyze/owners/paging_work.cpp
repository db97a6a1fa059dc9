#include "analyze/owners/paging_work.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace boundscope {
namespace {

// Beginnings of names of kernel functions, of Linux 5.10 to 6.18.
constexpr std::array<std::string_view, 5> kMakesRoom{"try_to_free_", "shrink_node", "shrink_lruvec",
                                                     "__alloc_pages_direct_compact",
                                                     "mem_cgroup_handle_over_high"};
constexpr std::array<std::string_view, 9> kFetches{
    "page_cache_ra_",     "page_cache_sync_",   "page_cache_async_",
    "ondemand_readahead", "force_page_cache_",  "do_sync_mmap_readahead",
    "filemap_read_folio", "swap_cluster_reada", "swap_read"};
constexpr std::array<std::string_view, 2> kFaults{"filemap_fault", "do_swap_page"};

bool has_any(const Recording& recording, const Stack& stack,
             std::span<const std::string_view> beginnings) {
  return std::any_of(stack.frames.begin(), stack.frames.end(), [&](std::uint32_t index) {
    if (index >= recording.frames.size()) return false;
    const Frame& frame = recording.frames[index];
    return frame.module == "[kernel]" &&
           std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
             return frame.symbol.starts_with(beginning);
           });
  });
}

}  // namespace

PagingWork paging_work(const Recording& recording, const Stack& stack) {
  if (!stack.in_kernel) return PagingWork::none;
  if (has_any(recording, stack, kMakesRoom)) return PagingWork::make_room;
  if (has_any(recording, stack, kFaults)) return PagingWork::page_in;
  if (has_any(recording, stack, kFetches)) return PagingWork::read;
  return PagingWork::none;
}

}  // namespace boundscope
