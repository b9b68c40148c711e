// The parts of tenet.Tensor that go past pybind11 because they are on every program's path: each file gives the slots
// it fills, and tensor_object.cpp makes the type of them.
#pragma once

#include <vector>

#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

using Slots = std::vector<PyType_Slot>;

void add_number_slots(Slots& slots);    // x + y, x += y, -x, x == y, bool(x), float(x)
void add_indexing_slots(Slots& slots);  // x[...], x[...] = y, len(x), iter(x)
void add_buffer_slots(Slots& slots);    // memoryview(x)
PyGetSetDef* tensor_facts();            // x.shape, x.grad, ...

template <class F> void add_slot(Slots& slots, int id, F* f) {
  slots.push_back({id, reinterpret_cast<void*>(f)});
}

}  // namespace tenet::python
