#pragma once

#include "tenet/train/data/dataset.h"

namespace tenet::data {

enum class Split { train, test };

struct DigitsOptions {
  Split split = Split::train;
};

/// Real handwritten digits, part of the library: images [N, 1, 8, 8] float32 in [0, 1], labels [N] int64 in 0..9;
/// N = 1,437 for training, 360 for the test, split once by class (train/data/digits/make_digits.py).
/// Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
/// https://doi.org/10.24432/C50P49, CC BY 4.0; split and stored as IDX here.
TensorDataset digits(const DigitsOptions& options = {});

}  // namespace tenet::data
