#!/usr/bin/env python3
"""Makes lenet_torch.safetensors with PyTorch 2.13 and safetensors 0.8:   python3 tests/nn/make_golden.py

The state dict of a small LeNet with a transposed convolution, as PyTorch writes it, an input and its output.
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 2, 2, stride=2)
        self.blocks = nn.ModuleList([nn.Linear(2 * 8 * 8, 6), nn.Linear(6, 6, bias=False)])
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(6, 3))

    def forward(self, x):
        h = self.up(F.max_pool2d(F.relu(self.conv1(x)), 2)).flatten(1)
        for block in self.blocks:
            h = block(h)
        return self.head(h)


def main():
    torch.manual_seed(42)
    net, x = LeNet(), torch.randn(2, 1, 8, 8)
    tensors = dict(net.state_dict(), input=x, output=net(x).detach())
    path = pathlib.Path(__file__).resolve().parent / "lenet_torch.safetensors"
    save_file(tensors, path, metadata={"format": "pt"})
    print(net, path.stat().st_size, "bytes", sep="\n")


if __name__ == "__main__":
    main()
