"""PyTorch's side of the benchmark: a process that computes and times tasks on request.

Messages go both ways over standard input and output: four bytes (little-endian) with the length of a JSON header, the
header, then raw float32 or int32 arrays whose sizes the header lists. The process times itself, so that neither
start-up nor transport counts; the benchmark decides when, so that samples interleave with everybody else's.
"""

import ctypes
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_networks import network_step


def read_exactly(size):
    data = sys.stdin.buffer.read(size)
    if len(data) < size:
        sys.exit(0)  # the benchmark has ended
    return data


def receive():
    (length,) = struct.unpack("<I", read_exactly(4))
    header = json.loads(read_exactly(length))
    arrays = []
    for item in header.get("arrays", []):
        dtype = torch.int32 if item["dtype"] == "int32" else torch.float32
        data = bytearray(read_exactly(4 * item["size"]))
        arrays.append(torch.frombuffer(data, dtype=dtype) if item["size"] else torch.empty(0, dtype=dtype))
    return header, arrays


def send(header, arrays=()):
    flat = [array.detach().to(torch.float32).contiguous().reshape(-1) for array in arrays]
    header["arrays"] = [{"dtype": "float32", "size": array.numel()} for array in flat]
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(text)) + text)
    for array in flat:
        sys.stdout.buffer.write(ctypes.string_at(array.data_ptr(), 4 * array.numel()))  # needs no NumPy
    sys.stdout.buffer.flush()


def shapes(task):
    along = lambda size, kernel: (size + 2 * task["padding"] - kernel) // task["stride"] + 1
    x = [task["batch"], task["inChannels"], task["height"], task["width"]]
    k = [task["outChannels"], task["inChannels"] // task["groups"], task["kernelHeight"], task["kernelWidth"]]
    y = [
        task["batch"],
        task["outChannels"],
        along(task["height"], task["kernelHeight"]),
        along(task["width"], task["kernelWidth"]),
    ]
    return x, k, y


def convolution(task, arrays):
    x, k, y = shapes(task)
    stride, padding, groups = task["stride"], task["padding"], task["groups"]
    if task["kind"] == "forward":
        image, kernel = arrays[0].reshape(x), arrays[1].reshape(k)
        return lambda: [F.conv2d(image, kernel, stride=stride, padding=padding, groups=groups)]
    if task["kind"] == "input-gradient":
        dy, kernel = arrays[0].reshape(y), arrays[1].reshape(k)
        return lambda: [torch.nn.grad.conv2d_input(x, kernel, dy, stride, padding, 1, groups)]
    image, dy = arrays[0].reshape(x), arrays[1].reshape(y)
    return lambda: [torch.nn.grad.conv2d_weight(image, k, dy, stride, padding, 1, groups)]


def max_pool(task, arrays):
    size, window = task["size"], task["window"]
    x = arrays[0].reshape(1, 1, size, size)
    if task["kind"] == "max-pool":
        return lambda: [F.max_pool2d(x, window)]
    x.requires_grad_()
    dy = arrays[1].reshape(1, 1, size // window, size // window)
    return lambda: list(torch.autograd.grad(F.max_pool2d(x, window), x, dy))


EPSILON = 1e-5


def normalisation(layer, shape, parameters):
    name = layer["function"]
    if name == "batch-norm":
        mean, variance = torch.zeros(shape[1]), torch.ones(shape[1])
        return lambda x: F.batch_norm(x, mean, variance, *parameters, training=True, eps=EPSILON)
    if name == "instance-norm":
        return lambda x: F.instance_norm(x, weight=parameters[0], bias=parameters[1], eps=EPSILON)
    if name == "group-norm":
        return lambda x: F.group_norm(x, layer["groups"], *parameters, eps=EPSILON)
    if name == "layer-norm":
        return lambda x: F.layer_norm(x, shape[-1:], *parameters, eps=EPSILON)
    if hasattr(F, "rms_norm"):
        return lambda x: F.rms_norm(x, shape[-1:], parameters[0], EPSILON)
    return lambda x: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * parameters[0]


def function_of(layer, shape, rest):
    name = layer["function"]
    if name.endswith("-norm"):
        return normalisation(layer, shape, rest)
    if name in ("max-pool", "avg-pool"):
        pool = F.max_pool2d if name == "max-pool" else F.avg_pool2d
        return lambda x: pool(x, layer["window"], layer["stride"], layer["padding"])
    if name == "interpolate":
        size, mode = layer["size"], layer["mode"]
        return lambda x: F.interpolate(x, size=(size, size), mode=mode)
    return {
        "gelu": F.gelu,
        "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
        "softmax": lambda x: F.softmax(x, -1),
        "log-softmax": lambda x: F.log_softmax(x, -1),
        "cross-entropy": lambda x: F.cross_entropy(x, rest[0]),
        "adaptive-avg-pool": lambda x: F.adaptive_avg_pool2d(x, layer["size"]),
    }[name]


def layer(task, arrays):
    differentiates = task["kind"] == "layer-gradient"
    x = arrays[0].reshape(task["shape"]).requires_grad_(differentiates)
    rest = [a.long() if a.dtype == torch.int32 else a.requires_grad_(differentiates) for a in arrays[2:]]
    function = function_of(task["layer"], task["shape"], rest)
    if not differentiates:
        return lambda: [function(x)]
    with torch.no_grad():
        dy = arrays[1].reshape(function(x).shape)
    towards = [x, *(a for a in rest if a.requires_grad)]
    return lambda: list(torch.autograd.grad(function(x), towards, dy))


def lenet_step(task, arrays, lenet):
    images = arrays[0].reshape(task["batch"], 1, 28, 28)
    labels = arrays[1].long()
    parameters = [
        array.clone().reshape(shape).requires_grad_() for array, shape in zip(arrays[2:], lenet)
    ]

    def step():
        w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = parameters
        h = F.avg_pool2d(torch.sigmoid(F.conv2d(images, w1, b1, padding=2)), 2)
        h = F.avg_pool2d(torch.sigmoid(F.conv2d(h, w2, b2)), 2).flatten(1)
        h = torch.sigmoid(F.linear(h, w3, b3))
        h = torch.sigmoid(F.linear(h, w4, b4))
        loss = F.cross_entropy(F.linear(h, w5, b5), labels)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():  # SGD without torch.optim, which needs SymPy
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=task["learningRate"])
        return [torch.tensor(loss.item()), *parameters]

    return step


def learn_kernel(task, arrays):
    x, y = arrays[0].reshape(1, 1, 6, 8), arrays[1].reshape(1, 1, 6, 7)
    start = arrays[2].reshape(1, 1, 1, 2)
    conv = torch.nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)

    def loop():
        conv.weight.data = start.clone()
        last = 0.0
        for _ in range(task["steps"]):
            loss = ((conv(x) - y) ** 2).sum()
            conv.zero_grad()
            loss.backward()
            conv.weight.data[:] -= task["learningRate"] * conv.weight.grad
            last = loss.item()
        return [torch.tensor(last), conv.weight]

    return loop


