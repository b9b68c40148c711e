#include "tenet/train/data/digits.h"

#include "tenet/train/data/idx.h"

namespace tenet::data {
namespace {

#include "tenet/train/data/digits/digits.inc"

template <std::size_t N> Tensor parse(const char (&bytes)[N]) {
  return parse_idx({bytes, N - 1}, "digits");  // without the zero at the end of the literal
}

}  // namespace

TensorDataset digits(const DigitsOptions& options) {
  const bool train = options.split == Split::train;
  const Tensor images = train ? parse(kTrainImages) : parse(kTestImages);
  const Tensor labels = train ? parse(kTrainLabels) : parse(kTestLabels);
  return {images.to(float32).unsqueeze(1) / 16, labels.to(int64)};
}

}  // namespace tenet::data
