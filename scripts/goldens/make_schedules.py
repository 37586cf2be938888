"""Goldens for packages/nn: the learning rates of PyTorch's schedulers for fifty steps, and the state dicts that they leave, as
packages/nn/test/fixtures/schedules.json.

A scheduler is [type, positional arguments, options], named as packages/nn names them; functions are named, see `FUNCTIONS`.
Written with 1.13. Where 2.x has other state, that is written: `useBeta1` of CyclicLR, `_annealFuncType`, `_annealStrategy`,
`defaultMinLr`; and a scheduler that SequentialLR starts does not count that as a step. Flags that say only what is running are
left out, and `verbose`.
"""

import re
import warnings

import golden
import torch
from torch import nn
from torch.optim import lr_scheduler, swa_utils

warnings.simplefilter("ignore")
STEPS = 50
FUNCTIONS = {
    "decay": lambda epoch: 0.95**epoch,
    "saw": lambda epoch: 1 / (1 + epoch % 7),
    "nearly": lambda epoch: 0.9 if epoch % 3 == 0 else 1,
    "half": lambda x: 0.5 ** (x % 4),
}


def snake(name):
    return "T_mult" if name == "tMult" else golden.snake(name)


def camel(name):
    return re.sub("(?<=[A-Za-z0-9])_([a-z0-9])", lambda letter: letter.group(1).upper(), name.replace("T_", "t_"))


def given(value, optimizer):
    if isinstance(value, str):
        return FUNCTIONS.get(value, value)
    if isinstance(value, list) and value and value[0] in KINDS:
        return build(value, optimizer)
    return [given(item, optimizer) for item in value] if isinstance(value, list) else value


def build(spec, optimizer):
    kind, args, options = spec
    args = [given(value, optimizer) for value in args]
    options = {snake(name): given(value, optimizer) for name, value in options.items()}
    if kind == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler(*args)
    return (getattr(lr_scheduler, kind, None) or getattr(swa_utils, kind))(optimizer, *args, **options)


