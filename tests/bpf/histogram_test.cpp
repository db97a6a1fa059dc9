// The kernel side sorts latencies into buckets, the analysis reads them: both must mean the same by
// a bucket.
#include "abi.h"
// The skeleton uses its structures.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>

#include "boundscope/recording.h"
#include "latency_shim.skel.h"

using namespace boundscope;

namespace {

struct DestroyShim {
  void operator()(latency_shim* shim) const { latency_shim__destroy(shim); }
};

class KernelSide {
 public:
  KernelSide() : shim_(latency_shim__open_and_load()) { REQUIRE(shim_); }

  std::uint64_t bucket_of(std::uint64_t ns) const {
    struct {
      std::uint64_t ns;
      std::uint64_t bucket;
    } question{ns, UINT64_MAX};
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    options.ctx_in = &question;
    options.ctx_size_in = sizeof(question);
    REQUIRE(bpf_prog_test_run_opts(bpf_program__fd(shim_->progs.ask_bucket), &options) == 0);
    return question.bucket;
  }

 private:
  std::unique_ptr<latency_shim, DestroyShim> shim_;
};

}  // namespace

TEST_CASE("histogram: both sides draw every border between buckets at the same nanosecond") {
  const KernelSide kernel;
  for (std::uint32_t bucket = 0; bucket < kLatencyBuckets; ++bucket) {
    CAPTURE(bucket);
    CHECK(kernel.bucket_of(latency_bucket_lower_ns(bucket)) == bucket);
    CHECK(kernel.bucket_of(latency_bucket_lower_ns(bucket + 1) - 1) == bucket);
  }
}

TEST_CASE("histogram: the last bucket holds whatever is larger") {
  const KernelSide kernel;

  CHECK(kernel.bucket_of(latency_bucket_lower_ns(kLatencyBuckets)) == kLatencyBuckets - 1);
  CHECK(kernel.bucket_of(UINT64_MAX) == kLatencyBuckets - 1);
}
