#include "tenet/train/data/loader.h"

#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/random.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/random/random.h"
#include "tenet/ops/shape/shape.h"

namespace tenet::data {
namespace {

std::uint64_t draw_seed() {
  Generator& generator = default_generator();
  return bits_at(generator.seed(), generator.reserve(1), 0);
}

/// The order of an epoch. Epochs begin 2^40 counters apart, more than any of them draws.
Tensor order_of(std::int64_t examples, bool shuffle, std::uint64_t seed, std::int64_t epoch) {
  if (!shuffle) return arange(examples);
  Generator generator(seed);
  generator.set_offset(static_cast<std::uint64_t>(epoch) << 40);
  return randperm(examples, {.generator = &generator});
}

}  // namespace

DataLoader::DataLoader(std::int64_t examples, Fetch fetch, const LoaderOptions& options)
    : examples_(examples), fetch_(std::move(fetch)), options_(options) {
  if (options.batch_size < 1)
    fail<ValueError>("DataLoader: batch_size=", options.batch_size, " must be at least 1.");
  if (options.workers < 0) fail<ValueError>("DataLoader: workers=", options.workers, " must be at least 0.");
  seed_ = options.seed ? *options.seed : options.shuffle ? draw_seed() : 0;
}

std::int64_t DataLoader::size() const {
  return options_.drop_last ? examples_ / options_.batch_size : ceil_div(examples_, options_.batch_size);
}

DataLoader::Iterator DataLoader::begin() {
  return Iterator(*this, order_of(examples_, options_.shuffle, seed_, epoch_++));
}

DataLoader::Iterator::Iterator(const DataLoader& loader, Tensor order)
    : loader_(&loader), order_(std::move(order)) {
  if (loader.options_.workers > 0) {
    prefetch_ = std::make_shared<Prefetch>(
        [&loader, order = order_](std::int64_t number) { return loader.batch(order, number); }, loader.size(),
        loader.options_.workers);
  }
  fetch();
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  ++at_;
  fetch();
  return *this;
}

void DataLoader::Iterator::fetch() {
  if (*this == std::default_sentinel) return;
  batch_ = prefetch_ ? prefetch_->next() : loader_->batch(order_, at_);
}

Batch DataLoader::batch(const Tensor& order, std::int64_t number) const {
  const std::int64_t begin = number * options_.batch_size;
  return fetch_(order.narrow(0, begin, std::min(options_.batch_size, examples_ - begin)));
}

Batch stack(const std::vector<Batch>& examples) {
  std::vector<Tensor> images, labels;
  for (const Batch& example : examples) {
    images.push_back(example.images);
    labels.push_back(example.labels);
  }
  return {tenet::stack(images), tenet::stack(labels)};
}

}  // namespace tenet::data