def plain(value):
    if isinstance(value, dict):
        return {camel(str(name)): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return camel(value) if value in ("initial_lr", "max_lr", "min_lr", "max_momentum", "base_momentum") else value
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value


LEFT_OUT = ("verbose", "_get_lr_called_within_step", "_is_initial", "_scale_fn_ref", "anneal_func", "optimizer")


def state_of(scheduler, spec):
    kind, args, options = spec
    found = scheduler.state_dict()
    state = plain({name: value for name, value in found.items() if name not in LEFT_OUT and name != "_schedulers"})
    if kind == "OneCycleLR":
        state["_annealFuncType"] = options.get("annealStrategy", "cos")
        state.setdefault("useBeta1", False)
    if kind == "CyclicLR":
        state |= {"useBeta1": False, "_scaleFnCustom": None}
        if not options.get("cycleMomentum", True):
            state |= {"baseMomentums": [], "maxMomentums": []}
    if kind == "SWALR":
        state["_annealStrategy"] = options.get("annealStrategy", "cos")
    if kind == "ReduceLROnPlateau":
        state["defaultMinLr"] = None if isinstance(options.get("minLr"), list) else options.get("minLr", 0)
    if "_schedulers" in found:
        inner = args[0]
        state["_schedulers"] = [state_of(child, of) for child, of in zip(scheduler._schedulers, inner)]
        for i, child in enumerate(state["_schedulers"]):
            started = kind == "SequentialLR" and i > 0 and child.get("lastEpoch", -1) >= 0
            if started and child["_stepCount"] > 0:
                child["_stepCount"] -= 1
    return state


def metric(i):
    """Falls, rises, stays: what a plateau looks like."""
    return [1, 0.5, 0.4, 0.45, 0.41, 0.40001, 0.6, 0.39, 0.39, 0.5][i % 10] / (1 + i // 20)


def trace(spec):
    momentum = spec[0] in ("OneCycleLR", "CyclicLR") and spec[2].get("cycleMomentum", True)
    groups = [{"params": [nn.Parameter(torch.zeros(1))]}, {"params": [nn.Parameter(torch.zeros(1))], "lr": 0.02}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.5)
    scheduler = build(spec, optimizer)
    of = lambda option: [group[option] for group in optimizer.param_groups]  # noqa: E731
    rates, momenta = [of("lr")], [of("momentum")]
    for i in range(STEPS):
        optimizer.step()
        scheduler.step(metric(i)) if spec[0] == "ReduceLROnPlateau" else scheduler.step()
        rates.append(of("lr"))
        momenta.append(of("momentum"))
    if spec[0] == "ReduceLROnPlateau":
        rates = rates[1:]
    return {"scheduler": spec, "rates": rates, **({"momenta": momenta} if momentum else {}),
            "state": state_of(scheduler, spec)}


KINDS = ("LambdaLR", "MultiplicativeLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR",
         "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR", "SequentialLR", "ChainedScheduler",
         "ReduceLROnPlateau", "SWALR")
SCHEDULERS = [
    ["LambdaLR", ["decay"], {}],
    ["LambdaLR", [["decay", "saw"]], {}],
    ["MultiplicativeLR", ["nearly"], {}],
    ["MultiplicativeLR", [["nearly", "decay"]], {}],
    ["StepLR", [7], {}],
    ["StepLR", [10], {"gamma": 0.5}],
    ["MultiStepLR", [[3, 20, 35]], {}],
    ["MultiStepLR", [[5, 5, 30]], {"gamma": 0.5}],
    ["ConstantLR", [], {}],
    ["ConstantLR", [], {"factor": 0.25, "totalIters": 20}],
    ["LinearLR", [], {}],
    ["LinearLR", [], {"startFactor": 0.1, "endFactor": 0.9, "totalIters": 30}],
    ["LinearLR", [], {"startFactor": 1, "endFactor": 0.01, "totalIters": 40}],
    ["ExponentialLR", [0.9], {}],
    ["PolynomialLR", [], {}],
    ["PolynomialLR", [], {"totalIters": 40, "power": 2.5}],
    ["CosineAnnealingLR", [50], {}],
    ["CosineAnnealingLR", [12], {"etaMin": 0.001}],
    ["CosineAnnealingWarmRestarts", [10], {}],
    ["CosineAnnealingWarmRestarts", [5], {"tMult": 2, "etaMin": 0.001}],
    ["OneCycleLR", [0.5], {"totalSteps": 51}],
    ["OneCycleLR", [[0.5, 0.1]], {"epochs": 6, "stepsPerEpoch": 10, "pctStart": 0.4, "annealStrategy": "linear"}],
    ["OneCycleLR", [0.5], {"totalSteps": 60, "threePhase": True, "divFactor": 10.0, "finalDivFactor": 100.0}],
    ["OneCycleLR", [0.5], {"totalSteps": 60, "cycleMomentum": False}],
    ["OneCycleLR", [0.5], {"totalSteps": 60, "baseMomentum": [0.7, 0.8], "maxMomentum": 0.99}],
    ["CyclicLR", [0.01, 0.1], {"stepSizeUp": 8}],
    ["CyclicLR", [0.01, 0.1], {"stepSizeUp": 5, "stepSizeDown": 9, "mode": "triangular2"}],
    ["CyclicLR", [[0.01, 0.001], [0.1, 0.2]], {"stepSizeUp": 6, "mode": "exp_range", "gamma": 0.98, "cycleMomentum": False}],
    ["CyclicLR", [0.01, 0.1], {"stepSizeUp": 4, "scaleFn": "half", "baseMomentum": 0.7, "maxMomentum": 0.95}],
    ["CyclicLR", [0.01, 0.1], {"stepSizeUp": 4, "scaleFn": "half", "scaleMode": "iterations", "cycleMomentum": False}],
    ["SequentialLR", [[["ConstantLR", [], {"factor": 0.1, "totalIters": 2}], ["ExponentialLR", [0.9], {}]], [20]], {}],
    ["SequentialLR", [[["LinearLR", [], {"startFactor": 0.1, "totalIters": 10}], ["CosineAnnealingLR", [30], {}],
                       ["StepLR", [3], {"gamma": 0.5}]], [10, 40]], {}],
    ["SequentialLR", [[["LinearLR", [], {}], ["CosineAnnealingWarmRestarts", [8], {}]], [5]], {}],
    ["SequentialLR", [[["ExponentialLR", [0.9], {}], ["PolynomialLR", [], {"totalIters": 20}], ["MultiStepLR", [[4]], {}],
                       ["LambdaLR", ["decay"], {}]], [5, 20, 40]], {}],
    ["ChainedScheduler", [[["ConstantLR", [], {"factor": 0.1, "totalIters": 20}], ["ExponentialLR", [0.9], {}]]], {}],
    ["ChainedScheduler", [[["LinearLR", [], {"totalIters": 10}], ["MultiStepLR", [[15, 30]], {"gamma": 0.5}],
                           ["CosineAnnealingLR", [50], {}]]], {}],
    ["ReduceLROnPlateau", [], {}],
    ["ReduceLROnPlateau", [], {"patience": 2, "factor": 0.5, "threshold": 0.01}],
    ["ReduceLROnPlateau", [], {"mode": "max", "patience": 1, "cooldown": 3, "thresholdMode": "abs", "threshold": 0.1}],
    ["ReduceLROnPlateau", [], {"mode": "max", "patience": 3, "factor": 0.9, "minLr": [0.05, 0.001]}],
    ["ReduceLROnPlateau", [], {"patience": 0, "thresholdMode": "abs", "minLr": 0.001, "eps": 0.0005}],
    ["SWALR", [0.05], {}],
    ["SWALR", [[0.05, 0.2]], {"annealEpochs": 20, "annealStrategy": "linear"}],
    ["SWALR", [0.05], {"annealEpochs": 0}],
]


golden.write("schedules.json", {
    "torch": torch.__version__,
    "metrics": [metric(i) for i in range(STEPS)],
    "cases": [trace(spec) for spec in SCHEDULERS],
})
