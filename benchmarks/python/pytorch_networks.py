"""The networks of workloads/networks.ts in PyTorch: one training step from parameters and layers that the benchmark sends."""

import torch
import torch.nn.functional as F


def forward(layers, x, take):
    """The layers' result; `take` gives the next parameter."""
    for own in layers:
        kind = own["layer"]
        if kind == "convolution":
            weight, bias = take(), take() if own["bias"] else None
            x = F.conv2d(x, weight, bias, own["stride"], (own["kernel"] - 1) // 2)
        elif kind == "batch-norm":
            weight, bias = take(), take()
            mean, variance = take.running(own["channels"])
            x = F.batch_norm(x, mean, variance, weight, bias, training=True)
        elif kind == "relu":
            x = F.relu(x)
        elif kind == "max-pool":
            x = F.max_pool2d(x, 2)
        elif kind == "mean":
            x = F.adaptive_avg_pool2d(x, 1)
        elif kind == "linear":
            x = F.linear(x.flatten(1), take(), take())
        else:
            y = forward(own["body"], x, take)
            x = y + (forward(own["shortcut"], x, take) if own["shortcut"] else x)
    return x


class Taking:
    """Hands out the parameters, and the running statistics, in the order of the layers."""

    def __init__(self, parameters, statistics):
        self.parameters, self.statistics, self.count = iter(parameters), statistics, 0

    def __call__(self):
        return next(self.parameters)

    def running(self, channels):
        if self.count == len(self.statistics):
            self.statistics.append((torch.zeros(channels), torch.ones(channels)))
        self.count += 1
        return self.statistics[self.count - 1]


def adam(parameters, rates):
    """torch.optim's Adam on each parameter, without torch.optim, which needs SymPy."""
    means = [torch.zeros_like(p) for p in parameters]
    squares = [torch.zeros_like(p) for p in parameters]
    beta1, beta2 = rates["beta1"], rates["beta2"]
    count = 0

    def step():
        nonlocal count
        count += 1
        for p, mean, square in zip(parameters, means, squares):
            mean.mul_(beta1).add_(p.grad, alpha=1 - beta1)
            square.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            divisor = (square.sqrt() / (1 - beta2**count) ** 0.5).add_(rates["epsilon"])
            p.addcdiv_(mean, divisor, value=-rates["learningRate"] / (1 - beta1**count))

    return step


def momentum(parameters, rates):
    velocities = [None] * len(parameters)

    def step():
        for i, p in enumerate(parameters):
            if velocities[i] is None:
                velocities[i] = p.grad.clone()
            else:
                velocities[i].mul_(rates["momentum"]).add_(p.grad)
            p.add_(velocities[i], alpha=-rates["learningRate"])

    return step


def network_step(task, arrays, description):
    image, layers = description["image"], description["layers"]
    images = arrays[0].reshape(task["batch"], *image)
    labels = arrays[1].long()
    parameters = [
        array.clone().reshape(shape).requires_grad_() for array, shape in zip(arrays[2:], description["shapes"])
    ]
    statistics = []
    optimise = {"adam": adam, "momentum": momentum}[description["optimiser"]](parameters, description["rates"])

    def step():
        loss = F.cross_entropy(forward(layers, images, Taking(parameters, statistics)), labels)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            optimise()
        return [torch.tensor(loss.item()), *parameters]

    return step
