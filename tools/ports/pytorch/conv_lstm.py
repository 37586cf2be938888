"""A convolutional LSTM: Shi et al. 2015, "Convolutional LSTM network". It learns to say what comes next."""

import torch
from torch import nn


class ConvLSTMCell(nn.Module):
    def __init__(self, input_dim, hidden_dim, kernel_size):
        super().__init__()
        self.hidden_dim = hidden_dim
        padding = kernel_size // 2
        self.conv = nn.Conv2d(input_dim + hidden_dim, 4 * hidden_dim, kernel_size, padding=padding)

    def forward(self, x, state):
        h_cur, c_cur = state
        combined = torch.cat([x, h_cur], dim=1)
        combined_conv = self.conv(combined)
        cc_i, cc_f, cc_o, cc_g = torch.split(combined_conv, self.hidden_dim, dim=1)
        i = torch.sigmoid(cc_i)
        f = torch.sigmoid(cc_f)
        o = torch.sigmoid(cc_o)
        g = torch.tanh(cc_g)
        c_next = f * c_cur + i * g
        h_next = o * torch.tanh(c_next)
        return h_next, c_next

    def init_hidden(self, batch_size, height, width):
        device = self.conv.weight.device
        return (torch.zeros(batch_size, self.hidden_dim, height, width, device=device),
                torch.zeros(batch_size, self.hidden_dim, height, width, device=device))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = ConvLSTMCell(1, 8, 3)
        self.head = nn.Conv2d(8, 1, 1)

    def forward(self, frames):
        b, time, _, height, width = frames.size()
        h, c = self.cell.init_hidden(b, height, width)
        outputs = []
        for t in range(time):
            h, c = self.cell(frames[:, t], (h, c))
            outputs.append(self.head(h))
        return torch.stack(outputs, dim=1)


def conv_lstm(log):
    torch.manual_seed(16)
    net = Net()
    log.module("net", net, [2, 3, 1, 8, 9])
    frames = torch.rand(2, 5, 1, 8, 9)
    criterion = nn.SmoothL1Loss()
    optimizer = torch.optim.RAdam(net.parameters(), lr=0.01)
    for _ in range(5):
        optimizer.zero_grad()
        loss = criterion(net(frames[:, :-1]), frames[:, 1:])
        loss.backward()
        optimizer.step()
        log("loss", loss)
    with torch.no_grad():
        log("next", net(frames)[0, -1, 0, 0])
