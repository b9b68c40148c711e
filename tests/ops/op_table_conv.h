// What the two files of the convolutions' rows share.
#pragma once

#include "ops/op_table.h"

namespace tenet_test {

std::vector<Wrong> conv2d_wrong();
std::vector<Wrong> conv_transpose2d_wrong();

}  // namespace tenet_test
