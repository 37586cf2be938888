"""Goldens for packages/nn: the steps that PyTorch's optimisers take, their state dicts and texts, as
packages/nn/test/fixtures/optim.json.

Options are named as packages/nn names them. Written with 1.13, which lacks three of 2.x's options: `maximize` of NAdam
and RAdam, and their `decoupledWeightDecay`. They are made here by 2.x's rule: the gradient is negated, the parameter is
multiplied by 1 - lr * weightDecay before the step. NAdam's steps are those of `foreach=True`: without it 1.13 counts one
factor twice, which 2.x does not.
"""

import re

import torch
from golden import data_of, options_of, sixteenths, write
from torch import nn

STEPS = 20


def camel(name):
    return re.sub("_([a-z])", lambda letter: letter.group(1).upper(), name)


NEWER = {"NAdam": ("maximize", "decoupled_weight_decay"), "RAdam": ("maximize", "decoupled_weight_decay")}


class Recent:
    """An optimiser of 2.x: what 1.13 lacks is done around the steps of what it has."""

    def __init__(self, name, params, options):
        kind = getattr(torch.optim, name)
        probe = kind([nn.Parameter(torch.zeros(1))], lr=0.1)
        self.missing = [option for option in NEWER.get(name, ()) if option not in probe.defaults]
        self.newer = {option: options.get(option, False) for option in self.missing}
        known = {name: value for name, value in options.items() if name not in self.missing}
        if self.newer.get("decoupled_weight_decay"):
            self.decay = known.pop("weight_decay", 0)
        else:
            self.decay = None
        if name == "NAdam":
            known["foreach"] = True
        if name == "Adadelta":
            known.setdefault("lr", 1)  # its default prints as 1.0, which JavaScript's 1 cannot
        self.inner = kind(params, **known)

    def step(self):
        for group in self.inner.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if self.newer.get("maximize"):
                    p.grad = -p.grad
                if self.decay is not None:
                    with torch.no_grad():
                        p.mul_(1 - group["lr"] * self.decay)
        self.inner.step()

    def text(self):
        unknown = ("differentiable", "foreach", "capturable", "fused", "decoupled_weight_decay")
        unknown = [name for name in unknown if name not in NEWER.get(type(self.inner).__name__, ())]
        out = []
        for line in str(self.inner).split("\n"):
            if line.split(":")[0].strip() in unknown:
                continue
            out.append(line)
            if line.startswith("Parameter Group"):
                start = len(out)
        lines = out[start:-1]
        if self.decay is not None:
            lines = [f"    weight_decay: {self.decay}" if "weight_decay" in line else line for line in lines]
        lines += [f"    {name}: {value}" for name, value in self.newer.items()]
        return "\n".join(out[:start] + sorted(lines) + out[-1:])


def gradients(i):
    """Of the second parameter there is none in the first step."""
    return sixteenths(3, seed=i + 1), None if i == 0 else sixteenths(1, 1, seed=i + 7)


def trace(name, options, groups=None):
    """Steps with given gradients, and the state that they leave."""
    p = nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
    q = nn.Parameter(torch.tensor([[0.25]]))
    given = [{"params": [p]}, {"params": [q], **options_of(groups)}] if groups else [p, q]
    optimizer = Recent(name, given, options_of(options))
    steps = []
    for i in range(STEPS):
        p.grad, q.grad = gradients(i)
        optimizer.step()
        steps.append([data_of(p), data_of(q)])
    state = {
        number: {camel(key): value.item() if isinstance(value, torch.Tensor) and value.dim() == 0 else
                 data_of(value) if isinstance(value, torch.Tensor) else value for key, value in kept.items()}
        for number, kept in optimizer.inner.state_dict()["state"].items()
    }
    for kept in state.values():  # SGD of 1.13 has an empty entry without momentum; 2.x has none
        if kept.get("momentumBuffer", 0) is None:
            del kept["momentumBuffer"]
    return {"name": name, "options": options, **({"groups": groups} if groups else {}),
            "steps": steps, "state": state, "text": optimizer.text()}


SGD = [
    {"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
    {"lr": 0.1, "momentum": 0.9, "nesterov": True}, {"lr": 0.1, "weightDecay": 0.1},
    {"lr": 0.1, "weightDecay": 0.1, "momentum": 0.9}, {"lr": 0.1, "maximize": True},
    {"lr": 0.1, "maximize": True, "weightDecay": 0.1, "momentum": 0.9, "dampening": 0.25},
    {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01, "maximize": True},
]
ADAM = [
    {}, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 0.01}, {"lr": 0.1, "weightDecay": 0.1},
    {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "maximize": True, "weightDecay": 0.1, "amsgrad": True},
]
RMSPROP = [
    {}, {"lr": 0.1, "alpha": 0.9, "eps": 0.01}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "centered": True},
    {"lr": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "maximize": True},
    {"lr": 0.05, "centered": True, "momentum": 0.5, "weightDecay": 0.1, "maximize": True},
]
ADADELTA = [
    {}, {"lr": 0.5, "rho": 0.5, "eps": 0.01}, {"weightDecay": 0.1}, {"maximize": True},
    {"rho": 0.95, "eps": 0.001, "weightDecay": 0.1, "maximize": True},
]
ADAGRAD = [
    {}, {"lr": 0.1, "lrDecay": 0.1}, {"lr": 0.1, "initialAccumulatorValue": 0.5, "eps": 0.01},
    {"lr": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "maximize": True},
    {"lr": 0.1, "lrDecay": 0.01, "initialAccumulatorValue": 0.1, "weightDecay": 0.1, "maximize": True},
]
ADAMAX = [
    {}, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 0.01}, {"lr": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "maximize": True},
    {"lr": 0.1, "maximize": True, "weightDecay": 0.1},
]
NADAM = [
    {}, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 0.01}, {"lr": 0.1, "momentumDecay": 0.1},
    {"lr": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "weightDecay": 0.1, "decoupledWeightDecay": True},
    {"lr": 0.1, "maximize": True}, {"lr": 0.1, "maximize": True, "weightDecay": 0.1, "momentumDecay": 0.01},
]
RADAM = [
    {}, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 0.01}, {"lr": 0.1, "weightDecay": 0.1},
    {"lr": 0.1, "weightDecay": 0.1, "decoupledWeightDecay": True}, {"lr": 0.1, "maximize": True},
    {"lr": 0.1, "betas": [0.9, 0.8], "maximize": True, "weightDecay": 0.1, "decoupledWeightDecay": True},
]
OPTIMIZERS = {"Adam": ADAM, "AdamW": ADAM, "RMSprop": RMSPROP, "Adadelta": ADADELTA, "Adagrad": ADAGRAD,
              "Adamax": ADAMAX, "NAdam": NADAM, "RAdam": RADAM}
write("optim.json", {
    "torch": torch.__version__,
    "gradients": [[None if g is None else data_of(g) for g in gradients(i)] for i in range(STEPS)],
    "cases": [trace("SGD", options) for options in SGD]
    + [trace("SGD", {"lr": 0.1, "momentum": 0.5}, {"lr": 1e-05, "momentum": 0.9, "weightDecay": 0.5})]
    + [trace(name, options) for name, cases in OPTIMIZERS.items() for options in cases],
})
