#pragma once

#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include "tenet/train/data/dataset.h"
#include "tenet/train/data/prefetch.h"

namespace tenet::data {

struct LoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;
  bool drop_last = false;                  // leave out a last batch that is not full
  std::optional<std::uint64_t> seed = {};  // of the order; default: drawn from the global generator
  int workers = 0;                         // threads that make batches ahead of their use
};

/// A dataset in batches: each range-for over it is one epoch.
///   for (const auto& [images, labels] : loader) ...
/// With shuffle the order is a function of (seed, epoch) alone, so training resumed with set_epoch() sees the
/// order it would have seen. With workers the batches are the same and come in the same order; the dataset's get() is
/// called from several threads at once, and what it throws arrives in the loop, at its batch. Leaving the loop early
/// waits for the batches in the making. Throws ValueError for a batch_size below 1 or workers below 0.
class DataLoader {
 public:
  template <Dataset D> DataLoader(D dataset, const LoaderOptions& options = {});

  /// Batches per epoch.
  std::int64_t size() const;
  std::uint64_t seed() const { return seed_; }
  /// The epoch the next range-for runs, from 0.
  std::int64_t epoch() const { return epoch_; }
  void set_epoch(std::int64_t epoch) { epoch_ = epoch; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = const Batch&;

    Iterator(const DataLoader& loader, Tensor order);
    const Batch& operator*() const { return batch_; }
    const Batch* operator->() const { return &batch_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.at_ == a.loader_->size(); }

   private:
    void fetch();

    const DataLoader* loader_;
    Tensor order_;                        // int64: the examples of the epoch
    std::shared_ptr<Prefetch> prefetch_;  // null without workers
    std::int64_t at_ = 0;
    Batch batch_;
  };

  /// Begins an epoch.
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  using Fetch = std::function<Batch(const Tensor& indices)>;
  DataLoader(std::int64_t examples, Fetch fetch, const LoaderOptions& options);
  Batch batch(const Tensor& order, std::int64_t number) const;

  std::int64_t examples_;
  Fetch fetch_;
  LoaderOptions options_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;
};

/// One batch of many examples of one shape.
Batch stack(const std::vector<Batch>& examples);

template <Dataset D>
DataLoader::DataLoader(D dataset, const LoaderOptions& options)
    : DataLoader(
          dataset.size(),
          [dataset](const Tensor& indices) -> Batch {
            if constexpr (requires {
                            { dataset.get(indices) } -> std::convertible_to<Batch>;
                          }) {
              return dataset.get(indices);
            } else {
              std::vector<Batch> examples;
              const Tensor here = indices.to(Device{}).contiguous();
              const auto* index = here.data<const std::int64_t>();
              for (std::int64_t i = 0; i < indices.numel(); ++i) examples.push_back(dataset.get(index[i]));
              return stack(examples);
            }
          },
          options) {}

}  // namespace tenet::data
