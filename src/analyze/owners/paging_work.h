// Paging work: CPU time that the kernel spends because pages are not in memory. Waiting for them is
// seen at the context switch, this only in the stacks of the samples.
#pragma once

#include "boundscope/recording.h"

namespace boundscope {

enum class PagingWork {
  none,
  page_in,    // in a page fault: from storage or swap
  read,       // in read(): the pages may have been there before, or not
  make_room,  // reclaim and compaction; the integrals count the thread with those that wait
};

PagingWork paging_work(const Recording& recording, const Stack& stack);

}  // namespace boundscope
