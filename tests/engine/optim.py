"""Writes `optim.txt`: weights after 3 and 50 steps of `torch.optim` (single-tensor form, 32-bit floats).

    python tests/engine/optim.py > tests/engine/optim.txt

The problem is that of `optim.rs`: five weights, the gradient of a quadratic plus a shift that changes with
every step. Each line has an optimizer and a schedule as a spec writes them, and the weights.
"""

import math

import torch
from torch.optim import lr_scheduler as s

START = [0.5, -1.25, 2.0, -0.0625, 3.0]
CURVATURE = [1.0, 0.5, 0.25, 2.0, 0.125]
EPOCH = 4  # steps

torch.set_default_dtype(torch.float32)


def run(make, schedule):
    w = torch.tensor(START, requires_grad=True)
    optimizer = make([w])
    scheduler = schedule(optimizer)
    after = []
    for t in range(50):
        shift = torch.tensor([((t * 7 + i * 3) % 11 - 5.0) / 8.0 for i in range(5)])
        w.grad = w.detach() * torch.tensor(CURVATURE) + shift
        optimizer.step()
        scheduler.step()
        if t + 1 in (3, 50):
            after.append(" ".join(f"{v:.9g}" for v in w.detach().tolist()))
    return after


def constant(optimizer):
    return s.ConstantLR(optimizer, factor=1.0)


def call(name, options):
    word = lambda v: str(v).lower() if isinstance(v, bool) else repr(v)
    return f"{name}({', '.join(f'{k}={word(v)}' for k, v in options.items())})"


def optimizer(name, **options):
    """A line's first field, and the optimizer; options are named as a spec names them."""
    torch_name = {"sgd": "SGD", "adamw": "AdamW", "nadam": "NAdam", "rmsprop": "RMSprop"}.get(name, name.capitalize())
    given = dict(options)
    if "adam" in name:
        given["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
    if "decoupled" in given:
        given["decoupled_weight_decay"] = given.pop("decoupled")
    if name == "adagrad":
        given["initial_accumulator_value"] = given.pop("initial", 0.0)
    return call(name, options), lambda w: getattr(torch.optim, torch_name)(w, foreach=False, **given)


OPTIMIZERS = [
    optimizer("sgd", lr=0.05),
    optimizer("sgd", lr=0.05, weight_decay=0.01),
    optimizer("sgd", lr=0.05, momentum=0.9),
    optimizer("sgd", lr=0.05, momentum=0.9, weight_decay=0.01),
    optimizer("sgd", lr=0.05, momentum=0.9, dampening=0.5),
    optimizer("sgd", lr=0.05, momentum=0.9, dampening=0.5, weight_decay=0.01),
    optimizer("sgd", lr=0.05, momentum=0.9, nesterov=True),
    optimizer("sgd", lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    optimizer("adam", lr=0.01),
    optimizer("adam", lr=0.01, weight_decay=0.1),
    optimizer("adam", lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1),
    optimizer("adam", lr=0.01, amsgrad=True),
    optimizer("adam", lr=0.01, amsgrad=True, beta2=0.9, weight_decay=0.1),
    optimizer("adamw", lr=0.01),
    optimizer("adamw", lr=0.01, weight_decay=0.1),
    optimizer("adamw", lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1),
    optimizer("adamw", lr=0.01, weight_decay=0.1, amsgrad=True),
    optimizer("nadam", lr=0.01),
    optimizer("nadam", lr=0.01, momentum_decay=0.1, weight_decay=0.1),
    optimizer("nadam", lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1, decoupled=True),
    optimizer("adamax", lr=0.01),
    optimizer("adamax", lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1),
    optimizer("rmsprop", lr=0.01),
    optimizer("rmsprop", lr=0.01, alpha=0.9, eps=1e-4),
    optimizer("rmsprop", lr=0.01, weight_decay=0.01),
    optimizer("rmsprop", lr=0.01, alpha=0.9, momentum=0.9, weight_decay=0.01),
    optimizer("rmsprop", lr=0.01, alpha=0.9, centered=True),
    optimizer("rmsprop", lr=0.01, alpha=0.9, eps=1e-6, momentum=0.5, centered=True, weight_decay=0.01),
    optimizer("adagrad", lr=0.1),
    optimizer("adagrad", lr=0.1, lr_decay=0.02, weight_decay=0.01),
    optimizer("adagrad", lr=0.1, initial=0.1, eps=1e-6),
    optimizer("adadelta", lr=1.0),
    optimizer("adadelta", lr=0.5, rho=0.95, eps=1e-3, weight_decay=0.01),
]

LR = 0.05
SGD = optimizer("sgd", lr=LR, momentum=0.9)
SCHEDULES = [
    ("warmup(20it)", lambda o: s.LambdaLR(o, lambda t: min(t / 20, 1))),
    ("warmup(20it, from=0.25)", lambda o: s.LinearLR(o, start_factor=0.25, total_iters=20)),
    ("cosine(50it)", lambda o: s.CosineAnnealingLR(o, 50)),
    ("cosine(50it, min=0.1)", lambda o: s.CosineAnnealingLR(o, 50, eta_min=0.1 * LR)),
    ("step(7it)", lambda o: s.StepLR(o, 7)),
    ("step(3ep, gamma=0.5)", lambda o: s.StepLR(o, 3 * EPOCH, gamma=0.5)),
    ("multistep([5it, 20it, 21it])", lambda o: s.MultiStepLR(o, [5, 20, 21])),
    ("multistep([2ep, 5.5ep], gamma=0.3)", lambda o: s.MultiStepLR(o, [8, 22], gamma=0.3)),
    ("exponential(0.9)", lambda o: s.ExponentialLR(o, 0.9 ** (1 / EPOCH))),
    ("polynomial(40it)", lambda o: s.PolynomialLR(o, 40)),
    ("polynomial(40it, power=2.0)", lambda o: s.PolynomialLR(o, 40, power=2.0)),
    ("restarts(10it)", lambda o: s.CosineAnnealingWarmRestarts(o, 10)),
    ("restarts(2ep, mult=2, min=0.05)", lambda o: s.CosineAnnealingWarmRestarts(o, 8, T_mult=2, eta_min=0.05 * LR)),
    ("onecycle(50it)", lambda o: onecycle(o, {})),
    (
        "onecycle(50it, pct_start=0.4, div=10, final_div=100)",
        lambda o: onecycle(o, dict(pct_start=0.4, div_factor=10, final_div_factor=100)),
    ),
    (
        "warmup(5it, from=0.2) -> cosine(30it)",
        lambda o: s.LambdaLR(
            o, lambda t: 0.2 + 0.8 * t / 5 if t < 5 else (1 + math.cos(math.pi * min(t - 5, 30) / 30)) / 2
        ),
    ),
]


def onecycle(o, options):
    return Tail(s.OneCycleLR(o, LR, total_steps=50, cycle_momentum=False, **options), 50)


class Tail:
    """A scheduler that may be stepped once more than it has steps."""

    def __init__(self, inner, steps):
        self.inner, self.left = inner, steps - 1

    def step(self):
        if self.left > 0:
            self.inner.step()
        self.left -= 1


if __name__ == "__main__":
    print(f"# made by optim.py with torch {torch.__version__}: optimizer; schedule; weights after 3 and 50 steps")
    for text, make in OPTIMIZERS:
        print("; ".join([text, "constant", *run(make, constant)]))
    for text, schedule in SCHEDULES:
        print("; ".join([SGD[0], text, *run(SGD[1], schedule)]))
