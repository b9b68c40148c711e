"""Modules, and what they are made of. Names, options and defaults are PyTorch's."""
from tenet.nn import functional, init, utils
from tenet.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from tenet.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from tenet.nn.conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from tenet.nn.linear import Linear
from tenet.nn.loss import CrossEntropyLoss, MSELoss, NLLLoss
from tenet.nn.module import Module
from tenet.nn.parameter import Buffer, Parameter
from tenet.nn.pool import AvgPool2d, MaxPool2d, MaxUnpool2d
from tenet.nn.shape import Flatten, Fold, Identity, Unflatten, Unfold, ZeroPad2d
from tenet.nn import modules

__all__ = [
    "AvgPool2d", "Buffer", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
    "CrossEntropyLoss", "Flatten", "Fold", "Identity", "Linear", "LogSoftmax", "MSELoss", "MaxPool2d", "MaxUnpool2d",
    "Module", "ModuleDict", "ModuleList", "NLLLoss", "Parameter", "ParameterDict", "ParameterList", "ReLU", "Sequential",
    "Sigmoid", "Softmax", "Tanh", "Unflatten", "Unfold", "ZeroPad2d", "functional", "init",
    "modules", "utils",
]
