// tenet.rand, randn, ..., and the generators they draw from.
#include "tenet/ops/random/random.h"

#include <cstring>
#include <random>

#include "tenet/framework/core/random.h"
#include "tenet/nn/init.h"
#include "tenet/ops/create/create.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

/// An argument seed=: any int of 64 bits; a negative one counts down from 2^64.
struct Seed {
  std::uint64_t value = 0;
};

std::optional<Seed> as_seed(PyObject* object) {
  if (PyIndex_Check(object) == 0) return {};
  const py::object whole = py::reinterpret_steal<py::object>(PyNumber_Index(object));
  if (!whole) throw py::error_already_set();
  const std::uint64_t value = PyLong_AsUnsignedLongLong(whole.ptr());
  if (PyErr_Occurred() == nullptr) return Seed{value};
  PyErr_Clear();
  const std::int64_t negative = PyLong_AsLongLong(whole.ptr());
  if (PyErr_Occurred() == nullptr) return Seed{static_cast<std::uint64_t>(negative)};
  PyErr_Clear();
  fail<ValueError>("manual_seed: seed=", std::string(py::str(whole)), " must lie in [-2^63, 2^64).");
}

}  // namespace
}  // namespace tenet::python

namespace pybind11::detail {

template <> struct type_caster<tenet::python::Seed> {
  PYBIND11_TYPE_CASTER(tenet::python::Seed, const_name("int"));
  bool load(handle source, bool) {
    const auto seed = tenet::python::as_seed(source.ptr());
    if (seed) value = *seed;
    return seed.has_value();
  }
};

}  // namespace pybind11::detail

