"""Overlaps, suppression and average precision of torchvision and pycocotools, for tests/detection.rs.

1,000 random cases from a linear congruential generator that both sides have. Writes a line a case to
tests/detection/boxes.txt: the sum of the matrix of overlaps, the boxes that stay after suppression in
the order of their scores, and average precision at .5 and from .5 to .95 (-1 without objects).
"""

import contextlib
import io
import sys

import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchvision.ops import box_iou, nms


class Draw:
    def __init__(self, seed):
        self.state = seed

    def __call__(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 40) / 2**24


def rect(draw):
    left, top = draw() * 60, draw() * 60
    return [left, top, left + 2 + draw() * 38, top + 2 + draw() * 38]


def close(draw, box):
    """Near a box, so that many overlap it by a half and more."""
    left, top = (v + (draw() - 0.5) * 12 for v in box[:2])
    return [left, top, left + (box[2] - box[0]) * (0.8 + 0.4 * draw()), top + (box[3] - box[1]) * (0.8 + 0.4 * draw())]


def case(seed):
    draw = Draw(seed)
    pictures, classes = 1 + int(draw() * 4), 1 + int(draw() * 3)
    truths, found = [], []
    for picture in range(pictures):
        own = [(int(draw() * classes), rect(draw)) for _ in range(int(draw() * 6))]
        truths += [(picture, c, b) for c, b in own]
        for c, b in own:
            for _ in range(int(draw() * 3)):
                wrong = draw() < 0.2
                score = draw()
                found.append((picture, (c + 1) % classes if wrong else c, score, close(draw, b)))
        for _ in range(int(draw() * 4)):
            c, score = int(draw() * classes), draw()
            found.append((picture, c, score, rect(draw)))
    return pictures, classes, truths, found


def precision(pictures, classes, truths, found):
    if not truths:
        return [-1, -1]
    xywh = lambda b: [b[0], b[1], b[2] - b[0], b[3] - b[1]]
    gt = COCO()
    gt.dataset = {
        "info": {},
        "images": [{"id": i + 1} for i in range(pictures)],
        "categories": [{"id": c + 1} for c in range(classes)],
        "annotations": [
            {"id": i + 1, "image_id": p + 1, "category_id": c + 1, "bbox": xywh(b), "area": (b[2] - b[0]) * (b[3] - b[1]), "iscrowd": 0}
            for i, (p, c, b) in enumerate(truths)
        ],
    }
    gt.createIndex()
    dets = [{"image_id": p + 1, "category_id": c + 1, "score": s, "bbox": xywh(b)} for p, c, s, b in found]
    if not dets:
        return [0, 0]
    evaluation = COCOeval(gt, gt.loadRes(dets), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return [evaluation.stats[1], evaluation.stats[0]]


if __name__ == "__main__":
    lines = []
    for seed in range(1, 1001):
        pictures, classes, truths, found = case(seed)
        boxes = torch.tensor([b for *_, b in found], dtype=torch.float64).reshape(-1, 4)
        scores = torch.tensor([s for _, _, s, _ in found], dtype=torch.float64)
        kept = nms(boxes, scores, 0.4).tolist()
        real = torch.tensor([b for *_, b in truths], dtype=torch.float64).reshape(-1, 4)
        with contextlib.redirect_stdout(io.StringIO()):
            half, mean = precision(pictures, classes, truths, found)
        lines.append(f"{box_iou(boxes, real).sum().item():.10f} {','.join(map(str, kept)) or '-'} {half:.10f} {mean:.10f}")
    with open(sys.argv[1] if len(sys.argv) > 1 else "tests/detection/boxes.txt", "w") as file:
        file.write("\n".join(lines) + "\n")
