/** The learn tab's run as a program: the book's own, with the start and the learning rate of the page. */
import type { BackendChoice } from "../compute/session.ts";
import { backendCode, CPU_JS } from "./backend-code.ts";
import type { Code } from "./code.ts";

function typescript(
  [a, b]: readonly [number, number],
  lr: number,
  steps: number,
  backend: BackendChoice,
): string {
  const { importing, setting } = backendCode(backend);
  return `import { corr2d, noGrad, ones, scope, setBackend, tensor } from "@corr2d/core";
${importing}
import { Conv2D } from "@corr2d/nn";

${setting}

const image = ones([6, 8]).set([":", "2:6"], 0);
const x = image.reshape([1, 1, 6, 8]);
const y = corr2d(image, tensor([[1, -1]])).reshape([1, 1, 6, 7]);

const conv = new Conv2D(1, 1, [1, 2], { bias: false });
noGrad(() => conv.weight.assign([[[[${a}, ${b}]]]]));

for (let i = 0; i < ${steps}; i++) {
  const loss = scope(() => {
    const loss = conv(x).sub(y).pow(2).sum();
    conv.zeroGrad();
    loss.backward();
    noGrad(() => conv.weight.assign(conv.weight.sub(conv.weight.grad!.mul(${lr}))));
    return loss;
  });
  if ((i + 1) % 2 === 0) console.log(\`epoch \${i + 1}, loss \${(await loss.item()).toFixed(3)}\`);
}
console.log(String(conv.weight.detach().reshape([1, 2])));
`;
}

function pytorch([a, b]: readonly [number, number], lr: number, steps: number): string {
  return `import torch
from torch import nn

image = torch.ones(6, 8)
image[:, 2:6] = 0
X = image.reshape(1, 1, 6, 8)
Y = (image[:, :-1] - image[:, 1:]).reshape(1, 1, 6, 7)

conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
conv2d.weight.data[:] = torch.tensor([[[[${a}, ${b}]]]])

for i in range(${steps}):
    l = (conv2d(X) - Y) ** 2
    conv2d.zero_grad()
    l.sum().backward()
    conv2d.weight.data[:] -= ${lr} * conv2d.weight.grad
    if (i + 1) % 2 == 0:
        print(f"epoch {i + 1}, loss {l.sum():.3f}")
print(conv2d.weight.data.reshape(1, 2))
`;
}

export function learnCode(
  start: readonly [number, number],
  lr: number,
  steps: number,
  backend: BackendChoice = CPU_JS,
): Code {
  return { ts: typescript(start, lr, steps, backend), py: pytorch(start, lr, steps) };
}
