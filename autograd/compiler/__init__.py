"""Recorded graphs as programs that run at native speed."""

from autograd.compiler.kernels import KERNELS as KERNELS
from autograd.compiler.program import Program as Program
from autograd.compiler.program import compile as compile
