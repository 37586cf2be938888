"""PyTorch's public names with the names of their parameters, for the test that ours are the same in camelCase.

Signatures come from `inspect`, from the first lines of docstrings where a function is C's, and from PyTorch's list of
overridable functions. What classes keep as attributes is read from annotations, `__constants__` and `self.… =` in
`__init__`. LATER has what PyTorch 2 added.
"""

import inspect
import json
import pathlib
import re

import torch
import torch.autograd.functional
import torch.nn.functional
import torch.nn.utils.fusion
import torch.nn.utils.parametrizations
import torch.nn.utils.parametrize
import torch.optim.lr_scheduler
import torch.optim.swa_utils
import torch.utils.checkpoint
import torch.utils.data
from torch.overrides import get_testing_overrides

FILE = pathlib.Path(__file__).parents[2] / "docs/site/test/fixtures/pytorch-names.json"

NAMESPACES = {
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.nn": torch.nn,
    "torch.nn.functional": torch.nn.functional,
    "torch.nn.init": torch.nn.init,
    "torch.nn.utils": torch.nn.utils,
    "torch.nn.utils.fusion": torch.nn.utils.fusion,
    "torch.nn.utils.parametrizations": torch.nn.utils.parametrizations,
    "torch.nn.utils.parametrize": torch.nn.utils.parametrize,
    "torch.optim": torch.optim,
    "torch.optim.lr_scheduler": torch.optim.lr_scheduler,
    "torch.optim.swa_utils": torch.optim.swa_utils,
    "torch.autograd": torch.autograd,
    "torch.autograd.functional": torch.autograd.functional,
    "torch.utils.checkpoint": torch.utils.checkpoint,
    "torch.utils.data": torch.utils.data,
}

OVERRIDES = get_testing_overrides()

# Names, parameters and members of PyTorch 2 that 1.13 does not have: "class.member" is a member.
LATER = {
    "torch": {"var": ["correction"], "std": ["correction"], "tile": ["dims"]},
    "torch.Tensor": {"var": ["correction"], "std": ["correction"], "tile": ["dims"]},
    "torch.nn": {
        "Buffer": ["data", "persistent"],
        "CircularPad1d": ["padding"],
        "CircularPad1d.padding": None,
        "CircularPad2d": ["padding"],
        "CircularPad2d.padding": None,
        "ZeroPad1d": ["padding"],
        "ZeroPad1d.padding": None,
        "LayerNorm": ["bias"],
        "RMSNorm": ["normalized_shape", "eps", "elementwise_affine", "device", "dtype"],
        "RMSNorm.normalized_shape": None,
        "RMSNorm.eps": None,
        "RMSNorm.elementwise_affine": None,
        "RMSNorm.weight": None,
        "Module.load_state_dict": ["assign"],
        "Module.register_forward_hook": ["prepend", "with_kwargs", "always_call"],
        "Module.register_forward_pre_hook": ["prepend", "with_kwargs"],
    },
    "torch.nn.functional": {"rms_norm": ["input", "normalized_shape", "weight", "eps"]},
    "torch.nn.utils.parametrizations": {"weight_norm": ["module", "name", "dim"]},
    "torch.nn.utils": {"get_total_norm": ["tensors", "norm_type", "error_if_nonfinite"]},
    "torch.optim": {"NAdam": ["decoupled_weight_decay", "maximize"], "RAdam": ["decoupled_weight_decay", "maximize"]},
    "torch.optim.lr_scheduler": {
        "LRScheduler": ["optimizer", "last_epoch"],
        "ChainedScheduler": ["optimizer"],
    },
    "torch.optim.swa_utils": {
        "get_ema_avg_fn": ["decay"],
        "get_swa_avg_fn": [],
        "AveragedModel": ["multi_avg_fn"],
    },
}


def named(parameters):
    return [name for name in parameters if name not in ("self", "cls", "args", "kwargs", "*", "/", "_")]


def of_text(text):
    """'dim, *, dtype=None' -> ['dim', 'dtype']; brackets hold commas of their own."""
    while re.search(r"[(\[][^()\[\]]*[)\]]", text):
        text = re.sub(r"[(\[][^()\[\]]*[)\]]", "", text)
    parts = [part.split("=")[0].split(":")[0].split()[-1:] for part in text.split(",")]
    return named(p[0].strip("*") for p in parts if p and re.fullmatch(r"\*?[a-zA-Z_]\w*", p[0]))


