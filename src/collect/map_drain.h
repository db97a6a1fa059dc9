// Reading BPF maps whole.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cstdint>
#include <vector>

namespace boundscope {

// Takes every entry out of a hash map. An entry that is added meanwhile is seen now or next time.
template <class Key, class Value, class Each>
void drain(int map, std::uint32_t max_entries, Each each) {
  std::vector<Key> keys;
  Key key{};
  Key* previous = nullptr;
  while (keys.size() < max_entries && bpf_map_get_next_key(map, previous, &key) == 0) {
    keys.push_back(key);
    previous = &key;
  }
  for (const Key& found : keys) {
    Value value{};
    if (bpf_map_lookup_elem(map, &found, &value) != 0) continue;
    bpf_map_delete_elem(map, &found);
    each(found, value);
  }
}

template <class Key>
void drain_keys(int map) {
  std::vector<Key> keys;
  Key key{};
  Key* previous = nullptr;
  while (bpf_map_get_next_key(map, previous, &key) == 0) {
    keys.push_back(key);
    previous = &key;
  }
  for (const Key& found : keys) bpf_map_delete_elem(map, &found);
}

// Sums of a per-CPU array of counters over the CPUs.
template <std::size_t Entries>
std::array<std::uint64_t, Entries> read_per_cpu(int map) {
  std::array<std::uint64_t, Entries> sums{};
  std::vector<std::uint64_t> values(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  for (std::uint32_t entry = 0; entry < Entries; ++entry) {
    if (bpf_map_lookup_elem(map, &entry, values.data()) != 0) continue;
    for (const std::uint64_t value : values) sums[entry] += value;
  }
  return sums;
}

}  // namespace boundscope
