// bpf/abi.h is compiled twice. What clang made of it stands in the BTF of the linked object; g++
// must agree.
#include "abi.h"

#include <bpf/btf.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace {

struct FreeTypes {
  void operator()(btf* types) const { btf__free(types); }
};
using Types = std::unique_ptr<btf, FreeTypes>;

Types types_of(const char* object) {
  Types types(btf__parse_elf(object, nullptr));
  REQUIRE(types);
  return types;
}

int find(const Types& types, const char* name) {
  return btf__find_by_name_kind(types.get(), name, BTF_KIND_STRUCT);
}

std::int64_t size_of(const Types& types, int id) {
  return btf__resolve_size(types.get(), static_cast<std::uint32_t>(id));
}

struct Size {
  const char* name;
  std::size_t bytes;
};

}  // namespace

TEST_CASE("abi: every structure has the same size on both sides") {
  const Types probes = types_of(BOUNDSCOPE_BPF_OBJECT);
  // Structures that programs only keep on their stack are not in the BTF of the programs.
  const Types shim = types_of(BOUNDSCOPE_SHIM_OBJECT);
  for (const Size& expected : {
           Size{"bs_subject", sizeof(bs_subject)},
           Size{"bs_wait", sizeof(bs_wait)},
           Size{"bs_times", sizeof(bs_times)},
           Size{"bs_thread", sizeof(bs_thread)},
           Size{"bs_activity_time", sizeof(bs_activity_time)},
           Size{"bs_process", sizeof(bs_process)},
           Size{"bs_peer", sizeof(bs_peer)},
           Size{"bs_listener", sizeof(bs_listener)},
           Size{"bs_socket", sizeof(bs_socket)},
           Size{"bs_sample_key", sizeof(bs_sample_key)},
           Size{"bs_thread_record", sizeof(bs_thread_record)},
           Size{"bs_sniff", sizeof(bs_sniff)},
           Size{"bs_latency_histogram", sizeof(bs_latency_histogram)},
           Size{"bs_file_kinds", sizeof(bs_file_kinds)},
       }) {
    CAPTURE(std::string(expected.name));
    const Types& types = find(probes, expected.name) > 0 ? probes : shim;
    const int id = find(types, expected.name);
    REQUIRE(id > 0);
    CHECK(size_of(types, id) == static_cast<std::int64_t>(expected.bytes));
  }
}

TEST_CASE("abi: a subject has no holes, because it is compared and hashed as bytes") {
  const Types types = types_of(BOUNDSCOPE_BPF_OBJECT);
  const int id = find(types, "bs_subject");
  REQUIRE(id > 0);
  const btf_type* type = btf__type_by_id(types.get(), static_cast<std::uint32_t>(id));

  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < btf_vlen(type); ++i)
    sum += btf__resolve_size(types.get(), btf_members(type)[i].type);

  CHECK(sum == static_cast<std::int64_t>(sizeof(bs_subject)));
}