def overridable(value):
    try:
        return OVERRIDES.get(value)
    except TypeError:  # not hashable
        return None


def parameters_of(name, value):
    found = []
    targets = [value.__init__, value.__new__] if inspect.isclass(value) else [value]
    for candidate in (*targets, overridable(value)):
        try:
            found += named(inspect.signature(candidate).parameters)
        except (TypeError, ValueError):
            pass
    # Several signatures in one docstring: ".. function:: sum(input, dim, keepdim=False)".
    first = (getattr(value, "__doc__", None) or "") if not inspect.isclass(value) else ""
    for match in re.finditer(rf"(?:^|\.\. (?:function|method):: )\s*(?:\w+\.)?{re.escape(name)}\((.*?)\)(?= ->|\s*$)", first, re.M):
        found += of_text(match[1])
    return sorted(set(found), key=found.index)


def attributes_of(cls):
    names = set()
    for base in inspect.getmro(cls):
        if base is object:
            continue
        names |= {n for n in getattr(base, "__annotations__", {})} | set(getattr(base, "__constants__", []))
        try:
            source = inspect.getsource(base)
        except (OSError, TypeError):
            continue
        names |= set(re.findall(r"\bself\.([a-zA-Z]\w*)(?:, self\.\w+)*\s*(?::[^=\n]*)?=[^=]", source))
        names |= set(re.findall(r"register_(?:parameter|buffer)\(['\"](\w+)['\"]", source))
    return {n for n in names if not n.startswith("_")}


def add(out, key, parameters):
    known = out.get(key)
    if parameters is None:
        out.setdefault(key, None)
    else:
        out[key] = [*(known or []), *(p for p in parameters if p not in (known or []))]


BASES = (torch.nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler._LRScheduler)


def members_of(out, prefix, cls):
    """Those of a base that many classes have stand with the base alone."""
    base = next((b for b in BASES if issubclass(cls, b) and cls is not b), object)
    inherited = {*dir(base), *(attributes_of(base) if base is not object else ())}
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_") or (name in inherited and name != "forward"):
            continue
        value = getattr(cls, name, value)
        add(out, prefix + name, parameters_of(name, value) if callable(value) else None)
    for name in attributes_of(cls) - inherited:
        add(out, prefix + name, None)


def public(namespace, module):
    out = {}
    for name in dir(module):
        if name.startswith("_") and name != "_LRScheduler" or name.endswith("_") and namespace == "torch":
            continue
        value = getattr(module, name)
        if inspect.ismodule(value) or not (callable(value) or isinstance(value, torch.dtype)):
            continue
        # What a module imports is not its own; torch and torch.nn.functional gather names from everywhere.
        gathers = namespace in ("torch", "torch.nn.functional")
        written = inspect.isclass(value) or inspect.isfunction(value)
        if written and not gathers and not value.__module__.startswith(namespace):
            continue
        if inspect.isclass(value):
            # What else torch and torch.autograd have of classes is PyTorch's inside.
            inside = namespace in ("torch", "torch.autograd") and name not in ("Generator", "Function")
            imported = namespace == "torch.nn.functional" or not value.__module__.startswith("torch")
            if imported or inside and not name.islower() and value is not torch.Tensor:
                continue
            add(out, name, parameters_of(name, value))
            if inside:  # no_grad, detect_anomaly: functions that happen to be classes
                continue
            if not issubclass(value, (torch.Tensor, torch.dtype)):
                members_of(out, f"{name}.", value)
        elif not isinstance(value, torch.dtype):
            add(out, name, parameters_of(name, value))
    return out


content = {}
for namespace, module in NAMESPACES.items():
    names = {}
    if module is torch.Tensor:
        members_of(names, "", module)
    else:
        names = public(namespace, module)
    for name, parameters in LATER.get(namespace, {}).items():
        add(names, name, parameters)
    content[namespace] = dict(sorted(names.items()))

lines = []
for namespace, names in content.items():
    body = ",\n".join(f"{json.dumps(name)}:{json.dumps(parameters, separators=(',', ':'))}" for name, parameters in names.items())
    lines.append(f'"{namespace}":{{\n{body}\n}}')
FILE.parent.mkdir(exist_ok=True)
FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
