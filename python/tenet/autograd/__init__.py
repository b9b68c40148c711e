"""Gradients: tenet.autograd.grad, Function, gradcheck, functional."""
from tenet.autograd import functional
from tenet.autograd.anomaly import detect_anomaly, set_detect_anomaly
from tenet.autograd.backward import backward, grad
from tenet._C import adjoint_check
from tenet.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck
from tenet.autograd.function import Function, FunctionCtx
from tenet.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from tenet.autograd.variable import Variable

__all__ = [
    "Function", "FunctionCtx", "GradcheckError", "Variable", "adjoint_check", "backward", "detect_anomaly", "enable_grad",
    "functional", "grad", "gradcheck", "gradgradcheck", "inference_mode", "no_grad", "set_detect_anomaly",
    "set_grad_enabled",
]