def prepare(task, arrays, lenet, network):
    kind = task["kind"]
    if kind in ("forward", "input-gradient", "kernel-gradient"):
        return convolution(task, arrays)
    if kind in ("max-pool", "max-pool-gradient"):
        return max_pool(task, arrays)
    if kind in ("layer", "layer-gradient"):
        return layer(task, arrays)
    if kind == "lenet-step":
        return lenet_step(task, arrays, lenet)
    if kind == "network-step":
        return network_step(task, arrays, network)
    if kind == "learn-kernel":
        return learn_kernel(task, arrays)
    if kind == "matmul":
        a, b = (array.reshape(task["size"], task["size"]) for array in arrays)
        return lambda: [a @ b]
    if kind == "add":
        return lambda: [arrays[0] + arrays[1]]
    if kind == "relu":
        return lambda: [torch.relu(arrays[0])]
    if kind == "sum":
        return lambda: [arrays[0].sum()]
    raise ValueError(f"unknown task {kind}")


def timed(call, seconds, count):
    """Seconds per call: `count` of them, or as many as fill `seconds` when that is not known yet."""
    while True:
        start = time.perf_counter()
        for _ in range(count):
            call()
        elapsed = time.perf_counter() - start
        if elapsed >= seconds / 2:
            return elapsed / count
        count = max(count * 2, int(count * seconds / max(elapsed, 1e-9)))


def main():
    call, differentiates, count = None, False, 1
    while True:
        request, arrays = receive()
        try:
            if request["op"] == "open":
                torch.set_num_threads(request["threads"])
                send({"version": torch.__version__, "threads": torch.get_num_threads()})
            elif request["op"] == "prepare":
                differentiates = request["task"]["kind"] in (
                    "max-pool-gradient",
                    "layer-gradient",
                    "lenet-step",
                    "network-step",
                    "learn-kernel",
                )
                call, count = prepare(request["task"], arrays, request["lenet"], request["network"]), 1
                send({}, call())
            elif request["op"] == "sample":
                with torch.set_grad_enabled(differentiates):
                    per_call = timed(call, request["seconds"], count)
                count = max(1, round(request["seconds"] / per_call))
                send({"seconds": per_call})
        except Exception as error:  # a task that fails is reported; the process lives on
            send({"error": f"{type(error).__name__}: {error}"})


main()
