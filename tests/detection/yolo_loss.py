"""Losses of YOLO heads in PyTorch, for the values in src/ops/yolo/tests.rs.

Written from the formulas in the papers and from Darknet's deltas, on tensors and with PyTorch's
autograd; it shares nothing with the Rust code. Numbers are drawn by a linear congruential generator
that both sides have. Run it to print the expected values.
"""

import torch
import torch.nn.functional as F
from torchvision.ops import box_convert, box_iou


class Draw:
    def __init__(self, seed):
        self.state = seed

    def __call__(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 40) / 2**24


def case(seed, n, m, classes, height, width, anchors):
    draw = Draw(seed)
    head = torch.tensor([draw() * 4 - 2 for _ in range(n * anchors * (5 + classes) * height * width)])
    boxes = []
    for _ in range(n):
        for k in range(m):
            c, x, y, w, h = draw(), draw(), draw(), draw(), draw()
            boxes.append([-1.0 if k > 0 and c < 0.3 else int(c * classes), x, y, 0.05 + 0.7 * w, 0.05 + 0.7 * h])
    head = head.reshape(n, anchors * (5 + classes), height, width).double().requires_grad_()
    # The generator's fractions are 32-bit floats; so are the boxes.
    return head, torch.tensor(boxes).float().double().reshape(n, m, 5)


def loss(head, boxes, every, mask, classes, ignore, weights, softmax, rescore):
    """`every`: all anchors in cells; `mask`: those of this head."""
    coord, obj, noobj, cls = weights
    n, _, height, width = head.shape
    every = torch.tensor(every).double()
    own = every[mask]
    t = head.reshape(n, len(mask), 5 + classes, height, width).permute(0, 1, 3, 4, 2)
    rows = torch.arange(height).reshape(1, 1, -1, 1)
    cols = torch.arange(width).reshape(1, 1, 1, -1)
    with torch.no_grad():
        predicted = torch.stack(
            [
                (t[..., 0].sigmoid() + cols) / width,
                (t[..., 1].sigmoid() + rows) / height,
                t[..., 2].exp() * own[:, 0].reshape(1, -1, 1, 1) / width,
                t[..., 3].exp() * own[:, 1].reshape(1, -1, 1, 1) / height,
            ],
            -1,
        )
    total = 0
    bce = lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="sum")
    for b in range(n):
        labels = boxes[b][boxes[b, :, 0] >= 0]
        overlaps = box_iou(
            box_convert(predicted[b].reshape(-1, 4), "cxcywh", "xyxy"), box_convert(labels[:, 1:], "cxcywh", "xyxy")
        ).reshape(len(mask), height, width, -1)
        negative = overlaps.amax(-1) <= ignore
        positive = {}
        for k, (c, x, y, w, h) in enumerate(labels.tolist()):
            size = torch.tensor([[0, 0, w * width, h * height]]).double()
            at_origin = torch.cat([torch.zeros_like(every), every], 1)
            best = int(box_iou(size, at_origin).argmax())
            if best in mask:
                positive[mask.index(best), int(y * height), int(x * width)] = (k, int(c), x, y, w, h)
        for (a, i, j), (k, c, x, y, w, h) in positive.items():
            negative[a, i, j] = False
            p = t[b, a, i, j]
            target = torch.tensor([x * width - j, y * height - i]).double()
            size = torch.log(torch.tensor([w * width, h * height]).double() / own[a])
            total = total + coord * (2 - w * h) * (bce(p[:2], target) + 0.5 * ((p[2:4] - size) ** 2).sum())
            total = total + obj * bce(p[4], overlaps[a, i, j, k] if rescore else torch.tensor(1.0).double())
            if softmax:
                total = total + cls * F.cross_entropy(p[5:], torch.tensor(c))
            else:
                total = total + cls * bce(p[5:], F.one_hot(torch.tensor(c), classes).double())
        wrong = t[b, ..., 4][negative]
        total = total + noobj * bce(wrong, torch.zeros_like(wrong))
    return total / n


V2 = [[1.3, 1.7], [3.2, 4.0], [0.6, 0.5]]
V3 = [[a / 32 for a in pair] for pair in [[10, 14], [23, 27], [37, 58], [81, 82], [135, 169]]]

if __name__ == "__main__":
    torch.set_printoptions(precision=9)
    for name, seed, n, m, classes, height, width, args in [
        ("v2", 1, 2, 4, 3, 4, 5, (V2, [0, 1, 2], 3, 0.6, (1, 5, 1, 1), True, True)),
        ("v2, plain", 2, 3, 2, 1, 3, 3, (V2, [0, 1, 2], 1, 0.3, (2, 1, 0.5, 3), True, False)),
        ("v3", 3, 2, 6, 4, 5, 4, (V3, [3, 4], 4, 0.5, (1, 1, 1, 1), False, False)),
        ("v3, other head", 4, 4, 5, 2, 7, 7, (V3, [0, 1, 2], 2, 0.2, (1, 2, 0.5, 3), False, False)),
    ]:
        head, boxes = case(seed, n, m, classes, height, width, len(args[1]))
        value = loss(head, boxes, *args)
        (grad,) = torch.autograd.grad(value, head)
        flat = grad.flatten()
        weighted = (flat * torch.arange(1, len(flat) + 1).double()).sum()
        print(name, value.item(), grad.abs().sum().item(), weighted.item())
