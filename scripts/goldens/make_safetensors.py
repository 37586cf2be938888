"""Safetensors files for packages/io, in packages/io/test/fixtures: `net.safetensors`, a network's state dict, and
`dtypes.safetensors`, a tensor of each dtype that PyTorch has; and `safetensors.json`, what is in them and what the network gives.

The format is written here from its description; where the format's own package can be imported (`pip install safetensors`), the
bytes are compared with its. `/usr/bin/python3 scripts/goldens/make_safetensors.py FILE` reads a file that corr2d wrote from the
same network (packages/io/test/safetensors-pytorch.test.ts compares its bytes with net.safetensors) and loads it.
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "packages/io/test/fixtures"
DTYPES = {
    torch.bool: "BOOL",
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.int16: "I16",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int32: "I32",
    torch.float32: "F32",
    torch.float64: "F64",
    torch.int64: "I64",
}


def bytes_of(tensor):
    if tensor.numel() == 0:
        return b""
    flat = tensor.detach().contiguous().reshape(-1)
    return (flat.view(torch.int16) if flat.dtype == torch.bfloat16 else flat).numpy().tobytes()


def save(tensors, metadata=None):
    """The bytes of a file: wide dtypes first, then by name."""
    order = list(DTYPES.values())
    named = sorted(tensors.items(), key=lambda item: (-order.index(DTYPES[item[1].dtype]), item[0]))
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, tensor in named:
        part = bytes_of(tensor)
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(part)],
        }
        data += part
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def load(data):
    """The tensors of a file, by name."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    named = {text: dtype for dtype, text in DTYPES.items()}
    out = {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        part = bytearray(data[8 + length + begin : 8 + length + end])
        flat = torch.frombuffer(part, dtype=named[info["dtype"]]) if part else torch.empty(0, dtype=named[info["dtype"]])
        out[name] = flat.reshape(info["shape"])
    return out


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3))


def image():
    return torch.arange(36, dtype=torch.float32).reshape(1, 1, 6, 6) / 36


def trained():
    net = build()
    net(image())  # batch norm counts, and averages
    return net


def text(value):
    """A number as JSON has it; what JSON lacks by JavaScript's name."""
    return value if value - value == 0 else str(value).replace("inf", "Infinity").replace("nan", "NaN")


def same(file, tensors):
    assert all(torch.equal(file[name], tensor) and file[name].dtype == tensor.dtype for name, tensor in tensors.items())
    assert set(file) == set(tensors)


def dtypes():
    halves = [0.0, -0.0, 1.0, -2.5, 65504.0, 2.0**-24, -(2.0**-24), 1023 * 2.0**-24, 2.0**-14, 1 / 3]
    limits = [float("inf"), float("-inf"), float("nan")]
    return {
        "bool": torch.tensor([[True, False], [False, True]]),
        "uint8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "int8": torch.tensor([-128, 0, 127], dtype=torch.int8),
        "int16": torch.tensor([-32768, 0, 32767], dtype=torch.int16),
        "int32": torch.tensor([-(2**31), 0, 2**31 - 1], dtype=torch.int32),
        "int64": torch.tensor([-(2**31), -1, 0, 2**31 - 1]),
        "float16": torch.tensor(halves + limits, dtype=torch.float16),
        "bfloat16": torch.tensor([0.0, -0.0, 1.0, -2.5, 3.0e38, 1.0e-40] + limits, dtype=torch.bfloat16),
        "float32": torch.tensor([0.0, -0.0, 1 / 3, 1.0e-45, 3.0e38] + limits),
        "float64": torch.tensor([0.0, -0.0, 1 / 3, 5.0e-324, 1.0e308] + limits, dtype=torch.float64),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "größe \"x\"\n": torch.ones(1, 2, 1),
        "__proto__": torch.ones(1),
    }


def compare_with_official(data, tensors, metadata):
    try:
        import safetensors.torch as official
    except ImportError:
        print("the package safetensors is not there: nothing to compare with")
        return
    assert official.save(tensors, metadata) == data
    assert set(official.load(data)) == set(tensors)
    print("the same bytes as the package safetensors writes")


def main():
    state = trained().state_dict()
    if len(sys.argv) > 1:
        file = load(pathlib.Path(sys.argv[1]).read_bytes())
        same(file, state)
        net = build()
        print(net.load_state_dict(file))
        return
    files = {"net": (state, {"format": "pt"}), "dtypes": (dtypes(), None)}
    for name, (tensors, metadata) in files.items():
        data = save(tensors, metadata)
        compare_with_official(data, tensors, metadata)
        (FIXTURES / f"{name}.safetensors").write_bytes(data)
    net = trained().eval()
    values = {
        "torch": torch.__version__,
        "output": net(image()).reshape(-1).tolist(),
        "tensors": {
            name: {"shape": list(tensor.shape), "data": [text(value) for value in tensor.reshape(-1).tolist()]}
            for name, tensor in dtypes().items()
        },
    }
    (FIXTURES / "safetensors.json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n")


main()
