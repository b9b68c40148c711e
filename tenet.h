// All of Tenet's public face.
#pragma once

#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/function.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/memory.h"
#include "tenet/framework/core/random.h"
#include "tenet/framework/core/threads.h"
#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/matmul/matmul.h"
#include "tenet/ops/reduce/reduce.h"
#include "tenet/ops/shape/shape.h"
