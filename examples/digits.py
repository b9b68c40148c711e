"""A network learns handwritten digits, in Python. Ends with: test accuracy above 0.95 (near 0.99 with this seed).

    PYTHONPATH=build/python python3 examples/digits.py
"""
import tenet
from tenet import nn
from tenet.nn import functional as F
from tenet.utils.data import DataLoader, digits

EPOCHS = 20


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


@tenet.no_grad()
def accuracy(net, dataset):
    images, labels = dataset[:]
    return (net(images).argmax(1) == labels).float().mean().item()


def main():
    tenet.manual_seed(1)
    train, test = digits("train"), digits("test")
    net = LeNet()
    print(tenet.summary(net, (1, 1, 8, 8)))
    optimizer = tenet.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(1, EPOCHS + 1):
        total = 0.0
        for images, labels in DataLoader(train, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(images)
        if epoch % 5 == 0:
            print(f"epoch {epoch:2}  loss {total / len(train):.4f}  test {accuracy(net, test):.4f}")
    reached = accuracy(net, test)
    print(f"test accuracy {reached:.4f}")
    if reached <= 0.95:
        raise SystemExit("examples/digits.py: the test accuracy is not above 0.95")


if __name__ == "__main__":
    main()
