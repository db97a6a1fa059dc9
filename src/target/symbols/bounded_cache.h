// Values that are dear to make and take memory: the least recently used go first.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace boundscope {

template <class Key, class Value>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null if it is not there. Valid until the next add() or remove().
  Value* find(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  void remove(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    bytes_ -= found->second->bytes;
    entries_.erase(found->second);
    index_.erase(found);
  }

  // The newest one stays however large it is. Precondition: `key` is not there.
  Value& add(const Key& key, Value value, std::size_t bytes) {
    entries_.push_front({key, std::move(value), bytes});
    index_.emplace(key, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > max_bytes_ && entries_.size() > 1) {
      bytes_ -= entries_.back().bytes;
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return entries_.front().value;
  }

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Key key;
    Value value;
    std::size_t bytes = 0;
  };

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::map<Key, typename std::list<Entry>::iterator> index_;
};

}  // namespace boundscope
