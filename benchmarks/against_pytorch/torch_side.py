"""PyTorch's half of run.py: the requests of tenet_side.cpp, answered by PyTorch. An argument "channels_last" puts all
four-dimensional tensors into that memory format."""

import re
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

DEVICE = torch.device("cpu")
torch.backends.cudnn.allow_tf32 = False  # as Tenet at first
MEMORY = torch.channels_last if "channels_last" in sys.argv[1:] else torch.contiguous_format


def filled(shape, salt, scale=1.0):
    i = np.arange(int(np.prod(shape)), dtype=np.uint64).astype(np.uint32)
    h = i * np.uint32(2654435761) + np.uint32(salt * 40503)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(2246822519)
    h ^= h >> np.uint32(13)
    values = ((h / 4294967296.0 - 0.5) * scale).astype(np.float32)
    t = torch.from_numpy(values.reshape(shape)).to(DEVICE)
    return t.contiguous(memory_format=MEMORY) if t.dim() == 4 else t


def conv_call(pass_, kind, numbers):
    n, c, h, width, k, r, s, stride, pad, dil, groups, outpad = map(int, numbers)
    transposed = kind == "convT"
    x, b = filled((n, c, h, width), 1), filled((k,), 3)
    w = filled((c, k // groups, r, s) if transposed else (k, c // groups, r, s), 2)
    outpad = [outpad, outpad] if transposed else [0, 0]
    options = ([stride] * 2, [pad] * 2, [dil] * 2, transposed, outpad, groups)
    if pass_ == "fwd":
        return lambda: torch.ops.aten.convolution(x, w, b, *options)
    up = filled(torch.ops.aten.convolution(x, w, b, *options).shape, 4)
    mask = [pass_ == "dx", pass_ == "dw", False]
    which = mask.index(True)
    return lambda: torch.ops.aten.convolution_backward(up, x, w, [k], *options, mask)[which]


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.bottom = nn.Conv2d(32, 64, 3, padding=1)
        self.up2, self.merge2 = nn.ConvTranspose2d(64, 32, 2, 2), nn.Conv2d(64, 32, 3, padding=1)
        self.up1, self.merge1 = nn.ConvTranspose2d(32, 16, 2, 2), nn.Conv2d(32, 16, 3, padding=1)
        self.head = nn.Conv2d(16, 10, 1)

    def forward(self, x):
        a = F.relu(self.down1(x))
        b = F.relu(self.down2(F.max_pool2d(a, 2)))
        h = self.up2(F.relu(self.bottom(F.max_pool2d(b, 2))))
        h = self.up1(F.relu(self.merge2(torch.cat([b, h], 1))))
        return self.head(F.relu(self.merge1(torch.cat([a, h], 1)))).mean((2, 3))


def dcgan():
    sizes, layers = (128, 64, 32, 3), [nn.ConvTranspose2d(64, 128, 4)]
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.ReLU(), nn.ConvTranspose2d(a, b, 4, 2, 1)]
    layers.append(nn.Tanh())
    for a, b in zip(sizes[::-1], sizes[-2::-1]):
        layers += [nn.Conv2d(a, b, 4, 2, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(128, 10, 4), nn.Flatten())


NETWORKS = {
    "unet": (UNet, (1, 64, 64)),
    "dcgan": (dcgan, (64, 1, 1)),
    "lenet": (lenet, (1, 28, 28)),
    "mlp": (lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)), (784,)),
}


class Trainer:
    def __init__(self, name, batch):
        make, shape = NETWORKS[name]
        self.net = make().to(DEVICE)
        with torch.no_grad():
            for salt, p in enumerate(self.net.parameters(), 10):
                p.copy_(filled(p.shape, salt, 0.2))
        self.net = self.net.to(memory_format=MEMORY)
        self.images = filled((batch, *shape), 1)
        self.labels = (torch.arange(batch) % 10).to(DEVICE)
        self.sgd = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9)

    def step(self):
        self.sgd.zero_grad()
        self.loss = F.cross_entropy(self.net(self.images), self.labels)
        self.loss.backward()
        self.sgd.step()


def settled(call):
    """The call, until a card has done it."""
    def settle():
        call()
        torch.cuda.synchronize()
    return call if DEVICE.type == "cpu" else settle


def median_call(call, seconds):
    call = settled(call)
    call()
    took, begin = [], time.perf_counter()
    while not took or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return sorted(took)[len(took) // 2]


def memory_status(key):
    with open("/proc/self/status") as status:
        return int(re.search(rf"{key}:\s+(\d+)", status.read()).group(1)) * 1024


def peak_growth(call):
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    before = memory_status("VmRSS")
    call()
    return memory_status("VmHWM") - before


def main():
    global DEVICE
    call = None
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "threads":
            torch.set_num_threads(int(words[0]))
            answer = torch.get_num_threads()
        elif verb == "device":
            DEVICE = torch.device(words[0])
            answer = 1
        elif verb == "graph":
            answer = 1  # eager all the same
        elif verb == "conv":
            with torch.no_grad():
                call = conv_call(words[0], words[1], words[2:])
            result = call().contiguous()
            answer = float((result.double() * filled(result.shape, 9).double()).sum())
        elif verb == "network":
            trainer = Trainer(words[0], int(words[1]))
            call = trainer.step
            for _ in range(3):
                call()
            answer = trainer.loss.item()
        elif verb == "time":
            answer = median_call(call, float(words[0]))
        elif verb == "memory":
            answer = peak_growth(call)
        else:
            raise ValueError(f"{line!r} is no request")
        print(answer, flush=True)


main()
