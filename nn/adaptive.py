"""Optimizers that give each parameter a rate of its own, by the gradients it has had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.optimizers import Array, Optimizer, at_least_zero, below_one


class Adagrad(Optimizer):
    """Smaller steps where gradients have been large: s ← s + g², θ ← θ - lr·g / (√s + eps).

    In step t the learning rate is lr / (1 + (t - 1)·lr_decay). (Duchi, Hazan, Singer 2011, Adaptive subgradient
    methods for online learning and stochastic optimization.)

    Args:
        parameters, lr: as for an `Optimizer`.
        lr_decay: how fast the learning rate falls.
        weight_decay: as for `SGD`.
        initial_accumulator_value: what s starts with.
        eps: keeps the denominator from being 0.

    >>> from autograd import Value
    >>> from nn import Adagrad
    >>> x = Value(3.0)
    >>> optimizer = Adagrad([x], lr=0.5)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.5
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(parameters, lr)
        self.lr_decay = at_least_zero("lr_decay", lr_decay)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.eps = at_least_zero("eps", eps, 1e-10)
        self.s = self._zeros() + at_least_zero("initial_accumulator_value", initial_accumulator_value)

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·g / (√s + eps)"""
        g = gradient + self.weight_decay * theta
        lr = self.lr / (1 + (self.steps - 1) * self.lr_decay)
        self.s = self.s + g**2
        return theta - lr * g / (np.sqrt(self.s) + self.eps)


class RMSprop(Optimizer):
    """Steps scaled by the recent size of gradients: v ← alpha·v + (1 - alpha)·g², θ ← θ - lr·g / (√v + eps).

    With `centered` the variance v - m² takes the place of v, where m ← alpha·m + (1 - alpha)·g. With momentum a
    velocity takes the place of g / (√v + eps) and adds them up: momentum·velocity + g / (√v + eps). (Hinton
    2012, Neural networks for machine learning, lecture 6; centered: Graves 2013, Generating sequences with
    recurrent neural networks.)

    Args:
        parameters, lr: as for an `Optimizer`.
        alpha: how much of the means is kept, at least 0 and below 1.
        eps: keeps the denominator from being 0.
        weight_decay: as for `SGD`.
        momentum: how much of the velocity is kept.
        centered: whether to divide by the standard deviation of the gradients instead.

    >>> from autograd import Value
    >>> from nn import RMSprop
    >>> x = Value(3.0)
    >>> optimizer = RMSprop([x], lr=0.01)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.9
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.alpha = below_one("alpha", alpha)
        self.eps = at_least_zero("eps", eps, 1e-8)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.momentum = at_least_zero("momentum", momentum, 0.9)
        self.centered = centered
        self.v, self.m, self.velocity = self._zeros(), self._zeros(), self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·g / (√v + eps)"""
        g = gradient + self.weight_decay * theta
        self.v = self.alpha * self.v + (1 - self.alpha) * g**2
        v = self.v
        if self.centered:
            self.m = self.alpha * self.m + (1 - self.alpha) * g
            v = np.maximum(v - self.m**2, 0.0)  # rounding can make it negative where gradients do not change
        self.velocity = self.momentum * self.velocity + g / (np.sqrt(v) + self.eps)
        return theta - self.lr * self.velocity


class Adadelta(Optimizer):
    """Steps as large as recent steps, so that no rate need be chosen: Δ = √(u + eps) / √(v + eps) · g, θ ← θ - lr·Δ.

    v ← rho·v + (1 - rho)·g² is the mean of squared gradients, u ← rho·u + (1 - rho)·Δ² that of squared steps so
    far. (Zeiler 2012, ADADELTA: an adaptive learning rate method.)

    Args:
        parameters, lr: as for an `Optimizer`.
        rho: how much of the means is kept, at least 0 and below 1.
        eps: what the first steps are made from.
        weight_decay: as for `SGD`.

    >>> from autograd import Value
    >>> from nn import Adadelta
    >>> x = Value(3.0)
    >>> optimizer = Adadelta([x])
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.996838
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.rho = below_one("rho", rho)
        self.eps = at_least_zero("eps", eps, 1e-6)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.v, self.u = self._zeros(), self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·Δ"""
        g = gradient + self.weight_decay * theta
        self.v = self.rho * self.v + (1 - self.rho) * g**2
        delta = np.sqrt(self.u + self.eps) / np.sqrt(self.v + self.eps) * g
        self.u = self.rho * self.u + (1 - self.rho) * delta**2
        return theta - self.lr * delta


class Adam(Optimizer):
    """Momentum and scaled steps, both without the bias of their start: θ ← θ - lr·m̂ / (√v̂ + eps).

    m ← β₁·m + (1 - β₁)·g and v ← β₂·v + (1 - β₂)·g² are running means from 0; in step t, m̂ = m / (1 - β₁ᵗ) and
    v̂ = v / (1 - β₂ᵗ). With `amsgrad` the greatest v so far takes the place of v. (Kingma, Ba 2015, Adam: a method
    for stochastic optimization; Reddi, Kale, Kumar 2018, On the convergence of Adam and beyond.)

    Args:
        parameters, lr: as for an `Optimizer`.
        betas: β₁ and β₂, how much of each mean is kept, at least 0 and below 1.
        eps: keeps the denominator from being 0.
        weight_decay: as for `SGD`.
        amsgrad: whether the denominator may never fall.

    >>> from autograd import Value
    >>> from nn import Adam
    >>> x = Value(3.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.9
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.beta1, self.beta2 = _betas(betas)
        self.eps = at_least_zero("eps", eps, 1e-8)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.amsgrad = amsgrad
        self.m, self.v, self.v_max = self._zeros(), self._zeros(), self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·m̂ / (√v̂ + eps)"""
        return theta - self.lr * self.direction(gradient + self.weight_decay * theta)

    def direction(self, g: Array) -> Array:
        """m̂ / (√v̂ + eps)"""
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        if self.amsgrad:
            self.v_max = np.maximum(self.v_max, self.v)
        m_hat = self.m / (1 - self.beta1**self.steps)
        v_hat = (self.v_max if self.amsgrad else self.v) / (1 - self.beta2**self.steps)
        return m_hat / (np.sqrt(v_hat) + self.eps)


class AdamW(Adam):
    """Adam with a weight decay that is not scaled by gradients: θ ← θ - lr·weight_decay·θ - lr·m̂ / (√v̂ + eps).

    (Loshchilov, Hutter 2019, Decoupled weight decay regularization.)

    Args:
        parameters, lr, betas, eps, amsgrad: as for `Adam`.
        weight_decay: the part of θ that is taken away, times `lr`.

    >>> from autograd import Value
    >>> from nn import AdamW
    >>> x = Value(3.0)
    >>> optimizer = AdamW([x], lr=0.1, weight_decay=0.5)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.75
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad)

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·weight_decay·θ - lr·m̂ / (√v̂ + eps)"""
        return theta * (1 - self.lr * self.weight_decay) - self.lr * self.direction(gradient)


class Adamax(Optimizer):
    """Adam by the greatest recent gradient instead of the mean of squares: θ ← θ - lr·m̂ / u.

    m ← β₁·m + (1 - β₁)·g, in step t m̂ = m / (1 - β₁ᵗ), and u ← max(β₂·u, |g| + eps). (Kingma, Ba 2015, Adam: a
    method for stochastic optimization, section 7.1.)

    Args:
        parameters, lr: as for an `Optimizer`.
        betas: β₁ and β₂, at least 0 and below 1.
        eps: keeps the denominator from being 0.
        weight_decay: as for `SGD`.

    >>> from autograd import Value
    >>> from nn import Adamax
    >>> x = Value(3.0)
    >>> optimizer = Adamax([x], lr=0.1)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.9
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.beta1, self.beta2 = _betas(betas)
        self.eps = at_least_zero("eps", eps, 1e-8)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.m, self.u = self._zeros(), self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·m̂ / u"""
        g = gradient + self.weight_decay * theta
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.u = np.maximum(self.beta2 * self.u, np.abs(g) + self.eps)
        m_hat = self.m / (1 - self.beta1**self.steps)
        return theta - self.lr * m_hat / self.u


class NAdam(Optimizer):
    """Adam that looks ahead, as Nesterov's momentum does: θ ← θ - lr·m̂ / (√v̂ + eps).

    m, v and v̂ are those of `Adam`. The momentum of step t is μₜ = β₁·(1 - 0.96^(t·momentum_decay) / 2), and
    m̂ = μₜ₊₁·m / (1 - μ₁⋯μₜ₊₁) + (1 - μₜ)·g / (1 - μ₁⋯μₜ). (Dozat 2016, Incorporating Nesterov momentum into Adam.)

    Args:
        parameters, lr: as for an `Optimizer`.
        betas: β₁ and β₂, at least 0 and below 1.
        eps: keeps the denominator from being 0.
        weight_decay: as for `SGD`.
        momentum_decay: how fast the momentum rises from β₁/2 to β₁.

    >>> from autograd import Value
    >>> from nn import NAdam
    >>> x = Value(3.0)
    >>> optimizer = NAdam([x], lr=0.1)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    2.894355
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
    ) -> None:
        super().__init__(parameters, lr)
        self.beta1, self.beta2 = _betas(betas)
        self.eps = at_least_zero("eps", eps, 1e-8)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.momentum_decay = at_least_zero("momentum_decay", momentum_decay, 4e-3)
        self.mu_product = 1.0
        self.m, self.v = self._zeros(), self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·m̂ / (√v̂ + eps)"""
        g = gradient + self.weight_decay * theta
        mu, mu_next = self._momentum(self.steps), self._momentum(self.steps + 1)
        self.mu_product *= mu
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat = mu_next * self.m / (1 - self.mu_product * mu_next) + (1 - mu) * g / (1 - self.mu_product)
        v_hat = self.v / (1 - self.beta2**self.steps)
        return theta - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def _momentum(self, t: int) -> float:
        decay: float = 0.96 ** (t * self.momentum_decay)
        return self.beta1 * (1 - decay / 2)


def _betas(betas: Any) -> tuple[float, float]:
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise TypeError(f"betas are two numbers, such as (0.9, 0.999); got {betas!r:.60}")
    return below_one("betas[0]", betas[0]), below_one("betas[1]", betas[1])
