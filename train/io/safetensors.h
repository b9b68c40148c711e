// Tensors in files: the safetensors format, as PyTorch and Hugging Face write and read it.
// https://huggingface.co/docs/safetensors: 8 bytes of length, a JSON header, the elements row-major. It can
// hold tensors and nothing else: reading a file never runs code from it.
#pragma once

#include <map>
#include <string>

#include "tenet/nn/state_dict.h"

namespace tenet {

/// Texts by name beside the tensors.
using Metadata = std::map<std::string, std::string>;

struct ReadOptions {
  Device device = {};            // where the tensors are made, one after the other
  Metadata* metadata = nullptr;  // if given, is set to the file's
};

/// Writes the tensors, of every type Tenet has, from wherever they are and however they are laid out. Atomic: a
/// crash leaves the old file or the new (train/io/atomic_file.h).
/// Throws ValueError for names that load() would refuse, Error if the file cannot be written.
void save(const StateDict& state, const std::string& path, const Metadata& metadata = {});

/// Reads a file into tensors without history, float32, float64, int64, int32, uint8 or bool.
/// Throws Error if it cannot be read, DeviceError for a device that is not there, FormatError naming file, tensor and rule unless the file is exact: header
/// within the file and 100 MB, valid UTF-8 and JSON, no name twice, at most 65,536 tensors, 8 dimensions and
/// names of 1,024 bytes, sizes that fit shape and type, no overlap, no gap, nothing after the last tensor.
/// Allocates no more than the file's size and a few times its header.
StateDict load(const std::string& path, ReadOptions options = {});

}  // namespace tenet