namespace tenet::python {
namespace {

using MaybeType = std::optional<DType>;
using MaybeGenerator =
    std::optional<Generator*>;  // pybind11 takes None for a pointer in its second pass alone
using MaybeDevice = std::optional<Device>;

RandomOptions random_options(MaybeGenerator generator, MaybeType dtype, MaybeDevice device,
                             bool requires_grad) {
  return {.dtype = dtype,
          .device = device.value_or(Device{}),
          .requires_grad = requires_grad,
          .generator = generator.value_or(nullptr)};
}

/// f(args..., options), with PyTorch's keywords in the place of the options.
template <class... Args, class F, class... Extra>
void def_factory(py::module_& module, const char* name, F f, const Extra&... extra) {
  module.def(
      name,
      [f](Args... args, MaybeGenerator generator, MaybeType dtype, Layout, MaybeDevice device, Unpinned,
          bool requires_grad) {
        return f(std::forward<Args>(args)..., random_options(generator, dtype, device, requires_grad));
      },
      extra..., arg("generator") = none, arg("dtype") = none, arg("layout") = none, arg("device") = none,
      arg("pin_memory") = false, arg("requires_grad") = false);
}

void def_sized(py::module_& module, const char* name, Tensor (*f)(const Shape&, RandomOptions),
               const char* doc) {
  const auto draw = [f](const Shape& size, const RandomOptions& o) {
    return unlocked(static_cast<double>(count(size, "rand")), [&] { return f(size, o); });
  };
  def_factory<const py::args&>(
      module, name,
      [=](const py::args& size, const RandomOptions& o) { return draw(dims_of(size, name), o); }, doc);
  def_factory<const Dims&>(module, name, draw, py::kw_only(), arg("size"));
  const std::string like = std::string(name) + "_like";
  module.def(
      like.c_str(),
      [=](const Tensor& x, MaybeGenerator generator, MaybeType dtype, Layout, MaybeDevice device, Unpinned,
          bool requires_grad, RowByRow) {
        return draw(x.shape(), random_options(generator, dtype.value_or(x.dtype()),
                                              device.value_or(x.device()), requires_grad));
      },
      arg("input"), py::kw_only(), arg("generator") = none, arg("dtype") = none, arg("layout") = none,
      arg("device") = none, arg("pin_memory") = false, arg("requires_grad") = false,
      arg("memory_format") = none, "The same in x's shape and type, on its device.");
}

/// Seed and offset, byte for byte.
std::vector<std::uint8_t> state_of(const Generator& g) {
  const std::uint64_t words[] = {g.seed(), g.offset()};
  std::vector<std::uint8_t> bytes(sizeof(words));
  std::memcpy(bytes.data(), words, sizeof(words));
  return bytes;
}

void set_state(Generator& g, const Tensor& state) {
  std::uint64_t words[2];
  if (state.dtype() != uint8 || state.numel() != sizeof(words)) {
    fail<ValueError>("set_state: a state is ", sizeof(words), " numbers of uint8, not ", state.numel(),
                     " of ", state.dtype(), ". Give what get_state() gave.");
  }
  std::memcpy(words, state.to(Device{}).contiguous().data<std::uint8_t>(), sizeof(words));
  g.seed(words[0]);
  g.set_offset(words[1]);
}

void add_generator(py::module_& module) {
  py::class_<Generator>(
      module, "Generator",
      "A place in a stream of random numbers: two with equal seed and offset give equal numbers, on every "
      "device. Safe from any thread.")
      .def(py::init([](Device) { return std::make_unique<Generator>(0); }), arg("device") = Device{})
      .def(py::init([](Seed seed) { return std::make_unique<Generator>(seed.value); }), arg("seed"))
      .def(
          "manual_seed",
          [](const py::object& self, Seed seed) {
            self.cast<Generator&>().seed(seed.value);
            return self;
          },
          arg("seed"), "Starts the stream of `seed` at its beginning.")
      .def(
          "seed",
          [](Generator& g) {
            std::random_device random;  // 32 bits each
            g.seed(std::uint64_t{random()} << 32 | random());
            return g.seed();
          },
          "Starts a stream that no one knew before, and returns its seed.")
      .def(
          "initial_seed", [](const Generator& g) { return g.seed(); }, "The seed of the stream.")
      .def(
          "get_state", [](const Generator& g) { return tensor(state_of(g), {.dtype = uint8}); },
          "The whole state, as a tensor of bytes.")
      .def(
          "set_state",
          [](const py::object& self, const Tensor& state) {
            set_state(self.cast<Generator&>(), state);
            return self;
          },
          arg("new_state"), "Goes to where get_state() was called.")
      .def(
          "clone_state",
          [](const Generator& g) {
            auto copy = std::make_unique<Generator>(g.seed());
            copy->set_offset(g.offset());
            return copy;
          },
          "Another generator at the same place.")
      .def_property_readonly(
          "device", [](const Generator&) { return Device{}; }, "The CPU; it draws for every device.");
  module.attr("default_generator") = py::cast(default_generator(), py::return_value_policy::reference);
}

}  // namespace

void bind_random(Binder& bind) {
  py::module_& m = bind.module;
  add_generator(m);
  m.def(
      "manual_seed",
      [m](Seed seed) {
        manual_seed(seed.value);
        return m.attr("default_generator");
      },
      arg("seed"), "Starts the stream of the default generator anew. Returns it.");
  m.def(
      "manual_seed", [m](const py::float_& seed) { return m.attr("manual_seed")(py::int_(seed)); },
      arg("seed"));  // PyTorch takes what int() takes
  m.def(
      "initial_seed", [] { return default_generator().seed(); }, "The seed of the default generator.");
  def_sized(m, "rand", &rand, "Evenly spread over [0, 1).");
  def_sized(m, "randn", &randn, "Normally distributed with mean 0 and variance 1.");

  m.def(
      "init_default_",
      [](const Tensor& weight, const std::optional<Tensor>& bias, MaybeGenerator generator) {
        nn::init::default_(weight, or_undefined(bias), generator.value_or(nullptr));
      },
      arg("weight"), arg("bias"), arg("generator"));
  const char* const doc =
      "Integers, evenly spread over [low, high), as int64 unless dtype names another type.";
  def_factory<std::int64_t, std::int64_t, const Dims&>(m, "randint", &randint, arg("low"), arg("high"),
                                                       arg("size"), py::kw_only(), doc);
  def_factory<std::int64_t, const Dims&>(
      m, "randint",
      [](std::int64_t high, const Dims& size, const RandomOptions& o) { return randint(0, high, size, o); },
      arg("high"), arg("size"), py::kw_only(), doc);
  def_factory<std::int64_t>(m, "randperm", &randperm, arg("n"), py::kw_only(),
                            "0, 1, ..., n - 1 in random order.");
  bind.tensor.def_in_place(
      "uniform_",
      +[](Tensor& x, double low, double high, MaybeGenerator generator) {
        nn::init::uniform_(x, low, high, generator.value_or(nullptr));
      },
      arg("from") = 0., arg("to") = 1., py::kw_only(), arg("generator") = none,
      "Fills the tensor with numbers evenly spread over [from, to).");
  bind.tensor.def_in_place(
      "normal_",
      +[](Tensor& x, double mean, double std, MaybeGenerator generator) {
        nn::init::normal_(x, mean, std, generator.value_or(nullptr));
      },
      arg("mean") = 0., arg("std") = 1., py::kw_only(), arg("generator") = none,
      "Fills the tensor with normally distributed numbers.");
}

}  // namespace tenet::python
