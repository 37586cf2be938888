"""Goldens for packages/nn: averages of weights over a short training, as packages/nn/test/fixtures/averages.json. Everything is drawn from
seed 0: the network, then four batches of images and targets.

Written with 1.13, whose averaged models leave their buffers as they were; they are set here to the model's, as 2.x does.
"""

import torch
from golden import values, write
from torch import nn
from torch.optim import swa_utils


def ema(decay):
    return lambda average, value, _: decay * average + (1 - decay) * value


def states(module):
    return {name: values(t) for name, t in module.state_dict().items()}


def case(decay, use_buffers):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    images, targets = torch.randn(4, 6, 1, 4, 4), torch.randn(4, 6, 2)
    options = {} if decay is None else {"avg_fn": ema(decay)}
    average = swa_utils.AveragedModel(net, use_buffers=use_buffers, **options)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for step in range(8):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(images[step % 4]), targets[step % 4]).backward()
        optimizer.step()
        if step < 3:
            continue
        average.update_parameters(net)
        if not use_buffers:
            for own, of_model in zip(average.module.buffers(), net.buffers()):
                own.copy_(of_model)
    before = states(average)
    average.eval()
    output = values(average(images[0]))
    swa_utils.update_bn([images[0], [images[1], targets[1]], images[2]], average)
    after = {name: t for name, t in states(average).items() if "running" in name or "num_batches" in name}
    return {"decay": decay, "useBuffers": use_buffers, "state": before, "output": output, "updated": after}


# Averaged counts are integers that the two versions round differently: the averages of buffers leave them out.
cases = [case(None, False), case(0.9, False), case(0.5, False), case(None, True)]
for one in cases:
    if one["useBuffers"]:
        one["state"] = {name: t for name, t in one["state"].items() if "num_batches" not in name}
write("averages.json", {"torch": torch.__version__, "cases": cases})
